namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>How a store reads a header that a signature names and the request does not have.</summary>
internal enum MissingHeaders
{
    /// <summary>The canonical request has no line for it (Ceph).</summary>
    LeftOut,

    /// <summary>The canonical request has its line, with an empty value (Hippius).</summary>
    Empty,
}

namespace S3Auth.S3;

/// <summary>How a presigned PUT names the headers that its holder must not send (<see cref="SigV4Names.UploadHeaders"/>).</summary>
public enum BarredHeaders
{
    /// <summary>It names none: the store refuses every <c>x-amz-…</c> header that was not signed, as S3 does.</summary>
    None,

    /// <summary>
    /// It lists them in <c>X-Amz-SignedHeaders</c> and leaves them out of the canonical request: for a store that leaves out signed headers
    /// that were not sent (Ceph). A header that is sent changes the canonical request, so the signature no longer matches.
    /// </summary>
    LeftOut,

    /// <summary>
    /// The same, but signed with an empty value: for a store that reads a signed header that was not sent as empty (Hippius).
    /// </summary>
    Empty,
}

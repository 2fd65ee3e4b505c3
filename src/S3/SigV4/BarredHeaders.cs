namespace S3Auth.S3;

/// <summary>How a presigned PUT forbids the headers <see cref="SigV4Names.UploadHeaders"/>.</summary>
public enum BarredHeaders
{
    /// <summary>It names no headers. For a store that refuses every unsigned <c>x-amz-…</c> header, as S3 does.</summary>
    None,

    /// <summary>
    /// It lists the headers in <c>X-Amz-SignedHeaders</c> and omits them from the canonical request. For a store that omits missing signed
    /// headers (Ceph). If a client sends such a header, the canonical request changes, and the signature does not match.
    /// </summary>
    LeftOut,

    /// <summary>
    /// The same, but signed with empty values. For a store that treats missing signed headers as empty (Hippius).
    /// </summary>
    Empty,
}

namespace S3Auth.S3;

/// <summary>What an upload by a presigned PUT must be. The store refuses every other upload, as far as it supports the rule.</summary>
/// <param name="ContentLength">The size in bytes; null for any.</param>
/// <param name="Barred">How the URL forbids headers. A store that needs another way refuses the URL.</param>
public readonly record struct PutRules(long? ContentLength = null, BarredHeaders Barred = BarredHeaders.None)
{
    /// <summary>Whether the object must not exist yet: signs <c>if-none-match: *</c>.</summary>
    public bool IsWriteOnce { get; init; }

    /// <summary>The SHA-256 of the content in base64, signed as <c>x-amz-checksum-sha256</c>; null for none.</summary>
    public string? Checksum { get; init; }

    /// <summary>
    /// The SHA-256 of the content in lower-case hex, signed as <c>x-amz-content-sha256</c> and as the payload of the request; null for an
    /// unsigned payload.
    /// </summary>
    public string? PayloadHash { get; init; }

    /// <summary>The part of a multipart upload; null for a whole object.</summary>
    public UploadPart? Part { get; init; }
}

/// <summary>A part of a multipart upload.</summary>
/// <param name="UploadId">The store's id of the upload.</param>
/// <param name="Number">The number of the part, 1 to 10,000.</param>
public readonly record struct UploadPart(string UploadId, int Number);

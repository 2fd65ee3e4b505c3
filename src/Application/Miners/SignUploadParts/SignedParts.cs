namespace S3Auth.Application.Miners;

/// <summary>URLs of parts of a multipart upload.</summary>
public sealed record SignedParts : ILargeResponse
{
    /// <summary>The key of the file.</summary>
    public required string S3Key { get; init; }

    /// <summary>The parts, in the order of the request.</summary>
    public required IReadOnlyList<SignedPart> Parts { get; init; }

    /// <summary>The seconds until the URLs expire. An upload of a part must begin before.</summary>
    public required long ExpiresInSeconds { get; init; }

    /// <summary>The expiry of the URLs.</summary>
    internal DateTimeOffset Expiry { get; init; }

    GrantedAccess IGranted.Granted => new([S3Key], Files: 1, Expiry);
}

/// <summary>The URL of a part.</summary>
/// <param name="PartNumber">The number of the part.</param>
/// <param name="Size">The size in bytes that the part must have.</param>
/// <param name="Url">The URL to PUT the part to, as the body and with no header but <c>Content-Length</c>.</param>
public sealed record SignedPart(int PartNumber, long Size, GrantUrl Url);

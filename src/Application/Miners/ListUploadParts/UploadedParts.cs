namespace S3Auth.Application.Miners;

/// <summary>The parts of a multipart upload that the store has.</summary>
public sealed record UploadedParts : ILargeResponse
{
    /// <summary>The key of the file.</summary>
    public required string S3Key { get; init; }

    /// <summary>The announced size of the file in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>The size of every part but the last, in bytes.</summary>
    public required long PartSize { get; init; }

    /// <summary>The number of parts of the whole file.</summary>
    public required int PartCount { get; init; }

    /// <summary>The parts that the store has, in the order of their numbers.</summary>
    public required IReadOnlyList<StoredPart> Parts { get; init; }

    GrantedAccess IGranted.Granted => new([S3Key], Files: 1, Expiry: null);
}

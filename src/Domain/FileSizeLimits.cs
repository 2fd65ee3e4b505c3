namespace S3Auth.Domain;

/// <summary>The sizes that an uploaded file may have.</summary>
/// <param name="MinBytes">The minimum size in bytes, 0 to <paramref name="MaxBytes"/>.</param>
/// <param name="MaxBytes">The maximum size in bytes, at most <see cref="MaxObjectBytes"/>.</param>
public sealed record FileSizeLimits(long MinBytes, long MaxBytes)
{
    /// <summary>S3's limit for an upload in one request, in bytes (5 GiB). Larger files need multipart uploads.</summary>
    public const long MaxSingleUploadBytes = 5L * 1024 * 1024 * 1024;

    /// <summary>S3's limit for an object, in bytes (5 TiB).</summary>
    public const long MaxObjectBytes = 1024 * MaxSingleUploadBytes;

    /// <summary>1 KiB to 5 GiB.</summary>
    public static FileSizeLimits Default { get; } = new(1024, MaxSingleUploadBytes);

    /// <summary>The maximum size of a file that is uploaded in one request, in bytes.</summary>
    public long MaxSingleBytes => Math.Min(MaxBytes, MaxSingleUploadBytes);

    /// <summary>Whether a file may have this size.</summary>
    public bool Allow(long size) => size >= MinBytes && size <= MaxBytes;
}

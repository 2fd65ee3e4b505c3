namespace S3Auth.Domain;

/// <summary>The sizes that an uploaded file may have.</summary>
/// <param name="MinBytes">The minimum size in bytes, 0 to <paramref name="MaxBytes"/>.</param>
/// <param name="MaxBytes">The maximum size in bytes, at most <see cref="MaxUploadBytes"/>.</param>
public sealed record FileSizeLimits(long MinBytes, long MaxBytes)
{
    /// <summary>S3's limit for a single upload, in bytes (5 GiB). Larger files need multipart uploads.</summary>
    public const long MaxUploadBytes = 5L * 1024 * 1024 * 1024;

    /// <summary>1 KiB to 5 GiB.</summary>
    public static FileSizeLimits Default { get; } = new(1024, MaxUploadBytes);
}

namespace S3Auth.S3;

/// <summary>
/// Limits of S3.
/// Specification: "Naming Amazon S3 objects", Amazon S3 User Guide.
/// </summary>
public static class S3Limits
{
    /// <summary>The maximum size of a key in UTF-8, in bytes.</summary>
    public const int MaxKeyBytes = 1024;
}

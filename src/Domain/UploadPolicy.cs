namespace S3Auth.Domain;

/// <summary>
/// What a grant for a folder allows: the upload of any number of files into it, each from 1 KiB to 5 GiB, private and in the standard
/// storage class.
/// </summary>
/// <param name="Folder">The miner's folder.</param>
public sealed record UploadPolicy(Folder Folder)
{
    /// <summary>The minimum size of a file, in bytes (1 KiB).</summary>
    public const long MinBytes = 1024;

    /// <summary>The maximum size of a file, in bytes (5 GiB, S3's limit for a single upload).</summary>
    public const long MaxBytes = 5L * 1024 * 1024 * 1024;

    /// <summary>The canned ACL that every upload must have.</summary>
    public const string Acl = "private";

    /// <summary>The storage class that every upload must have.</summary>
    public const string StorageClass = "STANDARD";
}

namespace S3Auth.Domain;

/// <summary>
/// What a miner may upload: any number of files below its folder, each between 1 KiB and 5 GiB, private, in the standard
/// storage class, and nothing else.
/// </summary>
/// <param name="Folder">The miner's folder.</param>
public sealed record UploadPolicy(Folder Folder)
{
    /// <summary>The smallest file, in bytes (1 KiB).</summary>
    public const long MinBytes = 1024;

    /// <summary>The largest file, in bytes (5 GiB, which is also S3's largest single upload).</summary>
    public const long MaxBytes = 5L * 1024 * 1024 * 1024;

    /// <summary>The canned ACL every upload must carry.</summary>
    public const string Acl = "private";

    /// <summary>The storage class every upload must carry.</summary>
    public const string StorageClass = "STANDARD";
}

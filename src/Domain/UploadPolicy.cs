namespace S3Auth.Domain;

/// <summary>
/// What a grant for a folder allows: the upload of any number of files into it, each of an allowed size, private and in the standard
/// storage class.
/// </summary>
/// <param name="Folder">The miner's folder.</param>
/// <param name="Sizes">The allowed sizes of each file.</param>
public sealed record UploadPolicy(Folder Folder, FileSizeLimits Sizes)
{
    /// <summary>The canned ACL that every upload must have.</summary>
    public const string Acl = "private";

    /// <summary>The storage class that every upload must have.</summary>
    public const string StorageClass = "STANDARD";
}

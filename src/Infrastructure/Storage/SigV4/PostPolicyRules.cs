namespace S3Auth.Infrastructure.Storage.SigV4;

/// <summary>What a POST form may upload.</summary>
/// <param name="Folder">What every key begins with.</param>
/// <param name="MinBytes">The smallest file, in bytes.</param>
/// <param name="MaxBytes">The largest file, in bytes.</param>
/// <param name="Acl">The canned ACL every upload carries.</param>
/// <param name="StorageClass">The storage class every upload carries.</param>
public readonly record struct PostPolicyRules(string Folder, long MinBytes, long MaxBytes, string Acl, string StorageClass);

namespace S3Auth.S3;

/// <summary>What a POST form may upload.</summary>
/// <param name="Key">What every key begins with; the only key where <paramref name="IsWholeKey"/> says so.</param>
/// <param name="MinBytes">The smallest file, in bytes.</param>
/// <param name="MaxBytes">The largest file, in bytes.</param>
/// <param name="Acl">The canned ACL every upload carries.</param>
/// <param name="StorageClass">The storage class every upload carries.</param>
/// <param name="IsWholeKey">Whether the form uploads one object, not any below a folder.</param>
public readonly record struct PostPolicyRules(
    string Key, long MinBytes, long MaxBytes, string Acl, string StorageClass, bool IsWholeKey = false);

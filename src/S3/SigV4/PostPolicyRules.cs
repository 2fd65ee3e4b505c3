namespace S3Auth.S3;

/// <summary>The rules of a POST form. Specification: "Creating a POST policy", Amazon S3 API Reference.</summary>
/// <param name="Key">The prefix of every key, or the only key if <paramref name="IsWholeKey"/> is true.</param>
/// <param name="MinBytes">The minimum size of a file in bytes.</param>
/// <param name="MaxBytes">The maximum size of a file in bytes.</param>
/// <param name="Acl">The canned ACL of every upload.</param>
/// <param name="StorageClass">The storage class of every upload.</param>
/// <param name="IsWholeKey">Whether the form uploads one object instead of any number below a prefix.</param>
public readonly record struct PostPolicyRules(
    string Key, long MinBytes, long MaxBytes, string Acl, string StorageClass, bool IsWholeKey = false);

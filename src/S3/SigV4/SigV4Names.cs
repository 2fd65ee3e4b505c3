namespace S3Auth.S3;

/// <summary>
/// Names and constants of AWS Signature Version 4 in S3: in headers, in the query of a presigned URL and in a POST form.
/// Specification: "Authenticating Requests (AWS Signature Version 4)", Amazon S3 API Reference.
/// </summary>
public static class SigV4Names
{
    /// <summary>The only supported algorithm.</summary>
    public const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>The service in a credential's scope.</summary>
    public const string Service = "s3";

    /// <summary>The last part of a credential's scope.</summary>
    public const string Terminator = "aws4_request";

    /// <summary>Replaces the hash of the body if the signature does not cover the body, as in every presigned URL.</summary>
    public const string UnsignedPayload = "UNSIGNED-PAYLOAD";

    /// <summary>The SHA-256 of an empty body, in hex.</summary>
    public const string EmptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// <summary>Format of <c>X-Amz-Date</c>, always UTC.</summary>
    public const string TimestampFormat = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>Format of the day in a credential's scope, always UTC.</summary>
    public const string DayFormat = "yyyyMMdd";

    /// <summary>Maximum lifetime of a presigned URL in seconds (seven days).</summary>
    public const int MaxExpirySeconds = 604_800;

    /// <summary>Length of <c>X-Amz-Date</c> in characters.</summary>
    internal const int TimestampLength = 16;

    /// <summary>Length of a signature in hex characters.</summary>
    public const int SignatureLength = 64;

    /// <summary>Query parameters of a presigned URL, in their exact case.</summary>
    public static class Query
    {
        public const string Algorithm = "X-Amz-Algorithm";
        public const string Credential = "X-Amz-Credential";
        public const string Date = "X-Amz-Date";
        public const string Expires = "X-Amz-Expires";
        public const string SecurityToken = "X-Amz-Security-Token";
        public const string SignedHeaders = "X-Amz-SignedHeaders";
        public const string Signature = "X-Amz-Signature";
    }

    /// <summary>Fields of a POST form and of the conditions of its policy. S3 ignores their case.</summary>
    public static class Form
    {
        public const string Bucket = "bucket";
        public const string Key = "key";
        public const string Acl = "acl";
        public const string File = "file";
        public const string StorageClass = "x-amz-storage-class";
        public const string Algorithm = "x-amz-algorithm";
        public const string Credential = "x-amz-credential";
        public const string Date = "x-amz-date";
        public const string SecurityToken = "x-amz-security-token";
        public const string Policy = "policy";
        public const string Signature = "x-amz-signature";

        /// <summary>The type of the uploaded object.</summary>
        public const string ContentType = "Content-Type";

        /// <summary>S3's default type of an object.</summary>
        public const string DefaultContentType = "binary/octet-stream";
    }

    /// <summary>
    /// Headers that let an upload do more than upload: copy another object, make the object public, change its storage class, lock it, or
    /// encrypt it with the uploader's key. In lower case and in canonical order. All come after <c>host</c>.
    /// </summary>
    public static IReadOnlyList<string> UploadHeaders { get; } =
    [
        "x-amz-acl", Header.CopySource, "x-amz-copy-source-range", "x-amz-grant-full-control", "x-amz-grant-read", "x-amz-grant-read-acp",
        "x-amz-grant-write", "x-amz-grant-write-acp", "x-amz-object-lock-legal-hold", "x-amz-object-lock-mode",
        "x-amz-object-lock-retain-until-date", "x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id",
        "x-amz-server-side-encryption-context", "x-amz-server-side-encryption-customer-algorithm",
        "x-amz-server-side-encryption-customer-key",
        "x-amz-server-side-encryption-customer-key-md5", "x-amz-storage-class", "x-amz-tagging", "x-amz-website-redirect-location",
    ];

    /// <summary>Headers of a request that is signed in its <c>Authorization</c> header, in lower case.</summary>
    public static class Header
    {
        public const string Authorization = "authorization";
        public const string ContentSha256 = "x-amz-content-sha256";
        public const string Date = "x-amz-date";
        public const string SecurityToken = "x-amz-security-token";
        public const string CopySource = "x-amz-copy-source";
    }
}

namespace S3Auth.Client.Stores;

/// <summary>What an ETag says of an object's bytes: their MD5, unless it was uploaded in parts or encrypted with a managed key.</summary>
internal static class ContentMark
{
    private const int Md5Digits = 32;

    internal static bool IsMd5(string? etag) => etag is { Length: Md5Digits } && etag.All(char.IsAsciiHexDigit);

    internal static bool IsEncrypted(HttpResponseMessage response) =>
        (response.Headers.TryGetValues("x-amz-server-side-encryption", out var values) && values.Any(value => value.StartsWith("aws:kms", StringComparison.Ordinal)))
        || response.Headers.Contains("x-amz-server-side-encryption-customer-algorithm");
}

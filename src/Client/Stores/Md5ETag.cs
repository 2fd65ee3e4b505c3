namespace S3Auth.Client.Stores;

/// <summary>
/// Decides whether an ETag is the MD5 of the object's bytes. It is not after a multipart upload, or if a managed key encrypts the object.
/// </summary>
internal static class Md5ETag
{
    private const int Digits = 32;

    /// <summary>Whether an ETag has the form of an MD5.</summary>
    internal static bool HasForm(string? etag) => etag is { Length: Digits } && etag.All(char.IsAsciiHexDigit);

    /// <summary>
    /// Returns the ETag that stores give to a file of several parts: the MD5 of the parts' MD5s, and their number. Null if the ETag of a
    /// part is not an MD5.
    /// </summary>
    internal static string? OfParts(IReadOnlyList<string> etags)
    {
        if (!etags.All(HasForm))
        {
            return null;
        }

        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        foreach (var etag in etags)
        {
            md5.AppendData(Convert.FromHexString(etag));
        }

        return string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(md5.GetHashAndReset())}-{etags.Count}");
    }

    /// <summary>Whether the store encrypted the object with a managed key, so that its ETag is not an MD5.</summary>
    internal static bool IsEncrypted(HttpResponseMessage response) =>
        (response.Headers.TryGetValues("x-amz-server-side-encryption", out var values)
            && values.Any(value => value.StartsWith("aws:kms", StringComparison.Ordinal)))
        || response.Headers.Contains("x-amz-server-side-encryption-customer-algorithm");
}

namespace S3Auth.S3;

/// <summary>Creates and compares entity tags as S3 does.</summary>
internal static class ETags
{
    /// <summary>Returns the entity tag of an object with this MD5, in quotes.</summary>
    public static string OfMd5(byte[] md5) => $"\"{Convert.ToHexStringLower(md5)}\"";

    /// <summary>Whether an If-Match or If-None-Match header (a list, <c>*</c>, or a tag without quotes) contains the tag.</summary>
    public static bool Match(string header, string etag) =>
        header.Split(',', StringSplitOptions.TrimEntries)
            .Any(part => part is "*" || part.Equals(etag, StringComparison.Ordinal) || etag.AsSpan(1, etag.Length - 2).SequenceEqual(part));
}

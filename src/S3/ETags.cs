namespace S3Auth.S3;

/// <summary>Entity tags as S3 makes and compares them.</summary>
public static class ETags
{
    public static string OfMd5(byte[] md5) => $"\"{Convert.ToHexStringLower(md5)}\"";

    /// <summary>Whether an If-Match or If-None-Match header (a list, <c>*</c>, or a tag without its quotes) names the tag.</summary>
    public static bool Match(string header, string etag) =>
        header.Split(',', StringSplitOptions.TrimEntries)
            .Any(part => part is "*" || part.Equals(etag, StringComparison.Ordinal) || etag.AsSpan(1, etag.Length - 2).SequenceEqual(part));
}

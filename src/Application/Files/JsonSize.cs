namespace S3Auth.Application.Files;

/// <summary>Computes the size of values in JSON, in bytes: exact for ASCII, an upper bound for other text.</summary>
internal static class JsonSize
{
    // Member names, punctuation, size and time.
    private const int OfOtherMembers = 160;

    /// <summary>The size of one file of a page.</summary>
    internal static int Of(ListedFile file) => OfOtherMembers + Of(file.Key) + Of(file.Etag) + Of(file.DownloadUrl ?? "");

    /// <summary>The size of a string, whose characters may be escaped as <c>\"</c> or <c>\u0001</c>.</summary>
    internal static int Of(string text)
    {
        var length = 0;
        foreach (var character in text)
        {
            length += character switch
            {
                '"' or '\\' => 2,
                >= ' ' and <= '~' => 1,
                _ => 6,
            };
        }

        return length;
    }
}

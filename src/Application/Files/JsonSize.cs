namespace S3Auth.Application.Files;

/// <summary>How long things become in JSON, in bytes: exact for ASCII, and never less than it is for other text.</summary>
internal static class JsonSize
{
    // Names of members, punctuation, size and time.
    private const int OfOtherMembers = 160;

    /// <summary>Of one file in a page.</summary>
    internal static int Of(ListedFile file) => OfOtherMembers + Of(file.Key) + Of(file.Etag) + Of(file.DownloadUrl ?? "");

    /// <summary>Of text: a character is itself, or escaped as <c>\"</c> or <c>\u0001</c>.</summary>
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

namespace S3Auth.Client.Downloads;

/// <summary>
/// Reads the bytes of a key that is not UTF-8. Its text in JSON has U+FFFD for invalid bytes, so two keys may have the same text. The
/// download URL contains the bytes.
/// </summary>
internal static class RawKey
{
    private const char Replacement = '\uFFFD';

    // This byte never occurs in UTF-8, so the hash after it cannot be part of another key.
    private const byte NotUtf8 = 0xFF;

    /// <summary>Returns the key's bytes; null if the key is UTF-8.</summary>
    internal static byte[]? Read(string key, string? url)
    {
        if (!key.Contains(Replacement, StringComparison.Ordinal) || url is null || PathOf(url) is not { } path)
        {
            return null;
        }

        // The key begins after the host, or after the bucket's name.
        var text = Collapse(key);
        for (var slash = path.IndexOf((byte)'/'); slash >= 0 && slash < path.Length - 1;)
        {
            var rest = path.AsSpan(slash + 1);
            if (Collapse(Encoding.UTF8.GetString(rest)) == text)
            {
                return rest.SequenceEqual(Encoding.UTF8.GetBytes(key)) ? null : rest.ToArray();
            }

            var next = rest.IndexOf((byte)'/');
            slash = next < 0 ? -1 : slash + 1 + next;
        }

        // The URL does not show the key. Two URLs are two files, so the URL's hash tells them apart.
        return [.. Encoding.UTF8.GetBytes(key), NotUtf8, .. Encoding.ASCII.GetBytes(
            Convert.ToHexStringLower(SHA256.HashData(path).AsSpan(0, 16)))];
    }

    // Does not use Uri, which would normalize the path.
    private static byte[]? PathOf(string url)
    {
        var host = url.IndexOf("://", StringComparison.Ordinal);
        var start = host < 0 ? -1 : url.IndexOf('/', host + 3);
        if (start < 0)
        {
            return null;
        }

        var end = url.AsSpan(start).IndexOfAny('?', '#');
        var escaped = Encoding.UTF8.GetBytes(end < 0 ? url[start..] : url.Substring(start, end));
        var path = new List<byte>(escaped.Length);
        for (var i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] == '%' && i + 2 < escaped.Length && char.IsAsciiHexDigit((char)escaped[i + 1])
                && char.IsAsciiHexDigit((char)escaped[i + 2]))
            {
                path.Add(Convert.ToByte($"{(char)escaped[i + 1]}{(char)escaped[i + 2]}", 16));
                i += 2;
            }
            else
            {
                path.Add(escaped[i]);
            }
        }

        return [.. path];
    }

    // Decoders write different numbers of U+FFFD for one invalid sequence.
    private static string Collapse(string text)
    {
        var collapsed = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            if (character != Replacement || collapsed.Length == 0 || collapsed[^1] != Replacement)
            {
                collapsed.Append(character);
            }
        }

        return collapsed.ToString();
    }
}

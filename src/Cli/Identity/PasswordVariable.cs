namespace S3Auth.Cli.Identity;

/// <summary>
/// The environment variable that Bittensor's wallet tools keep a key file's password in: <c>BT_PW_</c> and the file's path in capitals, with
/// <c>_</c> for <c>/</c> and <c>.</c>. Its value is the password, XORed with the variable's name, in base64; tools before 2.1 used no
/// base64. This is not encryption: it only hides the password at a glance.
/// </summary>
internal static class PasswordVariable
{
    private const string Start = "BT_PW_";

    /// <summary>The names that the tools may use, which depend on how the path was passed to them.</summary>
    internal static IEnumerable<string> NamesOf(string path)
    {
        var whole = Path.GetFullPath(path);
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var paths = home.Length > 0 && whole.StartsWith(home + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? new[] { whole, path, "~" + whole[home.Length..] }
            : [whole, path];
        return paths
            .Select(one => Start + one.Replace(Path.DirectorySeparatorChar, '_').Replace('.', '_').ToUpperInvariant())
            .Distinct(StringComparer.Ordinal);
    }

    /// <summary>What the password may be, in UTF-8; the likeliest first.</summary>
    internal static IEnumerable<byte[]> Decode(string name, string value)
    {
        var key = Encoding.UTF8.GetBytes(name);
        var hidden = new byte[value.Length];
        if (Convert.TryFromBase64String(value, hidden, out var count) && count > 0)
        {
            var password = hidden[..count];
            for (var i = 0; i < count; i++)
            {
                password[i] ^= key[i % key.Length];
            }

            yield return password;
        }

        // Character by character, each of them below 256.
        var characters = value.ToCharArray();
        for (var i = 0; i < characters.Length; i++)
        {
            characters[i] = (char)((byte)characters[i] ^ (byte)name[i % name.Length]);
        }

        yield return Encoding.UTF8.GetBytes(characters);
    }
}

namespace S3Auth.Cli.Identity;

/// <summary>
/// The environment variable in which Bittensor's wallet tools keep the password of a key file. Its name is <c>BT_PW_</c> and the file's
/// path in capitals, with <c>_</c> for <c>/</c> and <c>.</c>. Its value is the password, XORed with the variable's name, in base64; tools
/// before 2.1 used no base64. This is not encryption.
/// </summary>
internal static class PasswordVariable
{
    private const string NamePrefix = "BT_PW_";

    /// <summary>Returns the names that the tools may use. They depend on how the path was passed to the tools.</summary>
    internal static IEnumerable<string> NamesOf(string path)
    {
        var whole = Path.GetFullPath(path);
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var paths = home.Length > 0 && whole.StartsWith(home + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? new[] { whole, path, "~" + whole[home.Length..] }
            : [whole, path];
        return paths
            .Select(one => NamePrefix + one.Replace(Path.DirectorySeparatorChar, '_').Replace('.', '_').ToUpperInvariant())
            .Distinct(StringComparer.Ordinal);
    }

    /// <summary>Returns the possible passwords in UTF-8, the most likely first.</summary>
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

        // Without base64, each character of the value is a byte.
        var characters = value.ToCharArray();
        for (var i = 0; i < characters.Length; i++)
        {
            characters[i] = (char)((byte)characters[i] ^ (byte)name[i % name.Length]);
        }

        yield return Encoding.UTF8.GetBytes(characters);
    }
}

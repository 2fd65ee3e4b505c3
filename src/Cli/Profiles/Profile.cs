namespace S3Auth.Cli.Profiles;

/// <summary>A named group of settings from the configuration file.</summary>
/// <param name="Name">The name.</param>
/// <param name="Values">The settings. Paths are absolute.</param>
internal sealed record Profile(string Name, IReadOnlyDictionary<SettingKey, string> Values)
{
    internal const string DefaultName = "main";

    internal const string NameRule =
        "Names have 2 to 64 letters, digits, dots, hyphens and underscores, and begin with a letter or digit.";

    private const int MaxNameLength = 64;

    /// <summary>Returns a setting; null if the profile does not have it.</summary>
    internal string? this[SettingKey key] => Values.GetValueOrDefault(key);

    /// <summary>
    /// Whether a name is valid. It has at least two characters, because <c>c:PATH</c> is a path on Windows, and begins with a letter or
    /// digit, because it becomes a part of a file's name.
    /// </summary>
    internal static bool IsName(string text) =>
        text.Length is >= 2 and <= MaxNameLength
        && char.IsAsciiLetterOrDigit(text[0])
        && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.');

    /// <exception cref="UsageException">The name is not valid.</exception>
    internal static string ReadName(string text, string what) => IsName(text)
        ? text
        : throw new UsageException($"{what} is not the name of a profile. {NameRule}");
}

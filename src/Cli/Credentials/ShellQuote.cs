using System.Buffers;

namespace S3Auth.Cli.Credentials;

/// <summary>Quotes words for shells.</summary>
internal static class ShellQuote
{
    private const string PlainCharacters = "/._-:=+,@abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    // Within double quotes, a shell reads the first four. The others end a value for some of AWS's SDKs.
    private const string SpecialCharacters = "\"$`\\'#;\r\n";
    private const string SpecialOnWindows = "\"%'#;\r\n";

    private static readonly SearchValues<char> Plain = SearchValues.Create(PlainCharacters);
    private static readonly SearchValues<char> PlainOnWindows = SearchValues.Create(PlainCharacters + "\\");

    /// <summary>
    /// Quotes a word for bash, zsh and fish. Quotes and backslashes are in double quotes, because fish reads <c>\'</c> in single ones.
    /// </summary>
    internal static string Posix(string word)
    {
        var quoted = new StringBuilder("'", word.Length + 2);
        foreach (var character in word)
        {
            quoted.Append(character switch
            {
                '\'' => """'"'"'""",
                '\\' => """'"\\"'""",
                _ => character.ToString(),
            });
        }

        return quoted.Append('\'').ToString();
    }

    /// <summary>Quotes a word of a command that people copy, if it needs quotes.</summary>
    internal static string ForCommand(string word) =>
        word.Length > 0 && !word.AsSpan().ContainsAnyExcept(Plain) ? word : Posix(word);

    /// <summary>
    /// Quotes a word of a <c>credential_process</c> line. Some SDKs give the line to a shell, others split it themselves. They agree on
    /// double quotes around a word without special characters.
    /// </summary>
    /// <exception cref="UsageException">The word has a special character.</exception>
    internal static string ForProcess(string word, bool isWindows)
    {
        if (word.Length > 0 && !word.AsSpan().ContainsAnyExcept(isWindows ? PlainOnWindows : Plain))
        {
            return word;
        }

        var special = word.AsSpan().IndexOfAny(isWindows ? SpecialOnWindows : SpecialCharacters);
        return special < 0
            ? $"\"{word}\""
            : throw new UsageException(
                $"A profile cannot name {Report.Safe(word)}, because AWS's tools do not agree on the character "
                + $"{Report.Safe(word[special].ToString())}. Use a path or name without it.");
    }
}

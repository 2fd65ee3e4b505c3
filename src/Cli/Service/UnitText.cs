namespace S3Auth.Cli.Service;

/// <summary>Quotes values of a systemd unit, as <c>systemd.syntax(7)</c> and <c>systemd.unit(5)</c> describe.</summary>
internal static class UnitText
{
    /// <summary>
    /// Quotes a word of <c>ExecStart=:…</c> or <c>Environment=</c>. The colon turns off the variables of a command line, so <c>$</c> has no
    /// meaning.
    /// </summary>
    /// <exception cref="UsageException">The word has control characters.</exception>
    internal static string Quote(string word)
    {
        if (word.Any(char.IsControl))
        {
            throw new UsageException($"A service cannot use {Report.Safe(word)}, because it has control characters.");
        }

        var quoted = new StringBuilder("\"", word.Length + 2);
        foreach (var character in word)
        {
            quoted.Append(character switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '%' => "%%",
                _ => character.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }
}

namespace S3Auth.Cli.Commands;

/// <summary>Explains command lines that do not parse.</summary>
internal static class CommandLineErrors
{
    private static readonly string[] DeleteWords = ["rm", "del", "delete", "remove"];

    /// <summary>Turns <c>s3auth</c> and <c>s3auth help COMMAND</c> into a request for help.</summary>
    internal static string[] Normalize(string[] args) => args switch
    {
        [] => ["--help"],
        ["help", .. var command] => [.. command, "--help"],
        _ => args,
    };

    /// <summary>Prints one line per error, and a hint.</summary>
    internal static ExitCode Print(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (parsed.UnmatchedTokens is [var word, ..] && command.Subcommands.Count > 0 && !word.StartsWith('-'))
        {
            Console.Error.WriteLine($"error: {Explain(command, word)}");
        }
        else
        {
            foreach (var error in parsed.Errors)
            {
                Console.Error.WriteLine($"error: {error.Message}");
            }
        }

        Console.Error.WriteLine($"hint: `{HelpAction.PathOf(command)} --help` shows how to use it.");
        return ExitCode.Usage;
    }

    /// <summary>Explains a word that is not a command.</summary>
    internal static string Explain(Command command, string word)
    {
        if (DeleteWords.Contains(word, StringComparer.Ordinal))
        {
            return "s3auth cannot delete files, because the server grants only uploads and reads. Upload a file again to replace it, or "
                + "ask the operator.";
        }

        return NearestName.Find(word, command.Subcommands.Select(one => one.Name)) is { } nearest
            ? $"There is no command '{word}'. Did you mean {nearest}?"
            : $"There is no command '{word}'. The commands are {string.Join(", ", command.Subcommands.Select(one => one.Name))}.";
    }
}

namespace S3Auth.Cli.Commands;

/// <summary>Explains command lines that do not parse.</summary>
internal static class CommandLineErrors
{
    private const int MaxTypos = 2;

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

        var nearest = command.Subcommands.Select(one => one.Name).MinBy(name => CountTypos(word, name));
        return nearest is not null && CountTypos(word, nearest) <= MaxTypos
            ? $"There is no command '{word}'. Did you mean {nearest}?"
            : $"There is no command '{word}'. The commands are {string.Join(", ", command.Subcommands.Select(one => one.Name))}.";
    }

    /// <summary>Counts letters to insert, delete, replace or swap (optimal string alignment distance).</summary>
    private static int CountTypos(string typed, string name)
    {
        var distance = new int[typed.Length + 1, name.Length + 1];
        for (var i = 0; i <= typed.Length; i++)
        {
            for (var j = 0; j <= name.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    distance[i, j] = i + j;
                    continue;
                }

                var replaced = distance[i - 1, j - 1] + (typed[i - 1] == name[j - 1] ? 0 : 1);
                distance[i, j] = Math.Min(replaced, Math.Min(distance[i - 1, j], distance[i, j - 1]) + 1);
                if (i > 1 && j > 1 && typed[i - 1] == name[j - 2] && typed[i - 2] == name[j - 1])
                {
                    distance[i, j] = Math.Min(distance[i, j], distance[i - 2, j - 2] + 1);
                }
            }
        }

        return distance[typed.Length, name.Length];
    }
}

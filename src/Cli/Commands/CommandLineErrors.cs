using System.CommandLine.Parsing;

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

    /// <summary>Prints one line per error, and a hint; or the help of a group of commands, if none of them is named.</summary>
    internal static ExitCode Print(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (parsed.UnmatchedTokens.Count == 0 && command is { Action: null, Subcommands.Count: > 0 })
        {
            // A group of commands without one of them, such as `s3auth service`.
            Console.Out.Write(HelpAction.Describe(command));
            return ExitCode.Done;
        }

        if (parsed.UnmatchedTokens is [var word, ..] && command.Subcommands.Count > 0 && !word.StartsWith('-'))
        {
            Console.Error.WriteLine($"error: {Explain(command, word)}");
        }
        else if (ExplainUnknownOption(parsed) is { } unknown)
        {
            Console.Error.WriteLine($"error: {unknown}");
        }
        else
        {
            foreach (var error in parsed.Errors)
            {
                Console.Error.WriteLine($"error: {Explain(error)}");
            }
        }

        Console.Error.WriteLine($"hint: `{HelpAction.PathOf(command)} --help` shows how to use it.");
        return ExitCode.Usage;
    }

    /// <summary>Refuses a mistyped option, which the parser takes for an argument such as a path.</summary>
    /// <exception cref="UsageException">An argument begins with <c>-</c>.</exception>
    internal static void RefuseUnknownOptions(ParseResult parsed)
    {
        if (ExplainUnknownOption(parsed) is { } problem)
        {
            throw new UsageException(problem);
        }
    }

    private static string? ExplainUnknownOption(ParseResult parsed)
    {
        var unknown = parsed.Tokens
            .TakeWhile(token => token.Type != TokenType.DoubleDash)
            .FirstOrDefault(token => token.Value is ['-', _, ..] && parsed.CommandResult.Tokens.Contains(token));
        if (unknown is null)
        {
            return null;
        }

        var command = parsed.CommandResult.Command;
        var names = command.Options.Concat(parsed.RootCommandResult.Command.Options).SelectMany(one => one.Aliases.Prepend(one.Name));
        return $"There is no option {Report.Safe(unknown.Value)}."
            + (NearestName.Find(unknown.Value, names.Where(name => name.Length > 2)) is { } nearest ? $" Did you mean {nearest}?" : "")
            + $" If it is a path, write ./{Report.Safe(unknown.Value)}.";
    }

    /// <summary>Explains an error of the parser. Its own messages have .NET's types, and no names of missing arguments.</summary>
    internal static string Explain(ParseError error) => error.SymbolResult switch
    {
        OptionResult { Option: var option, Tokens: [{ Value: var value }, ..] }
            when option.ValueType == typeof(int) || option.ValueType == typeof(int?) || option.ValueType == typeof(double) =>
            $"{option.Name} must be a number, not {Report.Safe(value)}.",
        ArgumentResult { Argument: var argument, Tokens.Count: var count } when count < argument.Arity.MinimumNumberOfValues =>
            argument.Arity.MinimumNumberOfValues > 1
                ? $"This command needs at least {argument.Arity.MinimumNumberOfValues} arguments {argument.Name}."
                : $"The argument {argument.Name} is missing.",
        _ => error.Message,
    };

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

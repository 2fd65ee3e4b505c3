using System.CommandLine.Invocation;

namespace S3Auth.Cli.Commands;

/// <summary>
/// Prints the help of a command: usage, examples, subcommands, arguments and options. The options that every command has are in the help of
/// <c>s3auth</c> only.
/// </summary>
internal sealed class HelpAction : SynchronousCommandLineAction
{
    private const int MaxWidth = 120;

    public override int Invoke(ParseResult parseResult)
    {
        Console.Out.Write(Describe(parseResult.CommandResult.Command));
        return 0;
    }

    /// <summary>Returns the help of a command.</summary>
    internal static string Describe(Command command)
    {
        var help = new StringBuilder();
        help.AppendLine(command.Description).AppendLine();
        help.AppendLine("Usage:").Append("  ").AppendLine(UsageOf(command));
        Append(help, "Commands", command.Subcommands.Select(one => (Name: one.Name + ArgumentsOf(one), one.Description)));
        Append(help, "Arguments", command.Arguments.Select(one => (Name: one.Name, one.Description)));
        var options = command.Options.Where(option => !option.Hidden).ToList();
        Append(help, command is RootCommand ? "Options of every command" : "Options", options.Select(
            option => (NameOf(option), option.Description)));
        if ((command as ToolCommand)?.Examples is { Count: > 0 } examples)
        {
            help.AppendLine().AppendLine("Examples:");
            foreach (var example in examples)
            {
                help.Append("  ").AppendLine(example);
            }
        }

        help.AppendLine().AppendLine(command is RootCommand
            ? """
              Exit codes:
                0 done, 2 usage, 3 refused, 4 partly done, 5 unreachable, 130 stopped, 141 output closed; 1 is a defect of s3auth

              `s3auth COMMAND --help` explains a command.
              """
            : "`s3auth --help` lists the options of every command, such as --server and --wallet.");
        return help.ToString();
    }

    /// <summary>Returns the words that call a command, such as <c>s3auth migrate huggingface</c>.</summary>
    internal static string PathOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{PathOf(parent)} {command.Name}" : "s3auth";

    /// <summary>Returns the command line with the names of its arguments.</summary>
    internal static string UsageOf(Command command) =>
        PathOf(command) + command.Subcommands.Count switch
        {
            0 => ArgumentsOf(command),
            _ when command.Action is null => " COMMAND",
            _ => " [COMMAND]",
        } + " [options]";

    private static string ArgumentsOf(Command command) => string.Concat(command.Arguments.Select(argument =>
        argument.Arity.MinimumNumberOfValues == 0
            ? $" [{argument.Name}]"
            : $" {argument.Name}{(argument.Arity.MaximumNumberOfValues > 1 ? "…" : "")}"));

    /// <summary>Returns the names of an option, the shortest first, and that of its value.</summary>
    internal static string NameOf(Option option)
    {
        var names = string.Join(", ", option.Aliases.Prepend(option.Name).OrderBy(name => name.Length));
        return option.HelpName is { } value ? $"{names} {value}" : names;
    }

    private static void Append(StringBuilder help, string title, IEnumerable<(string Name, string? Description)> rows)
    {
        var list = rows.ToList();
        if (list.Count == 0)
        {
            return;
        }

        help.AppendLine().Append(title).AppendLine(":");
        var width = list.Max(row => row.Name.Length) + 2;
        foreach (var (name, description) in list)
        {
            help.Append("  ").Append(name.PadRight(width));
            AppendWrapped(help, description ?? "", width + 2);
        }
    }

    private static void AppendWrapped(StringBuilder help, string text, int indent)
    {
        var column = indent;
        foreach (var word in text.Split(' '))
        {
            if (column > indent && column + 1 + word.Length > MaxWidth)
            {
                help.AppendLine().Append(' ', indent);
                column = indent;
            }
            else if (column > indent)
            {
                help.Append(' ');
                column++;
            }

            help.Append(word);
            column += word.Length;
        }

        help.AppendLine();
    }
}

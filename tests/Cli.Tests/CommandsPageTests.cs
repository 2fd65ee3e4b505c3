using System.CommandLine;
using System.Text;

namespace S3Auth.Cli.Tests;

/// <summary>
/// <c>docs/commands.md</c> has every command with its options. <c>S3AUTH_WRITE_PAGES=true</c> writes the page.
/// </summary>
public sealed class CommandsPageTests
{
    private const string Mark = "<!-- The rest is made from `s3auth --help`";

    private static string PagePath => Path.Combine(Repository.Root, "docs", "commands.md");

    [Test]
    public void Page_has_every_command_and_option_as_the_help_has_them()
    {
        var page = File.ReadAllText(PagePath);
        var expected = page[..(page.IndexOf('\n', page.IndexOf(Mark, StringComparison.Ordinal)) + 1)] + Describe();
        if (Environment.GetEnvironmentVariable("S3AUTH_WRITE_PAGES") == "true")
        {
            File.WriteAllText(PagePath, expected);
            page = expected;
        }

        Assert.That(page, Is.EqualTo(expected), "Run: S3AUTH_WRITE_PAGES=true dotnet test tests/Cli.Tests --filter CommandsPageTests");
    }

    private static string Describe()
    {
        var text = new StringBuilder();
        var root = ToolRoot.Create();
        foreach (var command in Runnable(root))
        {
            Describe(text, HelpAction.PathOf(command)["s3auth ".Length..], command, HelpAction.UsageOf(command));
        }

        Describe(text, "Options of every command", root, usage: null);
        return text.ToString();
    }

    private static void Describe(StringBuilder text, string title, Command command, string? usage)
    {
        text.Append($"\n## {title}\n\n");
        if (usage is not null)
        {
            text.Append($"{command.Description!.TrimEnd('.')}.\n\n```text\n{usage}\n```\n\n");
        }

        var rows = command.Arguments.Select(argument => (argument.Name, argument.Description))
            .Concat(command.Options.Where(option => !option.Hidden).Select(option => (Name: HelpAction.NameOf(option), option.Description)))
            .ToList();
        if (rows.Count > 0)
        {
            text.Append("| | |\n| --- | --- |\n");
            rows.ForEach(row => text.Append($"| `{row.Name}` | {row.Description!.Replace("|", "\\|")} |\n"));
        }

        if (command is ToolCommand { Examples: { Count: > 0 } examples })
        {
            text.Append(rows.Count > 0 ? "\n" : "").Append($"```sh\n{string.Join('\n', examples)}\n```\n");
        }
    }

    // A command with subcommands may also run itself.
    private static IEnumerable<Command> Runnable(Command command) =>
        (command.Action is null ? [] : new[] { command }).Concat(command.Subcommands.SelectMany(Runnable));
}

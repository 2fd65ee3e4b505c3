using System.CommandLine;

namespace S3Auth.Cli.Tests;

public sealed class CommandLineTests
{
    [TestCase("localhost:8123", "http://localhost:8123")]
    [TestCase("s3-auth.example.com", "https://s3-auth.example.com")]
    public void Server_without_a_scheme_is_refused_with_the_url_to_use(string text, string suggestion) =>
        Assert.That(() => CommonOptions.ReadServer(text), Throws.TypeOf<UsageException>().With.Message.Contains(suggestion));

    [TestCase("ftp://localhost")]
    [TestCase("http://somebody@localhost")]
    [TestCase("http://localhost/?a=b")]
    [TestCase("")]
    [TestCase(null)]
    public void Server_that_is_not_a_plain_url_is_refused(string? text) =>
        Assert.That(() => CommonOptions.ReadServer(text), Throws.TypeOf<UsageException>());

    [TestCase("", "--help")]
    [TestCase("help", "--help")]
    [TestCase("help upload", "upload --help")]
    [TestCase("upload help", "upload help")]
    public void Arguments_that_ask_for_help_become_the_help_option(string typed, string expected) => Assert.That(
        CommandLineErrors.Normalize(typed.Split(' ', StringSplitOptions.RemoveEmptyEntries)), Is.EqualTo(expected.Split(' ')));

    [TestCase("uplaod", "Did you mean upload?")]
    [TestCase("donwload", "Did you mean download?")]
    [TestCase("rm", "cannot delete")]
    [TestCase("frobnicate", "The commands are upload")]
    public void Unknown_command_is_answered_with_a_suggestion(string typed, string expected) =>
        Assert.That(CommandLineErrors.Explain(Root(), typed), Does.Contain(expected));

    [TestCase("upload data --soruce x", "There is no option --soruce. Did you mean --source?")]
    [TestCase("ls --wallte default", "There is no option --wallte. Did you mean --wallet?")]
    [TestCase("du -p 3", "There is no option -p.")]
    [TestCase("cp -z a :b", "There is no option -z. If it is a path, write ./-z.")]
    public void Unknown_option_is_answered_with_a_suggestion(string typed, string expected) => Assert.That(
        () => CommandLineErrors.RefuseUnknownOptions(Root().Parse(typed.Split(' '))),
        Throws.TypeOf<UsageException>().With.Message.StartsWith(expected));

    [TestCase("upload -- --soruce")]
    [TestCase("cp - :b")]
    [TestCase("upload data --exclude -tmp")]
    public void Path_after_two_hyphens_and_value_of_an_option_may_begin_with_a_hyphen(string typed) => Assert.That(
        () => CommandLineErrors.RefuseUnknownOptions(Root().Parse(typed.Split(' '))), Throws.Nothing);

    [TestCase("upload data --parallel many", "--parallel must be a number, not many.")]
    [TestCase("upload", "The argument PATH is missing.")]
    [TestCase("cp a", "This command needs at least 2 arguments PATH.")]
    public void Error_of_the_parser_is_explained_in_the_words_of_the_help(string typed, string expected) => Assert.That(
        Root().Parse(typed.Split(' ')).Errors.Select(CommandLineErrors.Explain), Is.EqualTo([expected]));

    [Test]
    public void Help_of_a_command_has_its_examples_and_no_common_options()
    {
        var help = HelpAction.Describe(Root().Subcommands.Single(command => command.Name == "upload"));

        Assert.That(
            help,
            Does.Contain("Usage:\n  s3auth upload PATH… [options]")
                .And.Contain("Examples:\n  s3auth upload data/")
                .And.Not.Contain("--wallet-path"));
    }

    [Test]
    public void Every_command_has_two_examples() => Assert.That(
        Runnable(Root()).Select(command => (command.Name, (command as ToolCommand)?.Examples.Count)), Has.All.Matches<(string, int?)>(
            one => one.Item2 == 2));

    [TestCase("tao", true)]
    [TestCase("epistula", true)]
    [TestCase("basic", false)]
    public void Kind_of_proof_is_a_known_one(string kind, bool isKnown) => Assert.That(
        Root().Parse(["sign", "folder-access", "--proof", kind]).Errors.Select(error => error.Message),
        isKnown ? Has.None.Contains(kind) : Has.Some.Contains(kind));

    private static RootCommand Root() => ToolRoot.Create();

    // A command with subcommands may also run itself.
    private static IEnumerable<Command> Runnable(Command command) =>
        (command.Action is null ? [] : new[] { command }).Concat(command.Subcommands.SelectMany(Runnable));
}

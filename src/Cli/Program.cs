using System.CommandLine.Help;
using System.CommandLine.Invocation;
using S3Auth.Cli;

var options = new CommonOptions();
var root = new RootCommand(
    """
    Uploads a Bittensor miner's files and downloads them as a validator, through an S3Auth server.
    Exit codes: 0 done, 2 usage, 3 refused, 4 partly done, 5 unreachable, 130 stopped.
    """)
{
    UploadCommand.Create(options),
    ListCommand.Create(options),
    MinersCommand.Create(options),
    DownloadCommand.Create(options),
    CheckCommand.Create(options),
    SignCommand.Create(options),
    MigrateCommand.Create(options),
    CompletionCommand.Create(),
};
// The spellings of other systems (-?, /h) would stand among the completions.
root.Options.Remove(root.Options.OfType<HelpOption>().Single());
root.Add(new HelpOption("--help", "-h"));
foreach (var option in options.All)
{
    root.Add(option);
}

var parsed = root.Parse(args);
if (parsed.Action is ParseErrorAction)
{
    // A mistyped word is lost above a screen of help.
    foreach (var error in parsed.Errors)
    {
        Console.Error.WriteLine($"error: {error.Message}");
    }

    Console.Error.WriteLine("Try: s3auth --help, or s3auth COMMAND --help");
    return (int)ExitCode.Usage;
}

// After Ctrl-C, time to finish the line that is being written; nothing is transferred any more.
return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(10) });

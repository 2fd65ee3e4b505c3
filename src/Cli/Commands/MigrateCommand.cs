namespace S3Auth.Cli.Commands;

/// <summary><c>s3auth migrate huggingface</c>.</summary>
internal static class MigrateCommand
{
    internal static Command Create(CommonOptions common)
    {
        var command = new ToolCommand("migrate", "Copy files from another service into your own folder");
        command.Add(CreateHuggingFace(common));
        return command;
    }

    private static ToolCommand CreateHuggingFace(CommonOptions common)
    {
        var repository = new Argument<string>("REPO") { Description = "The dataset, as OWNER/NAME" };
        var revision = new Option<string>("--revision")
        {
            Description = "A branch, tag or commit (default: main)",
            HelpName = "REV",
            DefaultValueFactory = _ => "main",
        };
        var options = new UploadOptions("migrate");
        var command = new ToolCommand(
            "huggingface",
            "Copy a dataset of the Hugging Face Hub into your own folder. HF_TOKEN gives access to private datasets, HF_ENDPOINT names a "
            + "mirror.")
        {
            Examples =
            [
                "s3auth migrate huggingface OWNER/NAME --dry-run",
                "s3auth migrate huggingface OWNER/NAME --include '**/*.parquet'",
            ],
        };
        command.Add(repository);
        command.Add(revision);
        options.AddTo(command);
        common.RunAsMiner(command, async (parsed, session, cancellationToken) =>
        {
            var dataset = HubDataset.Parse(parsed.GetValue(repository)!);
            var (endpoint, token) = (ReadEndpoint(), Variable("HF_TOKEN"));
            if (token is not null && endpoint.Scheme == "http" && !endpoint.IsLoopback)
            {
                session.Report.Warn($"HF_TOKEN goes to {endpoint.Authority} without TLS: anyone on the network path can read and use it.");
            }

            using var hub = new HubClient(endpoint, token, session.Report);
            var account = session.Wallet.Hotkey.AccountId.ToString();
            using var journal = new MigrationJournal(MigrationJournal.PathOf(session.Server, account, dataset));
            return await new MigrationRun(session, hub, journal, new MigrationPlan
            {
                Dataset = dataset,
                Revision = parsed.GetValue(revision)!,
                Settings = options.Read(parsed, session),
            }).RunAsync(cancellationToken);
        });
        return command;
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static Uri ReadEndpoint()
    {
        var text = Variable("HF_ENDPOINT") ?? "https://huggingface.co";
        return Uri.TryCreate(text, UriKind.Absolute, out var hub) && hub.Scheme is "http" or "https"
            ? hub
            : throw new UsageException("HF_ENDPOINT is not a URL. Use one such as https://huggingface.co.");
    }
}

namespace S3Auth.Cli.Commands;

/// <summary><c>s3auth migrate huggingface</c>.</summary>
internal static class MigrateCommand
{
    internal static Command Create(CommonOptions common) => new("migrate", "Move what was collected elsewhere into the miner's own folder")
    {
        CreateHuggingFace(common),
    };

    private static Command CreateHuggingFace(CommonOptions common)
    {
        var repository = new Argument<string>("REPO") { Description = "The dataset, OWNER/NAME" };
        var revision = new Option<string>("--revision") { Description = "A branch, tag or commit", HelpName = "REV", DefaultValueFactory = _ => "main" };
        var include = new Option<string[]>("--include") { Description = "Only files like this: '**/*.parquet'; may be repeated", HelpName = "GLOB", DefaultValueFactory = _ => [] };
        var exclude = new Option<string[]>("--exclude") { Description = "But not files like this; may be repeated", HelpName = "GLOB", DefaultValueFactory = _ => [] };
        var options = new UploadOptions("move", "moved");
        var command = new Command(
            "huggingface", "Stream a dataset of the Hugging Face Hub into the miner's folder; HF_TOKEN for private ones, HF_ENDPOINT for another Hub")
        {
            repository, revision, include, exclude,
        };
        options.AddTo(command);
        common.Run(command, async (parsed, session, cancellationToken) =>
        {
            var dataset = HubDataset.Parse(parsed.GetValue(repository)!);
            var (endpoint, token) = (ReadEndpoint(), Variable("HF_TOKEN"));
            if (token is not null && endpoint.Scheme == "http" && !endpoint.IsLoopback)
            {
                session.Report.Warn($"HF_TOKEN goes to {endpoint.Authority} without TLS: whoever is on the way can read and use it.");
            }

            using var hub = new HubClient(endpoint, token, session.Report);
            using var journal = new MigrationJournal(MigrationJournal.PathOf(session.Server, session.Wallet.Hotkey.AccountId.ToString(), dataset));
            return await new MigrationRun(session, hub, journal, new MigrationPlan
            {
                Dataset = dataset,
                Revision = parsed.GetValue(revision)!,
                Include = parsed.GetValue(include)!,
                Exclude = parsed.GetValue(exclude)!,
                Settings = options.Read(parsed),
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
            : throw new UsageException("HF_ENDPOINT is a URL such as https://huggingface.co.");
    }
}

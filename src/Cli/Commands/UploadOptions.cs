namespace S3Auth.Cli.Commands;

/// <summary>The options of every command that brings files into the miner's folder.</summary>
/// <param name="verb">What is done to a file: upload, move.</param>
/// <param name="done">The same when it was done: uploaded, moved.</param>
internal sealed class UploadOptions(string verb, string done)
{
    private readonly Option<string?> _source = new("--source") { Description = "The source they come from; else the deployment's first", HelpName = "NAME" };

    private readonly Option<string?> _job = new("--job") { Description = "The job they were collected for: they go into its folder", HelpName = "ID" };

    private readonly Option<string> _to = new("--to") { Description = "A folder within the miner's", HelpName = "PATH", DefaultValueFactory = _ => "" };

    private readonly Option<int> _parallel = ParallelOption.Create();

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = $"Say what would be {done}, and {verb} nothing" };

    private readonly Option<bool> _force = new("--force") { Description = $"{char.ToUpperInvariant(verb[0])}{verb[1..]} also what is there already, without looking" };

    internal void AddTo(Command command)
    {
        foreach (var option in (Option[])[_source, _job, _to, _parallel, _dryRun, _force])
        {
            command.Add(option);
        }
    }

    /// <exception cref="UsageException">One of them is out of its range.</exception>
    internal UploadSettings Read(ParseResult parsed) => new()
    {
        Source = parsed.GetValue(_source),
        Job = parsed.GetValue(_job),
        To = parsed.GetValue(_to)!.Trim('/'),
        Parallel = ParallelOption.Read(parsed, _parallel),
        DryRun = parsed.GetValue(_dryRun),
        Force = parsed.GetValue(_force),
    };
}

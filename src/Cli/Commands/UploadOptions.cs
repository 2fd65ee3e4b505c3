namespace S3Auth.Cli.Commands;

/// <summary>The options of every command that uploads files.</summary>
/// <param name="verb">The verb of the command: upload, migrate.</param>
internal sealed class UploadOptions(string verb)
{
    private readonly Option<string?> _source = new("--source")
    {
        Description = "The source of the data (default: the deployment's first source)",
        HelpName = "NAME",
    };

    private readonly Option<string?> _job = new("--job") { Description = "The job whose folder gets the files", HelpName = "ID" };

    private readonly Option<string> _to = new("--to")
    {
        Description = "A subfolder of the miner's folder",
        HelpName = "PATH",
        DefaultValueFactory = _ => "",
    };

    private readonly Option<int> _parallel = ParallelOption.Create();

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = $"Print what the command would {verb}, and {verb} nothing" };

    private readonly Option<bool> _force = new("--force")
    {
        Description = $"{char.ToUpperInvariant(verb[0])}{verb[1..]} every file, without comparing with the bucket",
    };

    internal void AddTo(Command command)
    {
        foreach (var option in (Option[])[_source, _job, _to, _parallel, _dryRun, _force])
        {
            command.Add(option);
        }
    }

    /// <exception cref="UsageException">A value is out of range.</exception>
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

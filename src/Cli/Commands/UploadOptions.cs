namespace S3Auth.Cli.Commands;

/// <summary>The options of every command that uploads files.</summary>
/// <param name="verb">What the command does to files: upload, migrate.</param>
internal sealed class UploadOptions(string verb)
{
    private readonly Option<string?> _source = new("--source")
    {
        Description = "The source of the data (default: the profile's, or the deployment's first source)",
        HelpName = "NAME",
    };

    private readonly Option<string?> _job = new("--job")
    {
        Description = "The job whose folder gets the files (default: the profile's)",
        HelpName = "ID",
    };

    private readonly Option<string> _to = new("--to")
    {
        Description = "A subfolder of the miner's folder",
        HelpName = "PATH",
        DefaultValueFactory = _ => "",
    };

    private readonly PatternOptions _patterns = new();

    // Another service does not tell when its files were modified.
    private readonly AgeOptions? _ages = verb == "upload" ? new("modified") : null;

    private readonly Option<string?> _rate = RateOption.Create();

    private readonly Option<int> _parallel = ParallelOption.Create();

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = $"Print what the command would {verb}, and {verb} nothing" };

    private readonly Option<bool> _refresh = new("--refresh")
    {
        Description = "List the bucket again, instead of using the listing of an earlier run",
    };

    private readonly Option<bool> _force = new("--force")
    {
        Description = $"{char.ToUpperInvariant(verb[0])}{verb[1..]} every file, without comparing with the bucket",
    };

    internal void AddTo(Command command)
    {
        AddWithoutForceTo(command);
        command.Add(_force);
    }

    /// <summary>Adds the options to a command that always compares with the bucket.</summary>
    internal void AddWithoutForceTo(Command command)
    {
        foreach (var option in (Option[])[_source, _job, _to, _parallel, _rate, _dryRun, _refresh])
        {
            command.Add(option);
        }

        _patterns.AddTo(command);
        _ages?.AddTo(command);
    }

    /// <summary>Adds the options that make sense for a watch in the background.</summary>
    internal void AddToService(Command command)
    {
        foreach (var option in (Option[])[_source, _job, _to, _parallel, _rate])
        {
            command.Add(option);
        }

        _patterns.AddTo(command);
        _ages?.AddTo(command);
    }

    /// <exception cref="UsageException">A value is out of range.</exception>
    internal UploadSettings Read(ParseResult parsed, Session session) => new()
    {
        Source = parsed.GetValue(_source) ?? session.Source,
        Job = parsed.GetValue(_job) ?? session.Job,
        To = parsed.GetValue(_to)!.Trim('/'),
        Filter = _patterns.Read(parsed),
        Ages = _ages?.Read(parsed) ?? default,
        Parallel = ParallelOption.Read(parsed, _parallel),
        MaxBytesPerSecond = RateOption.Read(parsed, _rate),
        DryRun = parsed.GetValue(_dryRun),
        Force = parsed.GetValue(_force),
        Refresh = parsed.GetValue(_refresh),
    };
}

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

    private readonly Option<string?> _rate = new("--bwlimit")
    {
        Description = "The maximum bytes per second of all transfers together: 500k, 10M, 1.5G",
        HelpName = "RATE",
    };

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
    }

    /// <exception cref="UsageException">A value is out of range.</exception>
    internal UploadSettings Read(ParseResult parsed, Session session) => new()
    {
        Source = parsed.GetValue(_source) ?? session.Source,
        Job = parsed.GetValue(_job) ?? session.Job,
        To = parsed.GetValue(_to)!.Trim('/'),
        Filter = _patterns.Read(parsed),
        Parallel = ParallelOption.Read(parsed, _parallel),
        MaxBytesPerSecond = parsed.GetValue(_rate) is { } rate ? ReadRate(rate) : null,
        DryRun = parsed.GetValue(_dryRun),
        Force = parsed.GetValue(_force),
        Refresh = parsed.GetValue(_refresh),
    };

    /// <summary>Reads a number of bytes per second with an optional suffix: k, M and G stand for KiB, MiB and GiB.</summary>
    /// <exception cref="UsageException">The text is not such a number, or the rate is less than 1 KiB per second.</exception>
    internal static long ReadRate(string text)
    {
        var factor = text is [.., var unit] ? unit switch { 'k' or 'K' => 1L << 10, 'M' => 1L << 20, 'G' => 1L << 30, _ => 1L } : 1;
        return double.TryParse(
                factor > 1 ? text.AsSpan(..^1) : text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            && count * factor is >= 1024 and <= 1e12
            ? (long)(count * factor)
            : throw new UsageException("--bwlimit must be a number of bytes per second, at least 1k. Use k, M and G, such as 500k or 10M.");
    }
}

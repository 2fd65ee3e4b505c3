namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// A metagraph from a file, or of the development accounts when there is no file. An edit of the file is picked up within
/// <see cref="PollInterval"/>; a broken edit is reported (in the log and in the health check) and the last good one kept.
/// </summary>
internal sealed partial class StaticMetagraph : BackgroundService, IMetagraph
{
    /// <summary>The value of <c>BT_NETWORK</c> that asks for it.</summary>
    internal const string NetworkName = "static";

    // Polled, not watched: a file that is replaced through a symbolic link, as orchestrators do it, raises no event.
    internal static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    // For anyone who asks; why, with the file's path, is in the log.
    private const string NotUsable = "The metagraph file was edited but cannot be used; the last good one stays in force.";

    private readonly string? _path;
    private readonly TimeProvider _time;
    private readonly ILogger<StaticMetagraph> _logger;

    private (DateTime Written, long Length) _seen;
    private volatile Metagraph _current;
    private volatile string? _problem;

    /// <param name="path">The file; null for the development accounts.</param>
    /// <param name="netuid">The subnet this server is for.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where a broken edit is reported.</param>
    /// <exception cref="InvalidDataException">The file holds no metagraph of this subnet.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal StaticMetagraph(string? path, ushort netuid, TimeProvider time, ILogger<StaticMetagraph> logger)
    {
        _path = path;
        _time = time;
        _logger = logger;
        Netuid = netuid;

        if (path is null)
        {
            _current = DevelopmentAccounts.ToMetagraph(netuid, time.GetUtcNow());
        }
        else
        {
            _seen = Look(path);
            _current = MetagraphFile.Read(path, Network, netuid, time.GetUtcNow());
        }
    }

    /// <inheritdoc/>
    public string Network => NetworkName;

    /// <inheritdoc/>
    public ushort Netuid { get; }

    /// <inheritdoc/>
    public Metagraph Current => _current;

    /// <inheritdoc/>
    public MetagraphState Describe()
    {
        var current = _current;
        return new MetagraphState(
            Synchronised: false,
            current.Block,
            current.Count,
            current.ReadAt,
            _time.GetUtcNow() - current.ReadAt,
            Endpoint: null,
            _problem is null ? null : NotUsable);
    }

    /// <summary>Does nothing: an edit of the file is looked for every second anyway.</summary>
    public void RefreshSoon()
    {
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_path is null)
        {
            return;
        }

        using var timer = new PeriodicTimer(PollInterval, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            ReadAgain(_path);
        }
    }

    private void ReadAgain(string path)
    {
        try
        {
            var seen = Look(path);
            if (seen != _seen)
            {
                _current = MetagraphFile.Read(path, Network, Netuid, _time.GetUtcNow());
                _seen = seen;
                LogPickedUp(path, _current.Count);
            }

            _problem = null;
        }
        catch (Exception broken) when (broken is InvalidDataException or IOException)
        {
            // What cannot be read now may be readable at the next look without another edit; it is reported when it is news.
            if (!string.Equals(_problem, broken.Message, StringComparison.Ordinal))
            {
                _problem = broken.Message;
                LogBroken(path, broken.Message);
            }
        }
    }

    private static (DateTime Written, long Length) Look(string path)
    {
        try
        {
            var file = new FileInfo(path);
            var target = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            return target.Exists ? (target.LastWriteTimeUtc, target.Length) : default;
        }
        catch (UnauthorizedAccessException denied)
        {
            // No exception may end the polling: the host would stop with it.
            throw new IOException($"Access to {path} is denied.", denied);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Picked up the edited metagraph file {Path} with {Count} neurons")]
    private partial void LogPickedUp(string path, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The metagraph file {Path} was edited but cannot be used, the last good one stays in force: {Reason}")]
    private partial void LogBroken(string path, string reason);
}

namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// A metagraph from a file, or of the development accounts if there is no file. Reads the file again within <see cref="PollInterval"/>
/// after an edit. If the edited file is invalid, keeps the last valid metagraph and reports the problem in the log and the health check.
/// </summary>
internal sealed partial class StaticMetagraph : BackgroundService, IMetagraph
{
    /// <summary>The value of <c>BT_NETWORK</c> for this.</summary>
    internal const string NetworkName = "static";

    // Polled, because replacing a file through a symbolic link, as Kubernetes does, raises no file system event.
    internal static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    // Public. The reason and the path of the file are only in the log.
    private const string InvalidEdit = "The edited metagraph file is invalid. The last valid metagraph stays in use.";

    private readonly string? _path;
    private readonly TimeProvider _time;
    private readonly ILogger<StaticMetagraph> _logger;

    private (DateTime Written, long Length) _seen;
    private volatile Metagraph _current;
    private volatile string? _problem;

    /// <param name="path">The file; null for the development accounts.</param>
    /// <param name="netuid">The server's subnet.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Logs edits of the file.</param>
    /// <exception cref="InvalidDataException">The file contains no metagraph of this subnet.</exception>
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
            _problem is null ? null : InvalidEdit);
    }

    /// <summary>Does nothing, because the file is polled every second.</summary>
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
            // The file may become readable without another edit, so it is read again at the next poll. Each problem is logged once.
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
            // Polling handles only IOException. Any other exception would stop the host.
            throw new IOException($"Access to {path} is denied.", denied);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Read the edited metagraph file {Path} with {Count} neurons")]
    private partial void LogPickedUp(string path, int count);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The edited metagraph file {Path} is invalid. The last valid metagraph stays in use: {Reason}")]
    private partial void LogBroken(string path, string reason);
}

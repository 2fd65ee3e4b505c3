namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// A metagraph from a file, or of the development accounts if there is no file. Reads an edited file within two seconds. If it is invalid,
/// keeps the last valid metagraph and reports the problem in the log and the health check.
/// </summary>
internal sealed partial class StaticMetagraph : BackgroundService, IMetagraph
{
    /// <summary>The value of <c>BT_NETWORK</c> for this.</summary>
    internal const string NetworkName = "static";

    // A subnet has at most a few thousand neurons, of some 200 bytes each.
    private const int MaxBytes = 4 * 1024 * 1024;

    // Public. The reason and the path of the file are only in the log.
    private const string InvalidEdit = "The edited metagraph file is invalid. The last valid metagraph stays in use.";

    private readonly string? _path;
    private readonly TimeProvider _time;
    private readonly ILogger<StaticMetagraph> _logger;

    private readonly WatchedFile<Metagraph>? _file;
    private readonly Metagraph? _development;

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
            _development = DevelopmentAccounts.ToMetagraph(netuid, time.GetUtcNow());
        }
        else
        {
            _file = new WatchedFile<Metagraph>(
                path, MaxBytes, json => MetagraphFile.Parse(json, NetworkName, netuid, time.GetUtcNow()));
        }
    }

    /// <inheritdoc/>
    public string Network => NetworkName;

    /// <inheritdoc/>
    public ushort Netuid { get; }

    /// <inheritdoc/>
    public Metagraph Current => _file?.Current ?? _development!;

    /// <inheritdoc/>
    public MetagraphState Describe()
    {
        var current = Current;
        return new MetagraphState(
            Synchronised: false,
            current.Block,
            current.Count,
            current.ReadAt,
            _time.GetUtcNow() - current.ReadAt,
            Endpoint: null,
            _file?.Problem is null ? null : InvalidEdit);
    }

    /// <summary>Does nothing, because the file is polled every second.</summary>
    public void RefreshSoon()
    {
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _file is null
        ? Task.CompletedTask
        : _file.WatchAsync(
            _time, metagraph => LogPickedUp(_path!, metagraph.Count), problem => LogBroken(_path!, problem), stoppingToken);

    [LoggerMessage(Level = LogLevel.Information, Message = "Read the edited metagraph file {Path} with {Count} neurons")]
    private partial void LogPickedUp(string path, int count);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The edited metagraph file {Path} is invalid. The last valid metagraph stays in use: {Reason}")]
    private partial void LogBroken(string path, string reason);
}

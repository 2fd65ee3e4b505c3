using System.Threading.Channels;

namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// Keeps the metagraph as the chain has it: reads it at the start and then again and again, each time whole, and swaps it in.
/// Requests read what is held and never wait for a node. While no node answers the last one stays in force until it is too old to
/// decide on; it is also kept on disk, for a start in such a time.
/// </summary>
internal sealed partial class MetagraphSynchroniser : BackgroundService, IMetagraph
{
    /// <summary>The time between two blocks of the chain: the least between a sync and an extra one.</summary>
    internal static readonly TimeSpan BlockTime = TimeSpan.FromSeconds(12);

    /// <summary>How long a chain that makes a block every 12 s may go without a new finalized one before its node is not believed.</summary>
    internal static readonly TimeSpan LongestStandstill = TimeSpan.FromMinutes(5);

    private const string HowToForget = "If the chain was reset or changed, remove metagraph-snapshot.json and restart.";

    // A kept snapshot from the future is of a clock that was wrong, then or now; a little is a clock that was corrected.
    private static readonly TimeSpan MostAhead = TimeSpan.FromMinutes(1);

    private readonly ChainOptions _options;
    private readonly NodePool _nodes;
    private readonly SubnetReader _reader;
    private readonly SnapshotFile _file;
    private readonly ChainMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<MetagraphSynchroniser> _logger;

    // Someone asks for a newer snapshot. One is as good as a hundred.
    private readonly Channel<bool> _wanted = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private volatile HeldMetagraph? _held;
    private volatile string? _problem;
    private bool _unwritableTold;
    private bool _staleTold;

    public MetagraphSynchroniser(
        ChainOptions options,
        NodePool nodes,
        SubnetReader reader,
        SnapshotFile file,
        ChainMetrics metrics,
        TimeProvider time,
        ILogger<MetagraphSynchroniser> logger)
    {
        _options = options;
        _nodes = nodes;
        _reader = reader;
        _file = file;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        metrics.Observe(this);
    }

    /// <inheritdoc/>
    public string Network => _held?.Metagraph.Network ?? _options.Network.Name;

    /// <inheritdoc/>
    public ushort Netuid => _options.Netuid;

    /// <inheritdoc/>
    public Metagraph? Current => _held is { } held && held.Age <= _options.MaxStaleness ? held.Metagraph : null;

    /// <inheritdoc/>
    public MetagraphState Describe()
    {
        var held = _held;
        return new MetagraphState(
            Synchronised: true,
            held?.Metagraph.Block,
            held?.Metagraph.Count ?? 0,
            held?.Metagraph.ReadAt,
            held?.Age,
            _nodes.InUse?.Origin,
            _problem);
    }

    /// <inheritdoc/>
    public void RefreshSoon() => _wanted.Writer.TryWrite(true);

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the first request, so that none is refused that this snapshot answers.
        TakeFromFile();
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var started = _time.GetTimestamp();
            _wanted.Reader.TryRead(out _);
            if (await SynchroniseAsync(started, stoppingToken))
            {
                await WaitAsync(_time.GetElapsedTime(started), stoppingToken);
            }
            else
            {
                await Task.Delay(_nodes.RestLeft, _time, stoppingToken);
            }
        }
    }

    private async Task<bool> SynchroniseAsync(long started, CancellationToken stoppingToken)
    {
        try
        {
            var answer = await _nodes.AskAsync(ReadNewerAsync, stoppingToken);
            Hold(answer);
            _metrics.Synchronised(_time.GetElapsedTime(started), ok: true);
            await KeepAsync(answer, stoppingToken);
            return true;
        }
        catch (ChainException failed)
        {
            _problem = failed.Message;
            _metrics.Synchronised(_time.GetElapsedTime(started), ok: false);
            TellWhenStale();
            return false;
        }
    }

    // What is held is not replaced by itself as if it were new, and, while it may be decided on, not by something older or by what
    // another chain says. Once it is too old it says as little about what is right as nothing does, at a first start.
    private async Task<SubnetAnswer> ReadNewerAsync(NodeConnection node, CancellationToken cancellationToken)
    {
        var answer = await _reader.ReadAsync(node, cancellationToken);
        if (_held is not { } held)
        {
            return answer;
        }

        var (block, heldBlock) = (answer.Metagraph.Block, held.Metagraph.Block);
        var otherChain = answer.Chain != held.Chain;
        if (!otherChain && block == heldBlock && held.BlockAge > LongestStandstill)
        {
            throw new ChainException(
                ChainFailure.StandingStill,
                $"The node {node.Endpoint} has had block {block} as its finalized one for more than {LongestStandstill.TotalMinutes:0} minutes: it stands still, or the chain does.");
        }

        if (Current is not null && otherChain)
        {
            throw new ChainException(
                ChainFailure.OtherChain, $"The node {node.Endpoint} follows the chain '{answer.Chain}', but what is held is of '{held.Chain}'. {HowToForget}");
        }

        if (Current is not null && block < heldBlock)
        {
            throw new ChainException(
                ChainFailure.OlderBlock, $"The node {node.Endpoint} has finalized block {block} only, but block {heldBlock} was already read: it lags behind. {HowToForget}");
        }

        return answer;
    }

    private void Hold(SubnetAnswer answer)
    {
        var before = _held;
        _held = new HeldMetagraph(answer, before, _time);
        if (before is null || _problem is not null)
        {
            LogHeld(answer.Metagraph.Netuid, answer.Metagraph.Network, answer.Chain, answer.Metagraph.Block, answer.Metagraph.Count);
        }

        _problem = null;
        _staleTold = false;
    }

    private void TellWhenStale()
    {
        if (Current is null && !_staleTold)
        {
            _staleTold = true;
            LogStale(_options.MaxStaleness, _problem);
        }
    }

    // Until the next sync is due, or one block after the end of the last one when somebody wishes for it.
    private async Task WaitAsync(TimeSpan taken, CancellationToken stoppingToken)
    {
        // Between nine and eleven tenths: many servers that were started together must not ask a node together.
        var interval = _options.EffectiveInterval * (0.9 + (Random.Shared.NextDouble() / 5));
        var left = interval > taken ? interval - taken : TimeSpan.Zero;
        if (left <= BlockTime)
        {
            await Task.Delay(left, _time, stoppingToken);
            return;
        }

        await Task.Delay(BlockTime, _time, stoppingToken);
        using var timer = new CancellationTokenSource(left - BlockTime, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stoppingToken);
        try
        {
            await _wanted.Reader.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            // Nobody did.
        }
    }

    private void TakeFromFile()
    {
        try
        {
            if (_file.Load() is not { } kept)
            {
                return;
            }

            var age = _time.GetUtcNow() - kept.Metagraph.ReadAt;
            if (age > _options.MaxStaleness || age < -MostAhead)
            {
                LogFileUnused(_file.FilePath, FormattableString.Invariant($"it is {age.TotalSeconds:0} s old"));
                return;
            }

            _held = new HeldMetagraph(kept, before: null, _time);
            LogFileUsed(_file.FilePath, kept.Metagraph.Block, age);
        }
        catch (Exception unusable) when (unusable is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            LogFileUnused(_file.FilePath, unusable.Message);
        }
    }

    private async Task KeepAsync(SubnetAnswer answer, CancellationToken stoppingToken)
    {
        try
        {
            await _file.SaveAsync(answer, stoppingToken);
            _unwritableTold = false;
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            if (!_unwritableTold)
            {
                _unwritableTold = true;
                LogFileUnwritable(_file.FilePath, unwritable.Message);
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "The metagraph of netuid {Netuid} on {Network} (chain '{Chain}') is held: block {Block}, {Neurons} neurons")]
    private partial void LogHeld(ushort netuid, string network, string chain, ulong block, int neurons);

    [LoggerMessage(LogLevel.Error, "There is no metagraph younger than {MaxStaleness}: signed requests are refused until a node answers ({Problem})")]
    private partial void LogStale(TimeSpan maxStaleness, string? problem);

    [LoggerMessage(LogLevel.Information, "Starting with the metagraph kept in {Path}: block {Block}, {Age} old")]
    private partial void LogFileUsed(string path, ulong block, TimeSpan age);

    [LoggerMessage(LogLevel.Warning, "The metagraph kept in {Path} is not used: {Reason}")]
    private partial void LogFileUnused(string path, string reason);

    [LoggerMessage(LogLevel.Warning, "Cannot save the metagraph in {Path} (DATA_DIR), so a restart while no node answers finds none: {Reason}")]
    private partial void LogFileUnwritable(string path, string reason);
}

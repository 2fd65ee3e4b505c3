using System.Threading.Channels;

namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// Reads the metagraph from the chain, at the start and then regularly, and replaces the current snapshot as a whole. Requests read the
/// current snapshot and never wait for a node. While no node answers, the last snapshot stays in use up to
/// <see cref="ChainOptions.MaxStaleness"/>. It is also saved on disk, so that the server can start while no node answers.
/// </summary>
internal sealed partial class MetagraphSynchroniser : BackgroundService, IMetagraph
{
    /// <summary>The time between two blocks of the chain, and the minimum time between the end of a sync and an early one.</summary>
    internal static readonly TimeSpan BlockTime = TimeSpan.FromSeconds(12);

    private const string ResetAdvice = "If the chain was reset or changed, remove metagraph-snapshot.json and restart.";

    private readonly ChainOptions _options;
    private readonly NodePool _nodes;
    private readonly SubnetReader _reader;
    private readonly SnapshotFile _file;
    private readonly ChainMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<MetagraphSynchroniser> _logger;

    // Requests for an early sync. One item is enough, because one sync answers all of them.
    private readonly Channel<bool> _refreshRequests =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private volatile MetagraphSnapshot? _snapshot;
    private volatile SubnetAnswer? _lastAnswer;
    private volatile string? _problem;
    private bool _unwritableLogged;
    private bool _staleLogged;

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
    public string Network => _snapshot?.Metagraph.Network ?? _options.Network.Name;

    /// <inheritdoc/>
    public ushort Netuid => _options.Netuid;

    /// <inheritdoc/>
    public Metagraph? Current => _snapshot is { } snapshot && snapshot.Age <= _options.MaxStaleness ? snapshot.Metagraph : null;

    /// <summary>The last answer, even if it did not replace the snapshot; null before the first one.</summary>
    internal SubnetAnswer? LastAnswer => _lastAnswer;

    /// <summary>The number of nodes that failed when they were last asked.</summary>
    internal int FailingNodes => _nodes.Problems.Count();

    /// <inheritdoc/>
    public MetagraphState Describe()
    {
        var snapshot = _snapshot;
        return new MetagraphState(
            Synchronised: true,
            snapshot?.Metagraph.Block,
            snapshot?.Metagraph.Count ?? 0,
            snapshot?.Metagraph.ReadAt,
            snapshot?.Age,
            _nodes.LastUsed?.Origin,
            _problem)
        {
            BlockTime = snapshot?.Answer.BlockTime,
            SpecVersion = snapshot?.Answer.SpecVersion,
            Warnings =
            [
                .. _lastAnswer?.Warnings ?? [],
                .. _nodes.Problems.Select(problem => problem.Message).Where(text => text != _problem),
            ],
        };
    }

    /// <inheritdoc/>
    public void RefreshSoon() => _refreshRequests.Writer.TryWrite(true);

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the server accepts requests, so that it can answer the first one from the saved snapshot.
        LoadFromFile();
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var started = _time.GetTimestamp();
            _refreshRequests.Reader.TryRead(out _);
            if (await SynchroniseAsync(started, stoppingToken))
            {
                await WaitAsync(_time.GetElapsedTime(started), stoppingToken);
            }
            else
            {
                await Task.Delay(_nodes.BackOffLeft, _time, stoppingToken);
            }
        }
    }

    private async Task<bool> SynchroniseAsync(long started, CancellationToken stoppingToken)
    {
        // The newest answer of a node that lags behind. The server uses it if no other node has a newer block.
        SubnetAnswer? lagging = null;
        try
        {
            var answer = await _nodes.ReadAsync(ReadNewerAsync, stoppingToken);
            Replace(answer, problem: null);
            _metrics.Synchronised(_time.GetElapsedTime(started), ok: true);
            await SaveAsync(answer);
            return true;
        }
        catch (ChainException failed)
        {
            if (lagging is not null)
            {
                Replace(lagging, failed.Message);
                await SaveAsync(lagging);
            }

            _problem = failed.Message;
            _metrics.Synchronised(_time.GetElapsedTime(started), ok: false);
            LogIfStale();
            return false;
        }

        async Task<SubnetAnswer> ReadNewerAsync(NodeGroup nodes, CancellationToken cancellationToken)
        {
            var answer = await _reader.ReadAsync(nodes, cancellationToken);
            LogNewWarnings(answer);
            _lastAnswer = answer;
            var decision = Check(answer);
            if (decision == SnapshotDecision.Lagging && (lagging is null || answer.Metagraph.Block > lagging.Metagraph.Block))
            {
                lagging = answer;
            }

            return decision == SnapshotDecision.Accepted ? answer : throw Refuse(answer, decision);
        }
    }

    private SnapshotDecision Check(SubnetAnswer answer)
    {
        var snapshot = _snapshot;
        return SnapshotAcceptance.Check(
            snapshot is null ? null : new CurrentSnapshot(snapshot.Metagraph.Block, IsFresh: snapshot.Age <= _options.MaxStaleness),
            isSameChain: snapshot?.Answer.Chain.IsSameAs(answer.Chain) ?? false,
            answer.Metagraph.Block,
            _time.GetUtcNow() - answer.BlockTime,
            _options.MaxStaleness);
    }

    private ChainException Refuse(SubnetAnswer answer, SnapshotDecision decision)
    {
        var block = answer.Metagraph.Block;
        var node = _options.NodesThatAgree == 1
            ? $"The node {_options.Network.Endpoints.First(endpoint => endpoint.Fingerprint == answer.Endpoint)}"
            : "The nodes";
        var (verb, age) = (_options.NodesThatAgree == 1 ? "is" : "are", _time.GetUtcNow() - answer.BlockTime);
        var lags = _options.NodesThatAgree == 1 ? "The node lags" : "The nodes lag";
        return decision switch
        {
            SnapshotDecision.StandingStill => new ChainException(
                ChainFailure.StandingStill,
                $"{node} {verb} still at block {block}, which is {Text(age)} old. The node or the chain has stalled."),
            SnapshotDecision.Lagging => new ChainException(
                ChainFailure.Lagging,
                $"{node} {verb} at block {block}, which is {Text(age)} old. {lags} behind, or the chain has stalled."),
            SnapshotDecision.Stale => new ChainException(
                ChainFailure.StaleBlock,
                $"{node} {verb} at block {block}, which is {Text(age)} old. METAGRAPH_MAX_STALENESS allows "
                    + $"{Text(_options.MaxStaleness)}. The node is not synchronised, or the chain has stalled."),
            SnapshotDecision.Future => new ChainException(
                ChainFailure.FutureBlock,
                $"{node} {verb} at block {block}, whose time is {Text(-age)} ahead of this server's clock. Check the clock."),
            SnapshotDecision.OtherChain => new ChainException(
                ChainFailure.OtherChain,
                $"{node} follow{(_options.NodesThatAgree == 1 ? "s" : string.Empty)} the chain {answer.Chain}, but the current "
                    + $"metagraph is of {_snapshot!.Answer.Chain}. {ResetAdvice}"),
            SnapshotDecision.OlderBlock => new ChainException(
                ChainFailure.OlderBlock,
                $"{node} {verb} at block {block}, but the current metagraph is of block {_snapshot!.Metagraph.Block}. "
                    + $"{lags} behind. {ResetAdvice}"),
            var other => throw new InvalidOperationException($"{other} has no message."),
        };

        static string Text(TimeSpan span) => span switch
        {
            // Rounds up, so that an age just above the maximum does not look equal to it.
            { TotalMinutes: < 2 } => FormattableString.Invariant($"{Math.Ceiling(span.TotalSeconds)} s"),
            { TotalHours: < 2 } => FormattableString.Invariant($"{Math.Ceiling(span.TotalMinutes)} min"),
            { TotalDays: < 2 } => FormattableString.Invariant($"{span.TotalHours:0} h"),
            _ => FormattableString.Invariant($"{span.TotalDays:0} days"),
        };
    }

    private void Replace(SubnetAnswer answer, string? problem)
    {
        var before = _snapshot;
        _snapshot = new MetagraphSnapshot(answer, _time);
        if (before is null || (_problem is not null && problem is null))
        {
            LogRead(answer.Metagraph.Netuid, answer.Metagraph.Network, answer.Chain.Name, answer.Metagraph.Block, answer.Metagraph.Count);
        }

        _problem = problem;
        _staleLogged = false;
    }

    // Logs a warning once, not with every reading.
    private void LogNewWarnings(SubnetAnswer answer)
    {
        var before = _lastAnswer?.Warnings.Select(PublicText.WithoutNumbers) ?? [];
        foreach (var warning in answer.Warnings.ExceptBy(before, PublicText.WithoutNumbers))
        {
            LogWarning(answer.SpecVersion, answer.Metagraph.Block, warning);
        }
    }

    private void LogIfStale()
    {
        if (Current is null && !_staleLogged)
        {
            _staleLogged = true;
            LogStale(_options.MaxStaleness, _problem);
        }
    }

    // Waits until the next sync is due, or for at least one block if an early sync is requested.
    private async Task WaitAsync(TimeSpan taken, CancellationToken stoppingToken)
    {
        // Jitter of 10 %, so that servers that started together do not call a node together.
        var interval = _options.EffectiveInterval * (0.9 + (Random.Shared.NextDouble() / 5));
        var left = interval > taken ? interval - taken : TimeSpan.Zero;
        if (left <= BlockTime)
        {
            await Task.Delay(left, _time, stoppingToken);
            return;
        }

        await Task.Delay(BlockTime, _time, stoppingToken);
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        await Task.WhenAny(
            Task.Delay(left - BlockTime, _time, wait.Token), _refreshRequests.Reader.WaitToReadAsync(wait.Token).AsTask());

        // Ends the other of the two waits.
        await wait.CancelAsync();
        stoppingToken.ThrowIfCancellationRequested();
    }

    private void LoadFromFile()
    {
        try
        {
            if (_file.Load() is not { } saved)
            {
                return;
            }

            // The block may be a little ahead if the clock was corrected since.
            var age = _time.GetUtcNow() - saved.BlockTime;
            if (age > _options.MaxStaleness || age < -SnapshotAcceptance.MaxClockSkew)
            {
                LogFileUnused(_file.FilePath, age > TimeSpan.Zero
                    ? FormattableString.Invariant($"its block is {age.TotalSeconds:0} s old, which is more than METAGRAPH_MAX_STALENESS")
                    : FormattableString.Invariant($"the time of its block is {-age.TotalSeconds:0} s ahead of this server's clock"));
                return;
            }

            _snapshot = new MetagraphSnapshot(saved, _time);
            LogFileUsed(_file.FilePath, saved.Metagraph.Block, age);
        }
        catch (Exception unusable) when (unusable is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            LogFileUnused(_file.FilePath, unusable.Message);
        }
    }

    private async Task SaveAsync(SubnetAnswer answer)
    {
        try
        {
            // A stop waits for it: a restart while no node answers needs the snapshot.
            await _file.SaveAsync(answer, CancellationToken.None);
            _unwritableLogged = false;
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            if (!_unwritableLogged)
            {
                _unwritableLogged = true;
                LogFileUnwritable(_file.FilePath, unwritable.Message);
            }
        }
    }

    [LoggerMessage(
        LogLevel.Information,
        "Read the metagraph of netuid {Netuid} on {Network} (chain '{Chain}'): block {Block}, {Neurons} neurons")]
    private partial void LogRead(ushort netuid, string network, string chain, ulong block, int neurons);

    [LoggerMessage(LogLevel.Warning, "Runtime {SpecVersion}, block {Block}: {Warning}")]
    private partial void LogWarning(uint? specVersion, ulong block, string warning);

    [LoggerMessage(
        LogLevel.Error,
        "The metagraph's block is older than {MaxStaleness}, or there is no metagraph. The server refuses signed requests until it reads a "
            + "newer block ({Problem})")]
    private partial void LogStale(TimeSpan maxStaleness, string? problem);

    [LoggerMessage(LogLevel.Information, "Starting with the metagraph saved in {Path}: block {Block}, {Age} old")]
    private partial void LogFileUsed(string path, ulong block, TimeSpan age);

    [LoggerMessage(LogLevel.Warning, "The metagraph saved in {Path} is not used: {Reason}")]
    private partial void LogFileUnused(string path, string reason);

    [LoggerMessage(
        LogLevel.Warning,
        "Cannot save the metagraph in {Path} (DATA_DIR). After a restart while no node answers, there is no metagraph: {Reason}")]
    private partial void LogFileUnwritable(string path, string reason);
}

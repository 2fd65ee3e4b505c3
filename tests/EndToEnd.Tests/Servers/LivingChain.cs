namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>
/// A chain that several test nodes follow. It makes a block each second, so that tests need not wait 12 s for one. The blocks before the
/// first one that it makes are 12 s apart.
/// </summary>
internal sealed class LivingChain : IAsyncDisposable
{
    /// <summary>The block at which it starts.</summary>
    public const ulong FirstBlock = 7_000_000;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OldInterval = TimeSpan.FromSeconds(12);

    private readonly ConcurrentDictionary<ulong, DateTimeOffset> _times = new();
    private readonly ConcurrentDictionary<TestNode, long> _followers = new();
    private readonly Lock _making = new();
    private readonly CancellationTokenSource _end = new();
    private readonly DateTimeOffset _start;
    private readonly TimeSpan _age;
    private readonly Task _living;
    private ulong _block = FirstBlock;

    /// <param name="runtime">Its runtime.</param>
    /// <param name="age">How old its newest blocks are.</param>
    public LivingChain(TestRuntime runtime, TimeSpan age = default)
    {
        Runtime = runtime;
        _age = age;
        _start = Now;
        _times[FirstBlock] = _start;
        _living = LiveAsync();
    }

    /// <summary>The newest finalized block.</summary>
    public ulong Block => Volatile.Read(ref _block);

    /// <summary>The runtime of that block.</summary>
    public TestRuntime Runtime { get; private set; }

    private DateTimeOffset Now => DateTimeOffset.UtcNow - _age;

    /// <summary>Lets a node follow the chain, perhaps from a distance: it stays behind or is ahead by as many blocks.</summary>
    public void Add(TestNode node, long distance = 0)
    {
        lock (_making)
        {
            (node.BlockTime, node.Block) = (TimeOf, At(distance));
            (node.SpecVersion, node.Metadata, node.MetadataV14, node.State) =
                (Runtime.SpecVersion, Runtime.Metadata, Runtime.MetadataV14, Runtime.State);
            _followers[node] = distance;
        }
    }

    /// <summary>Leaves a node at its block.</summary>
    public void Remove(TestNode node)
    {
        lock (_making)
        {
            _followers.TryRemove(node, out _);
        }
    }

    /// <summary>Makes the next block with this runtime.</summary>
    public void Upgrade(TestRuntime runtime) => MakeBlock(runtime);

    /// <summary>When a block was made. A block that does not exist yet is made now.</summary>
    public DateTimeOffset TimeOf(ulong block)
    {
        if (_times.TryGetValue(block, out var time))
        {
            return time;
        }

        return block < FirstBlock ? _start - ((FirstBlock - block) * OldInterval) : Now;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _living;
        _end.Dispose();
    }

    private async Task LiveAsync()
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token))
            {
                MakeBlock(Runtime);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private void MakeBlock(TestRuntime runtime)
    {
        lock (_making)
        {
            var isUpgrade = runtime != Runtime;
            Runtime = runtime;
            _times[_block + 1] = Now;
            Volatile.Write(ref _block, _block + 1);
            foreach (var (node, distance) in _followers)
            {
                if (isUpgrade)
                {
                    node.Upgrade(runtime);
                }

                node.Block = At(distance);
            }
        }
    }

    private ulong At(long distance) => (ulong)((long)_block + distance);
}

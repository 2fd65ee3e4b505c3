using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace S3Auth.Testing.Chain;

/// <summary>
/// The chain as one node sees it: its blocks, their times and hashes, its runtime and its storage. The state and the metadata are the
/// test's; nothing in them is encoded by the code under test.
/// </summary>
public abstract class TestChainState
{
    /// <summary>The storage key of <c>Timestamp.Now</c>.</summary>
    public const string TimestampKey = "0xf0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb";

    private const int HashBytes = 32;
    private const int NumberBytes = sizeof(ulong);

    // Keeps the times of all blocks after 1970, also if a node claims to be at block 1,000,000,000.
    private const ulong MaxBlocksApart = 100_000_000;

    private static readonly TimeSpan BlockInterval = TimeSpan.FromSeconds(12);

    // Replaced as a whole, because tests change the chain while the server reads it.
    private volatile Head _head;
    private volatile TestRuntime _runtime = new(343, Metadata: null, MetadataV14: null, State: [0]);
    private volatile Upgraded? _upgraded;
    private TimeProvider _time = TimeProvider.System;
    private string? _genesis;

    protected TestChainState() => _head = new Head(1000, _time.GetUtcNow());

    /// <summary>The clock. The current block is as new as this clock when the clock is set.</summary>
    public TimeProvider Time
    {
        get => _time;
        set => (_time, _head) = (value, _head with { At = value.GetUtcNow() });
    }

    /// <summary>
    /// The newest finalized block. A block that a test sets was made at that moment, the blocks before it 12 s apart.
    /// </summary>
    public ulong Block
    {
        get => _head.Number + (BlocksMove ? (ulong)Math.Max(0, (_time.GetUtcNow() - TimeOf(_head.Number)) / BlockInterval) : 0);
        set => _head = new Head(value, _time.GetUtcNow());
    }

    /// <summary>Whether the finalized block advances by one every 12 s.</summary>
    public bool BlocksMove { get; set; }

    /// <summary>The newest block; null for two after <see cref="Block"/>.</summary>
    public ulong? BestBlock { get; set; }

    /// <summary>Overrides the times of all blocks. Nodes that must agree about times share such a function.</summary>
    public Func<ulong, DateTimeOffset>? BlockTime { get; set; }

    /// <summary>The chain's name.</summary>
    public string Chain { get; set; } = "Test Chain";

    /// <summary>The hash of block 0, in hex. By default it follows from <see cref="Chain"/>.</summary>
    public string Genesis
    {
        get => _genesis ?? "0x" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Chain)));
        set => _genesis = value;
    }

    /// <summary>What the node says is the hash of block 0, although all its other hashes follow from <see cref="Genesis"/>.</summary>
    public string? ClaimedGenesis { get; set; }

    /// <summary>Nodes with the same genesis and fork have the same hashes.</summary>
    public string Fork { get; set; } = "";

    /// <summary>The netuid that it answers for; others do not exist.</summary>
    public ushort Netuid { get; set; } = 46;

    /// <summary>
    /// The answer to the state call, in SCALE. If a test sets null, the runtime does not have this function; reading gives no bytes then.
    /// </summary>
    [AllowNull]
    public byte[] State
    {
        get => _runtime.State ?? [];
        set => _runtime = _runtime with { State = value };
    }

    /// <summary>The runtime's version.</summary>
    public uint SpecVersion
    {
        get => _runtime.SpecVersion;
        set => _runtime = _runtime with { SpecVersion = value };
    }

    /// <summary>
    /// The answer to <c>Metadata_metadata_at_version(15)</c>, the SCALE of an <c>Option&lt;Vec&lt;u8&gt;&gt;</c>; null if the runtime does
    /// not have this function.
    /// </summary>
    public byte[]? Metadata
    {
        get => _runtime.Metadata;
        set => _runtime = _runtime with { Metadata = value };
    }

    /// <summary>
    /// The answer to <c>Metadata_metadata</c>, the SCALE of a <c>Vec&lt;u8&gt;</c>; null if the runtime does not have this function.
    /// </summary>
    public byte[]? MetadataV14
    {
        get => _runtime.MetadataV14;
        set => _runtime = _runtime with { MetadataV14 = value };
    }

    /// <summary>Values by key. The keys are lowercase hex with 0x.</summary>
    public ConcurrentDictionary<string, byte[]> Storage { get; } = new(StringComparer.Ordinal);

    /// <summary>Makes the next block, and upgrades the runtime with it. The blocks before it keep their runtime and their state.</summary>
    public void Upgrade(TestRuntime runtime)
    {
        var next = Block + 1;
        _upgraded = new Upgraded(next, _runtime);
        _runtime = runtime;
        Block = next;
    }

    /// <summary>The runtime of a block.</summary>
    internal TestRuntime RuntimeAt(ulong block) => _upgraded is { } upgraded && block < upgraded.Since ? upgraded.Before : _runtime;

    /// <summary>The newest block.</summary>
    internal ulong Best => BestBlock ?? Block + 2;

    /// <summary>When a block was made.</summary>
    internal DateTimeOffset TimeOf(ulong block)
    {
        if (BlockTime is { } times)
        {
            return times(block);
        }

        var head = _head;
        if (block <= head.Number)
        {
            return head.At - (Math.Min(head.Number - block, MaxBlocksApart) * BlockInterval);
        }

        // No block is from the future.
        var (due, now) = (head.At + (Math.Min(block - head.Number, MaxBlocksApart) * BlockInterval), _time.GetUtcNow());
        return due < now ? due : now;
    }

    /// <summary>The hash of a block. Its last bytes are the block's number, so that a block is found by its hash.</summary>
    internal string HashOf(ulong block)
    {
        if (block == 0)
        {
            return Genesis;
        }

        Span<byte> hash = stackalloc byte[HashBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{Genesis}/{Fork}"), hash);
        BinaryPrimitives.WriteUInt64BigEndian(hash[^NumberBytes..], block);
        return "0x" + Convert.ToHexStringLower(hash);
    }

    /// <summary>Finds a block by its hash; null if the node does not have it.</summary>
    internal ulong? Find(string hash)
    {
        if (hash == Genesis)
        {
            return 0;
        }

        return hash.Length == "0x".Length + (2 * HashBytes)
            && ulong.TryParse(
                hash.AsSpan()[^(2 * NumberBytes)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var block)
            && block <= Math.Max(Best, Block)
            && hash == HashOf(block)
                ? block
                : null;
    }

    private sealed record Head(ulong Number, DateTimeOffset At);

    /// <param name="Since">The first block of the current runtime.</param>
    /// <param name="Before">The runtime of the blocks before it.</param>
    private sealed record Upgraded(ulong Since, TestRuntime Before);
}

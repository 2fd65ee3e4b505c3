using S3Auth.Substrate.Metadata;

namespace S3Auth.Benchmarks;

/// <summary>
/// A whole sync over loopback from the storage maps, compared with one by the runtime's function: <c>--filter '*StorageSync*'</c>. With
/// <see cref="DelayMilliseconds"/> the node takes as long for each answer as a distant one.
/// </summary>
public class StorageSyncBenchmarks
{
    private TestNode _node = null!;
    private NodeGroup _nodes = null!;
    private SubnetReader _function = null!;
    private SubnetReader _storage = null!;

    [Params(256, 4096)]
    public int Neurons { get; set; }

    [Params(0, 100)]
    public int DelayMilliseconds { get; set; }

    [GlobalSetup]
    public async Task Prepare()
    {
        _node = await TestNode.StartAsync();
        (_node.Delay, _node.BlockTime) = (TimeSpan.FromMilliseconds(DelayMilliseconds), _ => DateTimeOffset.UnixEpoch);
        _node.State = RecordedAnswers.LargeState(Neurons == 256 ? 1024 : Neurons);
        Fill(ChainBenchmarks.Unwrap(RecordedAnswers.Subtensor218Metadata()));
        _nodes = await ChainBenchmarks.ConnectAsync(_node);

        _function = ChainBenchmarks.Reader();
        await _function.ReadAsync(_nodes, CancellationToken.None);

        (_node.Metadata, _node.SpecVersion, _node.State) = (RecordedAnswers.Subtensor218Metadata(), 218, null);
        _storage = ChainBenchmarks.Reader();
        if ((await _storage.ReadAsync(_nodes, CancellationToken.None)).Metagraph.Count != Neurons)
        {
            throw new InvalidOperationException("What is measured must be right.");
        }
    }

    [GlobalCleanup]
    public async Task Clean()
    {
        _nodes.Dispose();
        await _node.DisposeAsync();
    }

    [Benchmark(Baseline = true, Description = "Read by the function")]
    public async Task<int> Function()
    {
        (_node.SpecVersion, _node.State) = (343, RecordedAnswers.LargeState(Neurons == 256 ? 1024 : Neurons));
        return (await _function.ReadAsync(_nodes, CancellationToken.None)).Metagraph.Count;
    }

    [Benchmark(Description = "Read the storage maps")]
    public async Task<int> Storage()
    {
        (_node.SpecVersion, _node.State) = (218, null);
        return (await _storage.ReadAsync(_nodes, CancellationToken.None)).Metagraph.Count;
    }

    private void Fill(RuntimeMetadata metadata)
    {
        byte[] subnet = [46, 0];
        Put("NetworksAdded", [1], subnet);
        Put("ValidatorPermit", [(byte)((Neurons << 2) | 1), (byte)(Neurons >> 6), .. new byte[Neurons]], subnet);
        for (var uid = 0; uid < Neurons; uid++)
        {
            var hotkey = System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(uid));
            Put("Keys", hotkey, subnet, [(byte)uid, (byte)(uid >> 8)]);
            Put("Owner", hotkey, hotkey);
            Put("TotalHotkeyAlpha", BitConverter.GetBytes((ulong)uid), hotkey, subnet);
        }

        void Put(string name, byte[] value, params ReadOnlySpan<byte[]> parts)
        {
            var entry = metadata.Storage.First(entry => (entry.Prefix, entry.Name) == ("SubtensorModule", name));
            _node.Storage["0x" + Convert.ToHexStringLower(StorageKey.Create(entry, parts))] = value;
        }
    }
}

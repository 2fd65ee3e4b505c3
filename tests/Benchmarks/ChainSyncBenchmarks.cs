using System.Net.WebSockets;

namespace S3Auth.Benchmarks;

/// <summary>
/// A whole sync over loopback, compared with receiving the same answer without reading it. The node runs in this process, so its cost is in
/// both, and the difference is the cost of the reader.
/// </summary>
[MemoryDiagnoser]
public class ChainSyncBenchmarks
{
    private const int MessageBytes = 8 * 1024 * 1024;

    private readonly SubnetReader _reader = ChainBenchmarks.Reader();
    private readonly ClientWebSocket _bare = new();
    private readonly byte[] _buffer = new byte[MessageBytes];
    private TestNode _node = null!;
    private NodeGroup _nodes = null!;
    private SnapshotFile _file = null!;
    private SubnetAnswer _answer = null!;

    [Params(1024, 4096)]
    public int Neurons { get; set; }

    [GlobalSetup]
    public async Task Prepare()
    {
        _node = await TestNode.StartAsync();
        _node.State = RecordedAnswers.LargeState(Neurons);
        await _bare.ConnectAsync(_node.Address, CancellationToken.None);
        _nodes = await ChainBenchmarks.ConnectAsync(_node);
        _file = new SnapshotFile(ChainBenchmarks.Options());
        _answer = await _reader.ReadAsync(_nodes, CancellationToken.None);
    }

    [GlobalCleanup]
    public async Task Clean()
    {
        _nodes.Dispose();
        _bare.Dispose();
        await _node.DisposeAsync();
        File.Delete(_file.FilePath);
    }

    [Benchmark(Baseline = true, Description = "Receive the answers and drop them")]
    public async Task<int> Receive()
    {
        var head = await AskAsync("""{"jsonrpc":"2.0","id":1,"method":"chain_getFinalizedHead","params":[]}""");
        var hash = Encoding.UTF8.GetString(_buffer.AsSpan(0, head)).Split('"')[^2];
        await AskAsync($$"""{"jsonrpc":"2.0","id":2,"method":"chain_getHeader","params":["{{hash}}"]}""");
        return await AskAsync(
            $$"""{"jsonrpc":"2.0","id":3,"method":"state_call","params":["{{RuntimeApiSource.Function}}","0x2e00","{{hash}}"]}""");
    }

    [Benchmark(Description = "Read the metagraph")]
    public async Task<Metagraph> Read() => (await _reader.ReadAsync(_nodes, CancellationToken.None)).Metagraph;

    [Benchmark(Description = "Keep it on disk")]
    public Task Keep() => _file.SaveAsync(_answer, CancellationToken.None);

    private async Task<int> AskAsync(string question)
    {
        await _bare.SendAsync(Encoding.UTF8.GetBytes(question), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        var received = 0;
        while (true)
        {
            var part = await _bare.ReceiveAsync(_buffer.AsMemory(received), CancellationToken.None);
            received += part.Count;
            if (part.EndOfMessage)
            {
                return received;
            }
        }
    }
}

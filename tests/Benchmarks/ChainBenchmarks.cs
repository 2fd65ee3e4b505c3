using Microsoft.Extensions.Logging.Abstractions;
using S3Auth.Substrate;
using S3Auth.Substrate.Metadata;

namespace S3Auth.Benchmarks;

/// <summary>
/// The parts of one sync of the metagraph: <c>dotnet run -c Release --project tests/Benchmarks -- --filter '*Chain*'</c>. The hash is the
/// baseline, because any reader must read every byte once.
/// </summary>
[MemoryDiagnoser]
public class ChainBenchmarks
{
    private byte[] _answer = [];
    private SubnetReader _reader = null!;
    private RuntimeApiSource _source = null!;

    [Params(1024, 4096)]
    public int Neurons { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _answer = RecordedAnswers.LargeState(Neurons);
        _reader = Reader();

        // The structure that the answer has, as a runtime's metadata describes it.
        var today = RecordedRuntimes.All["today"];
        _source = new RuntimeApiSource(new SubnetStateCompiler(Unwrap(today.MetadataBytes), today.SpecVersion).Compile());
        if (Build().Count != Neurons)
        {
            throw new InvalidOperationException("What is measured must be right.");
        }
    }

    [Benchmark(Baseline = true, Description = "SHA-256 of the answer")]
    public byte[] Hash() => System.Security.Cryptography.SHA256.HashData(_answer);

    [Benchmark(Description = "Decode by the fixed structure")]
    public int Decode() => SubnetStateDecoder.DecodeFirst(FixedSubnetState.Compiled.Decoders, _answer, 46).Length;

    [Benchmark(Description = "Decode by metadata")]
    public int DecodeByMetadata() => _source.Decode(_answer, 46).Count;

    [Benchmark(Description = "Decode by metadata and build the snapshot")]
    public Metagraph Build() => _reader.Decode(_source, new HexBytes(_answer), "chain", 1, DateTimeOffset.UnixEpoch);

    /// <summary>Reads metadata out of the option of bytes that a node answers.</summary>
    internal static RuntimeMetadata Unwrap(byte[] answer)
    {
        var reader = new ScaleReader(answer);
        reader.ReadOption();
        return RuntimeMetadata.Decode(reader.ReadBytes(reader.ReadCount(minItemSize: 1)));
    }

    internal static SubnetReader Reader() =>
        new(Options(), new RuntimeCatalog(Options(), NullLogger<RuntimeCatalog>.Instance), TimeProvider.System);

    /// <summary>Connects to a node, and returns it as a group that uses this connection.</summary>
    internal static async Task<NodeGroup> ConnectAsync(TestNode node)
    {
        var endpoint = NodeEndpoint.TryParse(node.Address.ToString(), out var parsed)
            ? parsed
            : throw new InvalidOperationException("No endpoint.");
        var connection = await NodeConnection.ConnectAsync(
            endpoint, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15), TimeProvider.System, CancellationToken.None);
        return new NodeGroup(
            [new NodeMember(endpoint, preference: 0, TimeProvider.System)],
            required: 1,
            (_, _) => Task.FromResult(connection),
            TimeProvider.System);
    }

    internal static ChainOptions Options() => new()
    {
        Network = ChainNetwork.TryParse("local", out var network)
            ? network
            : throw new InvalidOperationException("There is no local network."),
        Netuid = 46,
        DataFolder = Path.GetTempPath(),
    };
}

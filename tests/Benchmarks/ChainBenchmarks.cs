using Microsoft.Extensions.Logging.Abstractions;

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

    [Params(1024, 4096)]
    public int Neurons { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _answer = RecordedAnswers.LargeState(Neurons);
        _reader = Reader();
        if (Build().Count != Neurons)
        {
            throw new InvalidOperationException("What is measured must be right.");
        }
    }

    [Benchmark(Baseline = true, Description = "SHA-256 of the answer")]
    public byte[] Hash() => System.Security.Cryptography.SHA256.HashData(_answer);

    [Benchmark(Description = "Decode")]
    public int Decode() => SubnetStateDecoder.DecodeFirst(FixedSubnetState.Decoders, _answer, 46).Length;

    [Benchmark(Description = "Decode and build the snapshot")]
    public Metagraph Build() => _reader.Decode(
        new RuntimeApiSource(state: null), new HexBytes(_answer), "chain", 1, DateTimeOffset.UnixEpoch);

    internal static SubnetReader Reader() =>
        new(Options(), new RuntimeCatalog(Options(), NullLogger<RuntimeCatalog>.Instance), TimeProvider.System);

    internal static ChainOptions Options() => new()
    {
        Network = ChainNetwork.TryParse("local", out var network)
            ? network
            : throw new InvalidOperationException("There is no local network."),
        Netuid = 46,
        DataFolder = Path.GetTempPath(),
    };
}

namespace S3Auth.Benchmarks;

/// <summary>
/// Reading the metadata of a runtime, once for each upgrade: <c>--filter '*Metadata*'</c>. The hash is the baseline, because any reader
/// must read every byte once. Polkadot's metadata has 468 KB, Subtensor's 191 KB.
/// </summary>
[MemoryDiagnoser]
public class MetadataBenchmarks
{
    private readonly byte[] _polkadot = RecordedMetadata.PolkadotBytes(version: 15);
    private readonly byte[] _subtensor = RecordedAnswers.Subtensor218Metadata();

    [Benchmark(Baseline = true, Description = "SHA-256 of Polkadot's metadata")]
    public byte[] Hash() => System.Security.Cryptography.SHA256.HashData(_polkadot);

    [Benchmark(Description = "Read Polkadot's metadata")]
    public int Polkadot() => S3Auth.Substrate.Metadata.RuntimeMetadata.Decode(_polkadot).Types.Count;

    [Benchmark(Description = "Read Subtensor's metadata and find the sources of a subnet")]
    public int Subtensor() => RuntimeSources.Create(new HexBytes(_subtensor.AsMemory(5)), 218).All.Count;
}

namespace S3Auth.Benchmarks;

/// <summary>
/// The verification of one proof, compared with OpenSSL's Ed25519 verification of the same text on the same machine:
/// <c>dotnet run -c Release --project tests/Benchmarks -- --filter '*Substrate*'</c>. Compare the ratios.
/// </summary>
[MemoryDiagnoser]
public class SubstrateBenchmarks : IDisposable
{
    private static readonly byte[] Message = Encoding.UTF8.GetBytes(
        "s3:data:access:5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFy:5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY:1700000000");

    private KeyPair _pair = null!;
    private AccountId _signer;
    private Sr25519Signature _signature;
    private string _address = null!;
    private OpenSslEd25519 _openSsl = null!;
    private byte[] _challenge = null!;
    private Sr25519VerifyingKey _key = null!;

    [GlobalSetup]
    public void Prepare()
    {
        _pair = KeyPair.FromUri("//Alice");
        _signer = _pair.AccountId;
        _signature = _pair.Sign(Message);
        _address = _signer.ToString();
        _openSsl = new OpenSslEd25519(Message);
        _challenge = new byte[64];
        _key = Create();
        if (!Sr25519.Verify(_signer, Message, _signature) || !_key.Verify(Message, _signature) || !_openSsl.Verify())
        {
            throw new InvalidOperationException("What is measured must verify.");
        }
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _pair?.Dispose();
        _openSsl?.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true, Description = "OpenSSL Ed25519 verify")]
    public bool VerifyEd25519() => _openSsl.Verify();

    [Benchmark(Description = "sr25519 verify, libsodium")]
    public bool Verify() => Sr25519.Verify(_signer, Message, _signature);

    [Benchmark(Description = "sr25519 verify, table")]
    public bool VerifyWithTable() => _key.Verify(Message, _signature);

    [Benchmark(Description = "sr25519 table of a key")]
    public Sr25519VerifyingKey Create() => Sr25519VerifyingKey.TryCreate(_signer)!;

    [Benchmark(Description = "sr25519 wrong signature, libsodium, two forms")]
    public bool Refuse() => Sr25519.Verify(_signer, "one"u8, _signature) || Sr25519.Verify(_signer, "another"u8, _signature);

    [Benchmark(Description = "sr25519 wrong signature, known key, two forms")]
    public bool RefuseKnown() => _key.VerifyEither("one"u8, "another"u8, _signature, out _);

    [Benchmark(Description = "sr25519 wrong signature, unknown key, two forms")]
    public bool RefuseUnknown() => Create().VerifyEither("one"u8, "another"u8, _signature, out _);

    [Benchmark(Description = "sr25519 sign")]
    public Sr25519Signature Sign() => _pair.Sign(Message);

    [Benchmark(Description = "Merlin challenge of a message")]
    public byte Challenge()
    {
        var transcript = new MerlinTranscript("SigningContext"u8);
        transcript.Append("sign-bytes"u8, Message);
        transcript.Challenge("sign:c"u8, _challenge);
        return _challenge[0];
    }

    [Benchmark(Description = "SS58 parse")]
    public bool ParseAddress() => Ss58.TryDecode(_address, out _, out _);

    [Benchmark(Description = "SS58 format")]
    public string FormatAddress() => Ss58.Encode(_signer);
}

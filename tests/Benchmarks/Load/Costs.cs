namespace S3Auth.Benchmarks.Load;

/// <summary>The costs of the parts of a request in microseconds, measured in this process.</summary>
internal sealed record Costs(double OpenSsl, double Verification, double Grant, double GrantBytes, double Wrong, double Right)
{
    private const int Times = 2000;

    internal static byte[] SignedText { get; } =
        Encoding.UTF8.GetBytes($"s3:data:access:{Accounts.Number(1)}:{Accounts.Number(2)}:1795500000");

    internal static Costs Measure()
    {
        using var openSsl = new OpenSslEd25519(SignedText);
        using var keys = KeyPair.FromUri("//Bob");
        var signature = keys.Sign(SignedText);
        using var pipeline = new PipelineBenchmarks();
        pipeline.SetUp();
        var (grant, bytes) = Time(() => pipeline.FolderAccess().GetAwaiter().GetResult());
        var verifier = pipeline.Verifier;
        var text = Encoding.UTF8.GetString(SignedText);
        var wrong = keys.Sign("another text"u8);
        return new Costs(
            Time(() => openSsl.Verify()).Micros,
            Time(() => Sr25519.Verify(keys.AccountId, SignedText, signature)).Micros,
            grant,
            bytes,
            Time(() => verifier.Verify(keys.AccountId, text, wrong)).Micros,
            Time(() => verifier.Verify(keys.AccountId, text, signature)).Micros);
    }

    // The minimum of several runs, because other processes on this machine only add time.
    private static (double Micros, double Bytes) Time(Action action)
    {
        var best = double.MaxValue;
        var bytes = 0.0;
        for (var round = 0; round < 5; round++)
        {
            var (began, allocated) = (Stopwatch.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
            for (var i = 0; i < Times; i++)
            {
                action();
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalMicroseconds / Times);
            bytes = (double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / Times;
        }

        return (best, bytes);
    }
}

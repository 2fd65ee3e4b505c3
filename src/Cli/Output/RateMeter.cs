namespace S3Auth.Cli.Output;

/// <summary>The bytes per second of the last ten seconds. Not thread-safe.</summary>
internal sealed class RateMeter(TimeProvider time)
{
    private const int Buckets = 10;

    private readonly long[] _bytes = new long[Buckets];
    private long? _started;
    private long _second;

    internal void Add(long bytes)
    {
        // The time before the first byte does not count.
        _started ??= time.GetTimestamp();
        Advance();
        _bytes[_second % Buckets] += bytes;
    }

    /// <summary>Returns the rate; zero before anything was transferred.</summary>
    internal double Read()
    {
        Advance();
        var elapsed = Elapsed();

        // The current second has only begun.
        var window = Math.Min(elapsed, Buckets - 1 + (elapsed - Math.Floor(elapsed)));
        return Math.Max(_bytes.Sum(), 0) / Math.Max(window, 1);
    }

    private void Advance()
    {
        var now = (long)Elapsed();
        for (var second = Math.Max(_second + 1, now - Buckets + 1); second <= now; second++)
        {
            _bytes[second % Buckets] = 0;
        }

        _second = now;
    }

    private double Elapsed() => _started is { } started ? time.GetElapsedTime(started).TotalSeconds : 0;
}

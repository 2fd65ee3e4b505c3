namespace S3Auth.Client.Uploads;

/// <summary>Limits the bytes per second of all transfers together. Thread-safe.</summary>
internal sealed class BandwidthLimit(long bytesPerSecond, TimeProvider time)
{
    private const int MinBlockSize = 1024;

    private readonly Lock _gate = new();
    private DateTimeOffset _freeAt = DateTimeOffset.MinValue;

    /// <summary>
    /// The largest block to send at once: a tenth of a second, so that slow transfers flow evenly. A multiple of
    /// <see cref="MinBlockSize"/>.
    /// </summary>
    internal int MaxBlockSize { get; } =
        (int)Math.Clamp(bytesPerSecond / 10, MinBlockSize, UploadContent.BlockSize) / MinBlockSize * MinBlockSize;

    /// <summary>Waits until a block may be sent.</summary>
    internal Task WaitAsync(int bytes, CancellationToken cancellationToken)
    {
        TimeSpan wait;
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var start = _freeAt > now ? _freeAt : now;
            _freeAt = start + TimeSpan.FromSeconds((double)bytes / bytesPerSecond);
            wait = start - now;
        }

        return wait > TimeSpan.Zero ? Task.Delay(wait, time, cancellationToken) : Task.CompletedTask;
    }
}

namespace S3Auth.Application.Service;

/// <summary>Remembers the newest upload among the files that clients have listed, so that the server need not ask the store.</summary>
internal sealed class NewestUpload
{
    private long _ticks;

    /// <summary>The time of the newest upload; null until a client lists a file.</summary>
    internal DateTimeOffset? Time => Interlocked.Read(ref _ticks) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    internal void Record(IReadOnlyList<StoredFile> files)
    {
        var newest = 0L;
        foreach (var file in files)
        {
            newest = Math.Max(newest, file.LastModified.UtcTicks);
        }

        var seen = Interlocked.Read(ref _ticks);
        while (newest > seen && Interlocked.CompareExchange(ref _ticks, newest, seen) is var other && other != seen)
        {
            seen = other;
        }
    }
}

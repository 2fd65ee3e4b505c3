namespace S3Auth.Application.Service;

/// <summary>The newest upload among the files that were listed for somebody: known without asking the store for it.</summary>
internal sealed class NewestUpload
{
    private long _ticks;

    /// <summary>When it was; null while no file was listed.</summary>
    internal DateTimeOffset? Seen => Interlocked.Read(ref _ticks) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    internal void See(IReadOnlyList<StoredFile> files)
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

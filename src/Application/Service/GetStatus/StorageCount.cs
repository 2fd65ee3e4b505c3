namespace S3Auth.Application.Service;

/// <summary>
/// Counts the miners that have files, by source. It lists their folders, never their objects, and at most once per <see cref="MaxAge"/>
/// for all callers. While the store is slow, callers get the previous count.
/// </summary>
internal sealed class StorageCount(MinerDiscovery discovery, FolderLayout layout, NewestUpload newest, TimeProvider time)
{
    /// <summary>How old a count may get before a caller starts a new one.</summary>
    internal static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(1);

    /// <summary>How long a caller waits for a count in flight.</summary>
    internal static readonly TimeSpan WaitTimeout = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private Task? _flight;
    private long _startedAt;
    private volatile StorageStatus? _latest;

    /// <summary>Returns the latest count; without figures while there is none.</summary>
    internal async Task<StorageStatus> GetAsync(CancellationToken cancellationToken)
    {
        Task flight;
        lock (_gate)
        {
            if (_flight is null || (_flight.IsCompleted && time.GetElapsedTime(_startedAt) > MaxAge))
            {
                _startedAt = time.GetTimestamp();

                // Not cancelled with the caller's request, because all callers share it.
                _flight = Task.Run(CountAsync, CancellationToken.None);
            }

            flight = _flight;
        }

        if (_latest is null || flight.IsFaulted)
        {
            try
            {
                await flight.WaitAsync(WaitTimeout, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                // The answer then has no figures.
            }
        }

        var (newestUpload, now) = (newest.Time, time.GetUtcNow());
        return (_latest ?? Unknown()) with
        {
            NewestUpload = newestUpload,
            NewestUploadAgeSeconds = newestUpload is { } moment ? Math.Max(0, (long)(now - moment).TotalSeconds) : null,
        };
    }

    private async Task CountAsync()
    {
        try
        {
            var miners = await discovery.FindAsync(CancellationToken.None);
            _latest = Unknown() with
            {
                Miners = miners.Count,
                BySource = !layout.HasSources ? null : layout.Sources.ToDictionary(
                    source => source.Name,
                    source => miners.Count(miner => miner.Folders.Any(folder => folder.Source == source)),
                    StringComparer.Ordinal),
                CountedAt = time.GetUtcNow(),
            };
        }
        catch (RefusedException)
        {
            // The health check reports the store. The previous count stays, with its time.
        }
    }

    private StorageStatus Unknown() => new() { FolderLayout = layout.Name, FolderStructure = layout.Structure };
}

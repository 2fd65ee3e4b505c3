namespace S3Auth.Application.Service;

/// <summary>
/// How many miners have data, by source: from the list of their folders, never of their objects. The store is asked at most once per
/// <see cref="Lifetime"/>, whoever asks this server and how often; nobody waits long for a slow store, but is told what was true last.
/// </summary>
internal sealed class StorageCount(MinerDiscovery discovery, FolderLayout layout, NewestUpload newest, TimeProvider time)
{
    /// <summary>How long one count is shown.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    /// <summary>How long whoever asks waits for a count that is under way.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private Task? _flight;
    private long _askedAt;
    private volatile StorageStatus? _latest;

    /// <summary>The latest count; without figures while there is none.</summary>
    internal async Task<StorageStatus> AskAsync(CancellationToken cancellationToken)
    {
        Task flight;
        lock (_gate)
        {
            if (_flight is null || (_flight.IsCompleted && time.GetElapsedTime(_askedAt) > Lifetime))
            {
                _askedAt = time.GetTimestamp();

                // Begun elsewhere: it is everyone's, and goes on when who asked first has left.
                _flight = Task.Run(CountAsync, CancellationToken.None);
            }

            flight = _flight;
        }

        if (_latest is null || flight.IsFaulted)
        {
            try
            {
                await flight.WaitAsync(Patience, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                // It is said that there is no count yet.
            }
        }

        var (newestUpload, now) = (newest.Seen, time.GetUtcNow());
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
            // The store is away, which the health check says; what was counted before stays, with its age.
        }
    }

    private StorageStatus Unknown() => new() { FolderLayout = layout.Name, FolderStructure = layout.Structure };
}

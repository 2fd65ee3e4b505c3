namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Caches listings of folders with single-flight: callers that request a listing in flight share it. A result is at most
/// <see cref="StoreUsage.ListingLifetime"/>, plus the duration of the listing, older than its request. A failure goes to all callers that
/// wait for it and is not cached. Listings of files are not cached, because a miner must see a file right after its upload.
/// </summary>
internal sealed class CachedObjectStore(IObjectStore store, TimeSpan lifetime, TimeProvider time) : IObjectStore
{
    /// <summary>
    /// The maximum size of the cache in characters of folder names (32 MB). Miners choose the names of their jobs, so the number of
    /// listings would be no bound. A listing that does not fit is shared while it is in flight, but not cached.
    /// </summary>
    internal const int MaxCachedCharacters = 16_000_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Prefix, int? MaxEntries), Flight> _flights = [];
    private long _characters;
    private long _lastCleanup = time.GetTimestamp();

    public ObjectStoreInfo Info => store.Info;

    /// <summary>The number of listings that are cached or in flight.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
            {
                return _flights.Count;
            }
        }
    }

    public async Task<FolderPage> ListFoldersAsync(string prefix, int? maxEntries, CancellationToken cancellationToken)
    {
        var flight = Join((prefix, maxEntries));
        try
        {
            // A caller that cancels does not cancel the listing for the others.
            return await flight.Answer.WaitAsync(cancellationToken);
        }
        finally
        {
            Leave((prefix, maxEntries), flight);
        }
    }

    public Task<FilePage> ListFilesAsync(string prefix, ObjectKey? after, int limit, CancellationToken cancellationToken) =>
        store.ListFilesAsync(prefix, after, limit, cancellationToken);

    public Task<bool> ExistsAsync(ObjectName key, CancellationToken cancellationToken) => store.ExistsAsync(key, cancellationToken);

    public Task<TimeSpan> PingAsync(CancellationToken cancellationToken) => store.PingAsync(cancellationToken);

    private Flight Join((string Prefix, int? MaxEntries) key)
    {
        lock (_gate)
        {
            RemoveExpired();
            if (!_flights.TryGetValue(key, out var flight) || IsExpired(flight))
            {
                Remove(key);
                flight = new Flight(time.GetTimestamp());
                _flights.Add(key, flight);

                // On the thread pool, so that nothing of it runs within the lock.
                flight.Answer = Task.Run(() => store.ListFoldersAsync(key.Prefix, key.MaxEntries, flight.Abandoned.Token));
            }

            flight.Waiters++;
            return flight;
        }
    }

    private void Leave((string Prefix, int? MaxEntries) key, Flight flight)
    {
        lock (_gate)
        {
            flight.Waiters--;
            if (_flights.GetValueOrDefault(key) == flight)
            {
                if (flight.Answer.IsCompletedSuccessfully)
                {
                    AddToCache(key, flight);
                }
                else if (flight.Answer.IsCompleted || flight.Waiters == 0)
                {
                    Remove(key);
                }
            }

            if (flight.Waiters > 0 || flight.Answer.IsCompleted)
            {
                return;
            }
        }

        // No caller can join the flight any more. Outside of the lock, because callbacks of the token run here.
        flight.Abandoned.Cancel();
    }

    private void AddToCache((string Prefix, int? MaxEntries) key, Flight flight)
    {
        if (flight.Characters is not null)
        {
            return;
        }

        flight.Characters = flight.Answer.Result.Prefixes.Sum(prefix => (long)prefix.Length);
        _characters += flight.Characters.Value;
        if (_characters > MaxCachedCharacters)
        {
            Remove(key);
        }
    }

    private void Remove((string Prefix, int? MaxEntries) key)
    {
        if (_flights.Remove(key, out var flight))
        {
            _characters -= flight.Characters ?? 0;
        }
    }

    // Removes expired listings, at most once per lifetime, so that its cost is bounded.
    private void RemoveExpired()
    {
        if (time.GetElapsedTime(_lastCleanup) < lifetime)
        {
            return;
        }

        _lastCleanup = time.GetTimestamp();
        foreach (var key in _flights.Where(one => IsExpired(one.Value)).Select(one => one.Key).ToList())
        {
            Remove(key);
        }
    }

    // The age counts from the start of the listing, because the result may be as old as that.
    private bool IsExpired(Flight flight) =>
        flight.Answer.IsCompleted && time.GetElapsedTime(flight.StartedAt) >= lifetime;

    /// <summary>One listing, in flight or cached.</summary>
    private sealed class Flight(long startedAt)
    {
        public long StartedAt { get; } = startedAt;

        public Task<FolderPage> Answer { get; set; } = null!;

        public CancellationTokenSource Abandoned { get; } = new();

        public int Waiters { get; set; }

        /// <summary>The number of characters of its names; null while it is in flight.</summary>
        public long? Characters { get; set; }
    }
}

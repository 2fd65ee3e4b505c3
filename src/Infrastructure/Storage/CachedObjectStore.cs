namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Keeps listings of folders a little while, and lets any number of callers share one: whoever asks for a listing that is under way
/// waits for that one. What a caller gets is at most <see cref="StoreUsage.ListingLifetime"/> older than its request, or as old as the
/// one listing takes. A failure is told to all who waited for it and never kept. Files are never kept: who uploaded one and looks
/// must see it.
/// </summary>
internal sealed class CachedObjectStore(IObjectStore store, TimeSpan lifetime, TimeProvider time) : IObjectStore
{
    /// <summary>
    /// The most characters of folders' names that are kept (32 MB; miners choose how long those of their jobs are); a listing beyond that
    /// is shared while it is under way and then forgotten.
    /// </summary>
    internal const int MostCharacters = 16_000_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Prefix, int? Most), Flight> _flights = [];
    private long _characters;
    private long _sweptAt = time.GetTimestamp();

    public ObjectStoreInfo Info => store.Info;

    /// <summary>How many listings are kept or under way.</summary>
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

    public async Task<FolderPage> ListFoldersAsync(string prefix, int? most, CancellationToken cancellationToken)
    {
        var flight = Join((prefix, most));
        try
        {
            // Who gives up leaves alone; the listing goes on for the others.
            return await flight.Answer.WaitAsync(cancellationToken);
        }
        finally
        {
            Leave((prefix, most), flight);
        }
    }

    public Task<FilePage> ListFilesAsync(string prefix, ObjectKey? after, int limit, CancellationToken cancellationToken) =>
        store.ListFilesAsync(prefix, after, limit, cancellationToken);

    public Task<bool> ExistsAsync(ObjectName key, CancellationToken cancellationToken) => store.ExistsAsync(key, cancellationToken);

    public Task<TimeSpan> PingAsync(CancellationToken cancellationToken) => store.PingAsync(cancellationToken);

    private Flight Join((string Prefix, int? Most) key)
    {
        lock (_gate)
        {
            Sweep();
            if (!_flights.TryGetValue(key, out var flight) || IsOver(flight))
            {
                Forget(key);
                flight = new Flight(time.GetTimestamp());
                _flights.Add(key, flight);

                // Begun elsewhere: nothing of it runs in here.
                flight.Answer = Task.Run(() => store.ListFoldersAsync(key.Prefix, key.Most, flight.NobodyWaits.Token));
            }

            flight.Waiting++;
            return flight;
        }
    }

    private void Leave((string Prefix, int? Most) key, Flight flight)
    {
        lock (_gate)
        {
            flight.Waiting--;
            if (_flights.GetValueOrDefault(key) == flight)
            {
                if (flight.Answer.IsCompletedSuccessfully)
                {
                    Keep(key, flight);
                }
                else if (flight.Answer.IsCompleted || flight.Waiting == 0)
                {
                    Forget(key);
                }
            }

            if (flight.Waiting > 0 || flight.Answer.IsCompleted)
            {
                return;
            }
        }

        // Nobody can join it any more. Outside of the lock: whoever listens to the token runs in here.
        flight.NobodyWaits.Cancel();
    }

    private void Keep((string Prefix, int? Most) key, Flight flight)
    {
        if (flight.Characters is not null)
        {
            return;
        }

        flight.Characters = flight.Answer.Result.Prefixes.Sum(prefix => (long)prefix.Length);
        _characters += flight.Characters.Value;
        if (_characters > MostCharacters)
        {
            Forget(key);
        }
    }

    private void Forget((string Prefix, int? Most) key)
    {
        if (_flights.Remove(key, out var flight))
        {
            _characters -= flight.Characters ?? 0;
        }
    }

    // Once a lifetime, so that a listing costs no more than the others that there are.
    private void Sweep()
    {
        if (time.GetElapsedTime(_sweptAt) < lifetime)
        {
            return;
        }

        _sweptAt = time.GetTimestamp();
        foreach (var key in _flights.Where(one => IsOver(one.Value)).Select(one => one.Key).ToList())
        {
            Forget(key);
        }
    }

    // By when it began: it may hold no more than what was true then.
    private bool IsOver(Flight flight) =>
        flight.Answer.IsCompleted && time.GetElapsedTime(flight.Began) >= lifetime;

    /// <summary>One listing, under way or kept.</summary>
    private sealed class Flight(long began)
    {
        public long Began { get; } = began;

        public Task<FolderPage> Answer { get; set; } = null!;

        public CancellationTokenSource NobodyWaits { get; } = new();

        public int Waiting { get; set; }

        /// <summary>How many characters its names have; null while it is under way.</summary>
        public long? Characters { get; set; }
    }
}

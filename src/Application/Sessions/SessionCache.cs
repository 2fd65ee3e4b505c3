namespace S3Auth.Application.Sessions;

/// <summary>
/// Caches the sessions that this instance issued, so that a tool that asks often gets the same one. Keeps one session for each scope, for
/// half of its life. It contains authorized hotkeys only, so its size is bounded by the subnet. Thread-safe.
/// </summary>
internal sealed class SessionCache(ISessionIssuer issuer, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<SessionScope, Entry> _sessions = [];

    /// <summary>The number of sessions.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
            {
                return _sessions.Count;
            }
        }
    }

    /// <summary>
    /// Returns the session of a scope that was issued for the same duration and has more than half of it left; null if there is none.
    /// </summary>
    internal Session? Find(SessionScope scope, TimeSpan duration)
    {
        lock (_gate)
        {
            return _sessions.TryGetValue(scope, out var entry)
                && entry.Duration == duration
                && IsFresh(entry.Session, time.GetUtcNow())
                && issuer.IsCurrent(entry.Session)
                    ? entry.Session
                    : null;
        }
    }

    /// <summary>Adds a new session, in place of an older one with the same scope.</summary>
    internal void Add(SessionScope scope, TimeSpan duration, Session session)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            foreach (var (old, entry) in _sessions)
            {
                if (!IsFresh(entry.Session, now))
                {
                    _sessions.Remove(old);
                }
            }

            _sessions[scope] = new Entry(duration, session);
        }
    }

    private static bool IsFresh(Session session, DateTimeOffset now) => session.Expiry - now > (session.Expiry - session.Start) / 2;

    private sealed record Entry(TimeSpan Duration, Session Session);
}

using System.Runtime.InteropServices;

namespace S3Auth.Application.Pipeline;

/// <summary>
/// Counts the requests in flight of each proved hotkey. Holds an entry only for hotkeys that have one, so it is never larger than the
/// number of connections. Thread-safe.
/// </summary>
public sealed class RequestsInFlight(InFlightLimit limit)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<AccountId, int> _counts = [];

    /// <summary>How many hotkeys have a request in flight.</summary>
    internal int Hotkeys
    {
        get
        {
            lock (_gate)
            {
                return _counts.Count;
            }
        }
    }

    /// <summary>The most requests of one hotkey.</summary>
    internal int Most => limit.PerHotkey;

    /// <summary>Counts one more request; false, and nothing is counted, when the hotkey has as many as it may.</summary>
    internal bool TryEnter(AccountId hotkey)
    {
        lock (_gate)
        {
            ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, hotkey, out _);
            if (count >= limit.PerHotkey)
            {
                return false;
            }

            count++;
            return true;
        }
    }

    internal void Leave(AccountId hotkey)
    {
        lock (_gate)
        {
            if (--CollectionsMarshal.GetValueRefOrNullRef(_counts, hotkey) == 0)
            {
                _counts.Remove(hotkey);
            }
        }
    }
}

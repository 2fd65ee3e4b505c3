using System.Runtime.InteropServices;

namespace S3Auth.Application.Pipeline;

/// <summary>
/// Counts the requests in flight of each authenticated hotkey. Has an entry only for hotkeys with requests in flight. Thread-safe.
/// </summary>
public sealed class RequestsInFlight(InFlightLimit limit)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<AccountId, int> _counts = [];

    /// <summary>The number of hotkeys with requests in flight.</summary>
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

    /// <summary>The maximum number of requests of one hotkey.</summary>
    internal int MaxPerHotkey => limit.PerHotkey;

    /// <summary>Counts a request; false, without counting it, if the hotkey already has the maximum.</summary>
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

/// <param name="PerHotkey">The maximum number of requests of one hotkey in flight at this instance; at least 1.</param>
public sealed record InFlightLimit(int PerHotkey)
{
    /// <summary>16, which is twice the concurrency of <c>s3auth</c> when it requests each file.</summary>
    public static readonly InFlightLimit Default = new(16);
}

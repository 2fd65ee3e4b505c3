using System.Runtime.InteropServices;

namespace S3Auth.Application.Pipeline;

/// <summary>
/// The memory budget of all responses in flight, in bytes. One hotkey gets at most a quarter of it and one client address at most half, so
/// that no caller can take all of it. A caller without other responses in flight may exceed its share, because handlers limit the size of
/// each response. Thread-safe.
/// </summary>
public sealed class ResponseMemoryBudget(long maxBytes)
{
    private const long MinBudget = 16 * 1024 * 1024;
    private const long MaxBudget = 1024 * 1024 * 1024;

    // Fractions: of the process's memory, and of the budget.
    private const int Share = 8;
    private const int HotkeyShare = 4;
    private const int ClientShare = 2;
    private const int OptionalShare = 2;

    private readonly Lock _gate = new();
    private readonly Dictionary<AccountId, long> _hotkeys = [];
    private readonly Dictionary<int, long> _clients = [];
    private long _taken;

    /// <summary>A budget of an eighth of the memory that this process may use, but at least 16 MiB and at most 1 GiB.</summary>
    public static ResponseMemoryBudget OfThisProcess() =>
        new(Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / Share, MinBudget, MaxBudget));

    /// <summary>The number of bytes in use.</summary>
    public long Taken
    {
        get
        {
            lock (_gate)
            {
                return _taken;
            }
        }
    }

    /// <summary>The number of hotkeys and addresses that use memory.</summary>
    internal int Holders
    {
        get
        {
            lock (_gate)
            {
                return _hotkeys.Count + _clients.Count;
            }
        }
    }

    /// <summary>
    /// Changes the memory of one response. Returns false and changes nothing if the budget or a share is exceeded. Shrinking always
    /// succeeds.
    /// </summary>
    /// <param name="holder">The caller that the memory is charged to.</param>
    /// <param name="from">The current size, in bytes.</param>
    /// <param name="to">The new size, in bytes.</param>
    public bool TryChange(ResponseMemoryOwner holder, long from, long to)
    {
        lock (_gate)
        {
            var ofHotkey = holder.Hotkey is { } hotkey ? _hotkeys.GetValueOrDefault(hotkey) : 0;
            if (to > from
                && !(Fits(_taken, maxBytes)
                    && Fits(ofHotkey, maxBytes / HotkeyShare)
                    && Fits(_clients.GetValueOrDefault(holder.Client), maxBytes / ClientShare)))
            {
                return false;
            }

            _taken += to - from;
            Add(_clients, holder.Client, to - from);
            if (holder.Hotkey is { } proved)
            {
                Add(_hotkeys, proved, to - from);
            }

            return true;
        }

        bool Fits(long held, long max) => held == from || held - from + to <= max;
    }

    /// <summary>
    /// Takes memory that a response can do without. Returns false if more than half of the budget would then be in use, so that the other
    /// half is left for what responses need.
    /// </summary>
    public bool TryTakeOptional(ResponseMemoryOwner holder, long bytes)
    {
        lock (_gate)
        {
            return _taken + bytes <= maxBytes / OptionalShare && TryChange(holder, 0, bytes);
        }
    }

    private static void Add<T>(Dictionary<T, long> held, T key, long bytes)
        where T : notnull
    {
        ref var now = ref CollectionsMarshal.GetValueRefOrAddDefault(held, key, out _);
        now += bytes;
        if (now == 0)
        {
            held.Remove(key);
        }
    }
}

/// <summary>The hotkey and the client address that a response's memory is charged to.</summary>
/// <param name="Hotkey">The authenticated hotkey; null for a request without a proof.</param>
/// <param name="Client">The group of client addresses that the request came from (<see cref="RequestOrigin.ClientGroup"/>).</param>
public readonly record struct ResponseMemoryOwner(AccountId? Hotkey, int Client);

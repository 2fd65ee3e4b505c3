using System.Runtime.InteropServices;

namespace S3Auth.Application.Pipeline;

/// <summary>
/// The memory budget of all answers in flight, in bytes. One hotkey has at most a quarter of it and one client address half, so that no
/// caller can take all of it. A caller that holds nothing gets the bytes of one answer even if they exceed its share, because handlers
/// limit the size of each answer. Thread-safe.
/// </summary>
public sealed class AnswerMemory(long maxBytes)
{
    private const long MinBudget = 16 * 1024 * 1024;
    private const long MaxBudget = 1024 * 1024 * 1024;

    // Of the memory that the process may use.
    private const int Share = 8;
    private const int HotkeyShare = 4;
    private const int ClientShare = 2;

    private readonly Lock _gate = new();
    private readonly Dictionary<AccountId, long> _hotkeys = [];
    private readonly Dictionary<int, long> _clients = [];
    private long _taken;

    /// <summary>An eighth of the memory that this process may use, 16 MiB to 1 GiB.</summary>
    public static AnswerMemory OfThisProcess() =>
        new(Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / Share, MinBudget, MaxBudget));

    /// <summary>How many bytes are taken.</summary>
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

    /// <summary>How many hotkeys and addresses hold bytes.</summary>
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
    /// Changes the bytes of one answer. False, without a change, if the budget or a share does not allow more; less always succeeds.
    /// </summary>
    /// <param name="holder">The caller whose answer it is.</param>
    /// <param name="from">What this answer takes now, in bytes.</param>
    /// <param name="to">What it is to take.</param>
    public bool TryChange(AnswerHolder holder, long from, long to)
    {
        lock (_gate)
        {
            var ofHotkey = holder.Hotkey is { } hotkey ? _hotkeys.GetValueOrDefault(hotkey) : 0;
            if (to > from
                && !(Fits(_taken, maxBytes) && Fits(ofHotkey, maxBytes / HotkeyShare) && Fits(_clients.GetValueOrDefault(holder.Client), maxBytes / ClientShare)))
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

        bool Fits(long held, long most) => held == from || held - from + to <= most;
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

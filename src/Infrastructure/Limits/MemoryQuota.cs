using System.Runtime.InteropServices;

namespace S3Auth.Infrastructure.Limits;

/// <summary>
/// Counts grants and files in this process. With Redis it is the fallback: it remembers the last counts from Redis, continues from them
/// while Redis is down, and keeps what Redis does not know yet as a debt. It contains registered hotkeys only, so its size is bounded by
/// the subnet.
/// </summary>
internal sealed class MemoryQuota : IQuota
{
    // Today, and the neighbouring day in which another clock may still be.
    private const int DaysKept = 2;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<DateOnly, Counters> _days = [];

    public ValueTask<QuotaCount> TakeAsync(QuotaRequest request, CancellationToken cancellationToken) => new(Take(request));

    public void Refund(QuotaRequest request, QuotaCount taken)
    {
        lock (_gate)
        {
            Add(request, -1);
        }
    }

    public ValueTask<long> CountAsync(UtcDay day, CancellationToken cancellationToken) => new(Total(day));

    internal long Total(UtcDay day)
    {
        lock (_gate)
        {
            return On(day).Total.Used;
        }
    }

    internal QuotaCount Take(QuotaRequest request)
    {
        lock (_gate)
        {
            var counters = On(request.Day);
            ref var own = ref counters.Of(request);
            var granted = request.GrantsFit(own.Grants.Used) && request.FilesFit(own.Files.Used) && request.TotalFits(counters.Total.Used);
            if (granted)
            {
                Add(request, 1);
            }

            return new QuotaCount(granted, own.Grants.Used, own.Files.Used, counters.Total.Used, IsShared: false);
        }
    }

    /// <summary>Stores the counts from Redis.</summary>
    internal void SetShared(QuotaRequest request, QuotaCount count)
    {
        lock (_gate)
        {
            var counters = On(request.Day);
            ref var own = ref counters.Of(request);
            own.Grants.Used = count.Used;
            own.Files.Used = count.FilesUsed;
            counters.Total.Used = count.TotalUsed;
        }
    }

    /// <summary>Removes and returns the debt: what this hotkey, and what all hotkeys, took that Redis does not know yet.</summary>
    internal QuotaDebt TakeDebt(QuotaRequest request)
    {
        lock (_gate)
        {
            var counters = On(request.Day);
            ref var own = ref counters.Of(request);
            var debt = new QuotaDebt(own.Grants.Debt, own.Files.Debt, counters.Total.Debt);
            own.Grants.Debt = 0;
            own.Files.Debt = 0;
            counters.Total.Debt = 0;
            return debt;
        }
    }

    /// <summary>Puts the debt back after Redis did not take it.</summary>
    internal void RestoreDebt(QuotaRequest request, QuotaDebt debt)
    {
        lock (_gate)
        {
            var counters = On(request.Day);
            ref var own = ref counters.Of(request);
            own.Grants.Debt += debt.Grants;
            own.Files.Debt += debt.Files;
            counters.Total.Debt += debt.Total;
        }
    }

    private void Add(QuotaRequest request, int times)
    {
        var counters = On(request.Day);
        ref var own = ref counters.Of(request);
        own.Grants.Add(times * request.Cost.Grants);
        counters.Total.Add(times * request.Cost.Grants);
        if (request.FileLimit is not null)
        {
            own.Files.Add(times * request.Cost.Files);
        }
    }

    private Counters On(UtcDay day)
    {
        if (!_days.TryGetValue(day.Date, out var counters))
        {
            _days.Add(day.Date, counters = new Counters());
            if (_days.Count > DaysKept)
            {
                // Not a lambda: its closure would be allocated in each call, also when no day is removed.
                _days.Remove(_days.Keys.Except([day.Date]).First());
            }
        }

        return counters;
    }

    private sealed class Counters
    {
        private readonly Dictionary<(GrantKind Kind, AccountId Hotkey), OwnCounters> _counters = [];
        private Counter _total;

        internal ref Counter Total => ref _total;

        internal ref OwnCounters Of(QuotaRequest request) =>
            ref CollectionsMarshal.GetValueRefOrAddDefault(_counters, (request.Kind, request.Hotkey), out _);
    }

    private struct OwnCounters
    {
        internal Counter Grants;
        internal Counter Files;
    }

    private struct Counter
    {
        internal long Used;
        internal long Debt;

        internal void Add(long number)
        {
            Used += number;
            Debt += number;
        }
    }
}

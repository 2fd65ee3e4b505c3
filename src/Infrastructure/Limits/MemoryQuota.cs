using System.Runtime.InteropServices;

namespace S3Auth.Infrastructure.Limits;

/// <summary>
/// Counts grants in this process. With Redis it is the fallback: it remembers the last counts from Redis, continues from them while Redis
/// is down, and keeps the grants that Redis does not know yet as a debt. It contains registered hotkeys only, so its size is bounded by
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
            var granted = counters.Of(request).Used < request.Limit && counters.Total.Used < request.TotalLimit;
            if (granted)
            {
                Add(request, 1);
            }

            return new QuotaCount(granted, counters.Of(request).Used, counters.Total.Used, IsShared: false);
        }
    }

    /// <summary>Stores the counts from Redis.</summary>
    internal void SetShared(QuotaRequest request, long used, long totalUsed)
    {
        lock (_gate)
        {
            var counters = On(request.Day);
            counters.Of(request).Used = used;
            counters.Total.Used = totalUsed;
        }
    }

    /// <summary>Removes and returns the debt: the grants of this hotkey, and of all hotkeys, that Redis does not know yet.</summary>
    internal (long Own, long Total) TakeDebt(QuotaRequest request)
    {
        lock (_gate)
        {
            var counters = On(request.Day);
            ref var own = ref counters.Of(request);
            var debt = (own.Debt, counters.Total.Debt);
            own.Debt = 0;
            counters.Total.Debt = 0;
            return debt;
        }
    }

    /// <summary>Puts the debt back after Redis did not take it.</summary>
    internal void RestoreDebt(QuotaRequest request, (long Own, long Total) debt)
    {
        lock (_gate)
        {
            var counters = On(request.Day);
            counters.Of(request).Debt += debt.Own;
            counters.Total.Debt += debt.Total;
        }
    }

    private void Add(QuotaRequest request, int grants)
    {
        var counters = On(request.Day);
        counters.Of(request).Add(grants);
        counters.Total.Add(grants);
    }

    private Counters On(UtcDay day)
    {
        if (!_days.TryGetValue(day.Date, out var counters))
        {
            _days.Add(day.Date, counters = new Counters());
            if (_days.Count > DaysKept)
            {
                _days.Remove(_days.Keys.First(other => other != day.Date));
            }
        }

        return counters;
    }

    private sealed class Counters
    {
        private readonly Dictionary<(Role Role, AccountId Hotkey), Counter> _counters = [];
        private Counter _total;

        internal ref Counter Total => ref _total;

        internal ref Counter Of(QuotaRequest request) =>
            ref CollectionsMarshal.GetValueRefOrAddDefault(_counters, (request.Role, request.Hotkey), out _);
    }

    private struct Counter
    {
        internal long Used;
        internal long Debt;

        internal void Add(int grants)
        {
            Used += grants;
            Debt += grants;
        }
    }
}

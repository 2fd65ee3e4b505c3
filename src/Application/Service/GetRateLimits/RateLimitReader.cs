namespace S3Auth.Application.Service;

/// <summary>Reads the configured limits and how much of today's quota is left.</summary>
internal sealed class RateLimitReader(TotalCount total, DailyLimits limits, BurstLimit burst, ISharedLimits shared, TimeProvider time)
{
    internal async Task<RateLimits> ReadAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var day = UtcDay.Of(now);
        var used = await total.GetAsync(day, cancellationToken);
        return new RateLimits
        {
            DailyPerMiner = limits.PerMiner,
            DailyFilesPerMiner = limits.FilesPerMiner,
            DailyPerValidator = limits.PerValidator,
            DailySessionsPerHotkey = limits.SessionsPerHotkey,
            DailyTotal = limits.Total,
            PerMinutePerAddress = burst.PerMinute,
            UsedToday = used,
            RemainingToday = Math.Max(0, limits.Total - used),
            ResetsAt = day.End,
            ResetsInSeconds = (long)Math.Ceiling((day.End - now).TotalSeconds),
            CountedTogether = shared.IsReachable is true,
        };
    }
}

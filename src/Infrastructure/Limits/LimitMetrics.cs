using System.Diagnostics.Metrics;

namespace S3Auth.Infrastructure.Limits;

/// <summary>Metrics about limits and Redis, in the meter <see cref="MeterName"/>. No label contains an address.</summary>
internal sealed class LimitMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    internal const string MeterName = "S3Auth.Limits";

    private readonly Meter _meter;
    private readonly Histogram<double> _duration;

    public LimitMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _duration = _meter.CreateHistogram(
            "s3auth.redis.duration",
            "s",
            "How long Redis took to answer, by outcome (ok, failed).",
            tags: null,
            new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25],
            });
    }

    internal void Answered(TimeSpan duration, bool ok) =>
        _duration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("outcome", ok ? "ok" : "failed"));

    internal void Observe(ISharedLimits shared) => _meter.CreateObservableGauge(
        "s3auth.redis.up",
        () => shared.IsReachable is true ? 1 : 0,
        "{redis}",
        "Whether Redis answers (1) or this instance counts on its own (0).");

    internal void Observe(MemoryQuota quota, DailyLimits limits, TimeProvider time)
    {
        _meter.CreateObservableGauge(
            "s3auth.quota.used",
            () => quota.Total(UtcDay.Of(time.GetUtcNow())),
            "{grant}",
            "Today's grants of all, as far as this instance knows.");
        _meter.CreateObservableGauge("s3auth.quota.limit", () => limits.Total, "{grant}", "How many grants all have a day.");
    }

    internal void Observe(MemoryReplayGuard guard) => _meter.CreateObservableGauge(
        "s3auth.replay.remembered", () => guard.Remembered, "{proof}", "Used proofs that this instance remembers.");

    public void Dispose() => _meter.Dispose();
}

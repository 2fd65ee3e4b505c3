using System.Diagnostics.Metrics;

namespace S3Auth.Application.Pipeline;

/// <summary>
/// Metrics of the pipeline's decisions and of the verification of signatures, in the meter <see cref="MeterName"/>. Names follow
/// OpenTelemetry's conventions; no label contains an address.
/// </summary>
public sealed class PipelineMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "S3Auth.Pipeline";

    private readonly Meter _meter;
    private readonly Counter<long> _decisions;
    private readonly Counter<long> _sessions;
    private readonly Histogram<double> _verifications;

    public PipelineMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);

        _meter = meters.Create(MeterName);
        _decisions = _meter.CreateCounter<long>(
            "s3auth.decisions", "{decision}", "Signed requests by action and decision (granted, or the code of the refusal).");
        _sessions = _meter.CreateCounter<long>(
            "s3auth.sessions",
            "{session}",
            "Temporary credentials that were granted, by origin: issued (a new session) or reused (the one of an earlier request).");
        _verifications = _meter.CreateHistogram(
            "s3auth.signature.verification.duration",
            "s",
            "How long verifying one signature took, by outcome (valid, invalid).",
            tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.1] });
    }

    internal void Decided(string action, string decision) => _decisions.Add(
        1, new KeyValuePair<string, object?>("action", action), new KeyValuePair<string, object?>("decision", decision));

    internal void SessionGranted(bool isReused) =>
        _sessions.Add(1, new KeyValuePair<string, object?>("origin", isReused ? "reused" : "issued"));

    internal void Verified(TimeSpan duration, bool valid) =>
        _verifications.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("outcome", valid ? "valid" : "invalid"));

    public void Dispose() => _meter.Dispose();
}

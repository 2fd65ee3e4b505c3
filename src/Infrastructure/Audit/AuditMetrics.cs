using System.Diagnostics.Metrics;

namespace S3Auth.Infrastructure.Audit;

/// <summary>Metrics about audit records, in the meter <see cref="MeterName"/>.</summary>
internal sealed class AuditMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    internal const string MeterName = "S3Auth.Audit";

    private readonly Meter _meter;
    private readonly Counter<long> _lost;

    public AuditMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _lost = _meter.CreateCounter<long>("s3auth.audit.lost", "{record}", "Records that could not be written, by where they were to go.");
    }

    internal void Lost(string sink, int records) => _lost.Add(records, new KeyValuePair<string, object?>("sink", sink));

    public void Dispose() => _meter.Dispose();
}

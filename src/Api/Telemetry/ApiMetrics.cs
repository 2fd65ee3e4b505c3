using System.Diagnostics.Metrics;

namespace S3Auth.Api.Telemetry;

/// <summary>What is answered with a problem, as metrics of the meter <see cref="MeterName"/>.</summary>
internal sealed class ApiMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    internal const string MeterName = "S3Auth.Api";

    private readonly Meter _meter;
    private readonly Counter<long> _refusals;

    public ApiMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _refusals = _meter.CreateCounter<long>("s3auth.refusals", "{request}", "Requests that were answered with a problem, by its code.");
    }

    internal void Refused(string code) => _refusals.Add(1, new KeyValuePair<string, object?>("code", code));

    public void Dispose() => _meter.Dispose();
}

using System.Diagnostics.Metrics;

namespace S3Auth.Api.Telemetry;

/// <summary>What is answered with a problem, as metrics of the meter <see cref="MeterName"/>.</summary>
internal sealed class ApiMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    internal const string MeterName = "S3Auth.Api";

    private readonly Meter _meter;
    private readonly Counter<long> _refusals;
    private readonly Counter<long> _unread;

    public ApiMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _refusals = _meter.CreateCounter<long>("s3auth.refusals", "{request}", "Requests that were answered with a problem, by its code.");
        _unread = _meter.CreateCounter<long>("s3auth.answers.unread", "{answer}", "Answers that the server dropped because the client did not read them fast enough.");
    }

    internal void Refused(string code) => _refusals.Add(1, new KeyValuePair<string, object?>("code", code));

    internal void Unread() => _unread.Add(1);

    public void Dispose() => _meter.Dispose();
}

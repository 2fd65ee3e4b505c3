using System.Diagnostics.Metrics;

namespace S3Auth.Api.Telemetry;

/// <summary>Metrics of refusals and of answers that clients did not read.</summary>
internal sealed class ApiMetrics : IDisposable
{
    /// <summary>The name of the meter.</summary>
    internal const string MeterName = "S3Auth.Api";

    private readonly Meter _meter;
    private readonly Counter<long> _refusals;
    private readonly Counter<long> _unread;

    public ApiMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _refusals = _meter.CreateCounter<long>("s3auth.refusals", "{request}", "Requests that were answered with a problem, by its code.");
        _unread = _meter.CreateCounter<long>(
            "s3auth.answers.unread", "{answer}", "Answers that the server dropped because the client did not read them fast enough.");
    }

    internal void Refused(string code) => _refusals.Add(1, new KeyValuePair<string, object?>("code", code));

    internal void Unread() => _unread.Add(1);

    public void Dispose() => _meter.Dispose();
}

using System.Diagnostics.Metrics;

namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// How the metagraph is kept, as metrics of the meter <see cref="MeterName"/>. Named by OpenTelemetry's conventions; no label
/// carries an address.
/// </summary>
internal sealed class ChainMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    internal const string MeterName = "S3Auth.Chain";

    private readonly Meter _meter;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _failures;

    public ChainMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _duration = _meter.CreateHistogram<double>(
            "s3auth.metagraph.sync.duration", "s", "How long reading the metagraph took, by outcome (ok, failed).");
        _failures = _meter.CreateCounter<long>(
            "s3auth.metagraph.node.failures", "{failure}", "Failures of nodes to give the metagraph, by reason.");
    }

    /// <summary>Shows the held metagraph from now on. Nothing is shown of one that is not there.</summary>
    internal void Observe(IMetagraph metagraph)
    {
        _meter.CreateObservableGauge("s3auth.metagraph.age", () => Measure(metagraph.Describe().Age?.TotalSeconds), "s", "Age of the metagraph.");
        _meter.CreateObservableGauge("s3auth.metagraph.block", () => Measure(metagraph.Describe().Block), "{block}", "Block of the metagraph.");
        _meter.CreateObservableGauge(
            "s3auth.metagraph.neurons",
            () => Measure(metagraph.Describe() is { Block: not null, Hotkeys: var neurons } ? neurons : null),
            "{neuron}",
            "Registered hotkeys in the metagraph.");
    }

    /// <summary>A sync ended.</summary>
    internal void Synchronised(TimeSpan duration, bool ok) =>
        _duration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("outcome", ok ? "ok" : "failed"));

    /// <summary>A node failed; another may have answered in its place.</summary>
    internal void NodeFailed(ChainFailure failure) =>
        _failures.Add(1, new KeyValuePair<string, object?>("reason", JsonNamingPolicy.SnakeCaseLower.ConvertName(failure.ToString())));

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<double>> Measure(double? value) => value is { } known ? [new Measurement<double>(known)] : [];
}

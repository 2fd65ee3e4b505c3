using System.Diagnostics.Metrics;

namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// Metrics about reading the metagraph, in the meter <see cref="MeterName"/>. Names follow OpenTelemetry's conventions. No label
/// contains an address.
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

    /// <summary>Reports the current snapshot from now on. There are no measurements while there is no snapshot.</summary>
    internal void Observe(MetagraphSynchroniser metagraph)
    {
        _meter.CreateObservableGauge(
            "s3auth.metagraph.age",
            () => Measure(metagraph.Describe().Age?.TotalSeconds),
            "s",
            "Age of the metagraph's block, by the block's own time.");
        _meter.CreateObservableGauge(
            "s3auth.metagraph.block",
            () => Measure(metagraph.Describe().Block),
            "{block}",
            "Block of the metagraph.");
        _meter.CreateObservableGauge(
            "s3auth.metagraph.neurons",
            () => Measure(metagraph.Describe() is { Block: not null, Hotkeys: var neurons } ? neurons : null),
            "{neuron}",
            "Registered hotkeys in the metagraph.");
        _meter.CreateObservableGauge(
            "s3auth.metagraph.finality.lag",
            () => Measure(metagraph.LastAnswer?.FinalityLag),
            "{block}",
            "Number of blocks from the chain's finalized block to its best block.");
        _meter.CreateObservableGauge(
            "s3auth.metagraph.runtime.version",
            () => Measure(metagraph.LastAnswer?.SpecVersion),
            "{version}",
            "Version of the chain's runtime.");
        _meter.CreateObservableGauge(
            "s3auth.metagraph.runtime.unknown_fields",
            () => Measure(metagraph.LastAnswer?.UnknownFields),
            "{field}",
            "Fields in the runtime's answer that the server does not know and ignores.");
        _meter.CreateObservableGauge(
            "s3auth.metagraph.nodes.failing",
            () => Measure(metagraph.FailingNodes),
            "{node}",
            "Nodes that failed, or disagreed with the others, when they were last asked.");
    }

    /// <summary>Counts a sync that ended.</summary>
    internal void Synchronised(TimeSpan duration, bool ok) =>
        _duration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("outcome", ok ? "ok" : "failed"));

    /// <summary>Counts a failure of one node. The sync may still succeed with another node.</summary>
    internal void NodeFailed(ChainFailure failure) =>
        _failures.Add(1, new KeyValuePair<string, object?>("reason", JsonNamingPolicy.SnakeCaseLower.ConvertName(failure.ToString())));

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<double>> Measure(double? value) => value is { } known ? [new Measurement<double>(known)] : [];
}

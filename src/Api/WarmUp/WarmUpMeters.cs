using System.Diagnostics.Metrics;

namespace S3Auth.Api.WarmUp;

/// <summary>
/// Creates the meters of the private copy under names of their own. Listeners find meters by name in the whole process, so the metrics of
/// the service would otherwise count what the copy does.
/// </summary>
internal sealed class WarmUpMeters : IMeterFactory
{
    /// <summary>The prefix of each name.</summary>
    internal const string Prefix = "WarmUp.";

    private readonly List<Meter> _meters = [];

    public Meter Create(MeterOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var meter = new Meter(new MeterOptions(Prefix + options.Name) { Version = options.Version, Tags = options.Tags, Scope = this });
        lock (_meters)
        {
            _meters.Add(meter);
        }

        return meter;
    }

    public void Dispose()
    {
        lock (_meters)
        {
            foreach (var meter in _meters)
            {
                meter.Dispose();
            }
        }
    }
}

namespace S3Auth.Infrastructure.Signatures;

/// <summary>
/// Creates the tables of the registered hotkeys in advance, so that the first signature of a hotkey is verified as fast as the later ones.
/// If this fails, the service works without it.
/// </summary>
internal sealed partial class HotkeyPreparation(
    IMetagraph metagraph, Sr25519SignatureVerifier verifier, TimeProvider time, ILogger<HotkeyPreparation> log) : BackgroundService
{
    /// <summary>The largest subnets have 1,024 hotkeys. 4,096 tables take 16 MB and up to half a second of CPU.</summary>
    internal const int MaxHotkeys = 4096;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await PrepareAsync(stoppingToken);
        }
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
        {
            LogFailed(failure);
        }
    }

    private async Task PrepareAsync(CancellationToken stoppingToken)
    {
        Metagraph? prepared = null;
        while (true)
        {
            if (metagraph.Current is { } current && current != prepared)
            {
                Prepare(current, stoppingToken);
                prepared = current;
            }

            await Task.Delay(Interval, time, stoppingToken);
        }
    }

    private void Prepare(Metagraph current, CancellationToken stoppingToken)
    {
        foreach (var neuron in current.Neurons)
        {
            // The count includes hotkeys that are no longer registered or never were. Beyond the limit, a hotkey's first signature creates
            // its table.
            if (stoppingToken.IsCancellationRequested || verifier.KnownHotkeyCount >= MaxHotkeys)
            {
                return;
            }

            verifier.Prepare(neuron.Hotkey);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The tables of registered hotkeys cannot be created. The first signature of each hotkey takes longer")]
    private partial void LogFailed(Exception failure);
}

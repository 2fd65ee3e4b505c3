using Microsoft.Extensions.Logging.Abstractions;

namespace S3Auth.Infrastructure.Tests.Chain;

/// <summary>What tests of the chain set up.</summary>
internal static class TestChain
{
    internal static ChainOptions Options(
        string network,
        string? dataFolder = null,
        ushort netuid = 46,
        TimeSpan? syncInterval = null,
        TimeSpan? maxStaleness = null,
        TimeSpan? timeout = null) => new()
        {
            Network = ChainNetwork.TryParse(network, out var parsed) ? parsed : throw new ArgumentException(network, nameof(network)),
            Netuid = netuid,
            DataFolder = dataFolder ?? Path.Combine(Path.GetTempPath(), "s3auth-unused"),
            SyncInterval = syncInterval ?? TimeSpan.FromSeconds(60),
            MaxStaleness = maxStaleness ?? TimeSpan.FromHours(1),
            ConnectTimeout = timeout ?? TimeSpan.FromSeconds(15),
            CallTimeout = timeout ?? TimeSpan.FromSeconds(15),
        };

    internal static ChainMetrics Metrics() =>
        new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>());

    internal static NodePool Pool(ChainOptions options, TimeProvider? time = null) =>
        new(options, Metrics(), time ?? TimeProvider.System, NullLogger<NodePool>.Instance);
}

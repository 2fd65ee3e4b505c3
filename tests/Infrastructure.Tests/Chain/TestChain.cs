using System.Globalization;
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
        TimeSpan? timeout = null,
        int nodesThatAgree = 1,
        MetagraphHead head = default) => new()
        {
            Network = ChainNetwork.TryParse(network, out var parsed) ? parsed : throw new ArgumentException(network, nameof(network)),
            Netuid = netuid,
            DataFolder = dataFolder ?? Path.Combine(Path.GetTempPath(), "s3auth-unused"),
            SyncInterval = syncInterval ?? TimeSpan.FromSeconds(60),
            MaxStaleness = maxStaleness ?? TimeSpan.FromHours(1),
            ConnectTimeout = timeout ?? TimeSpan.FromSeconds(15),
            CallTimeout = timeout ?? TimeSpan.FromSeconds(15),
            NodesThatAgree = nodesThatAgree,
            Head = head,
        };

    internal static ChainMetrics Metrics() =>
        new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>());

    internal static SubnetReader Reader(ChainOptions options, TimeProvider? time = null) =>
        new(options, new RuntimeCatalog(options, NullLogger<RuntimeCatalog>.Instance), time ?? TimeProvider.System);

    /// <summary>A group of one node that is connected already.</summary>
    internal static NodeGroup Group(NodeConnection connection, TimeProvider? time = null) => new(
        [new NodeMember(connection.Endpoint, preference: 0, time ?? TimeProvider.System)],
        required: 1,
        (_, _) => Task.FromResult(connection),
        time ?? TimeProvider.System);

    /// <summary>Decodes an answer in the fixed structure.</summary>
    internal static Metagraph Decode(byte[] state, ushort netuid = 46) => Reader(Options("ws://127.0.0.1:1", netuid: netuid))
        .Decode(new RuntimeApiSource(FixedSubnetState.Compiled), new HexBytes(state), "Test Chain", 7, DateTimeOffset.UnixEpoch);

    /// <summary>Returns the neurons of an answer in the fixed structure.</summary>
    internal static Neuron[] DecodeFixed(ReadOnlySpan<byte> answer, ushort netuid) =>
        SubnetStateDecoder.DecodeFirst(FixedSubnetState.Compiled.Decoders, answer, netuid);

    /// <summary>Returns the neuron that the server must read for a recorded one.</summary>
    internal static Neuron ToNeuron(RecordedNeuron neuron) => new(
        neuron.Uid,
        AccountId.Parse(neuron.Hotkey),
        AccountId.Parse(neuron.Coldkey),
        neuron.Permit,
        new AlphaAmount(ulong.Parse(neuron.Stake, CultureInfo.InvariantCulture)),
        neuron.Active);

    internal static NodePool Pool(ChainOptions options, TimeProvider? time = null) =>
        new(options, Metrics(), time ?? TimeProvider.System, NullLogger<NodePool>.Instance);
}

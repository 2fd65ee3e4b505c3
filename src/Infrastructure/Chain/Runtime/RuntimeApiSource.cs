namespace S3Auth.Infrastructure.Chain;

/// <summary>Reads a subnet with one call of the runtime.</summary>
/// <param name="state">How to call the runtime, and how to decode its answer.</param>
internal sealed class RuntimeApiSource(CompiledSubnetState state) : SubnetSource
{
    /// <summary>The runtime API's name.</summary>
    internal const string Api = "SubnetInfoRuntimeApi";

    /// <summary>The function's name.</summary>
    internal const string Method = "get_subnet_state";

    /// <summary>The function's full name.</summary>
    internal const string Function = $"{Api}_{Method}";

    private const int MaxNamedFields = 10;

    /// <inheritdoc/>
    internal override IReadOnlyList<string> Warnings { get; } = state is { Unknown: { Count: > 0 } unknown }
        ? [$"The runtime's answer has fields that this server does not know and ignores: {string.Join(", ", unknown.Take(MaxNamedFields))}"
            + (unknown.Count > MaxNamedFields ? $" and {unknown.Count - MaxNamedFields} more." : ".")]
        : [];

    /// <inheritdoc/>
    internal override int UnknownFields => state.Unknown.Count;

    /// <inheritdoc/>
    internal override Task<HexBytes> ReadAsync(NodeConnection node, ushort netuid, HexBytes block, CancellationToken cancellationToken) =>
        node.CallRuntimeAsync(Function, new HexBytes(state.Netuid.WriteInteger(netuid)), block, cancellationToken);

    /// <inheritdoc/>
    internal override IReadOnlyCollection<Neuron> Decode(ReadOnlySpan<byte> answer, ushort netuid) =>
        SubnetStateDecoder.DecodeFirst(state.Decoders, answer, netuid);
}

using S3Auth.Substrate.Metadata;

namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// The structure in the answers of runtimes 218 to 343, for nodes that serve no metadata of version 15, and for answers that are bytes.
/// Strict, because no metadata confirms that the runtime still uses it: all lists must have the same length. Lists that the server does not
/// use may be empty and, inside a <c>Vec&lt;u8&gt;</c>, of any length.
/// </summary>
internal static class FixedSubnetState
{
    private static readonly SubnetItem Flag = new(1, IsCompact: false);
    private static readonly SubnetItem Compact16 = new(16, IsCompact: true);
    private static readonly SubnetItem Compact64 = new(64, IsCompact: true);

    private static readonly SubnetField[] Fields =
    [
        new("netuid", SubnetFieldRole.Netuid, Item: Compact16),
        new("hotkeys", SubnetFieldRole.Hotkeys),
        new("coldkeys", SubnetFieldRole.Coldkeys),
        new("active", SubnetFieldRole.Active, Item: Flag),
        new("validator_permit", SubnetFieldRole.ValidatorPermit, Item: Flag),
        new("pruning_score", SubnetFieldRole.PerNeuron, Item: Compact16),
        new("last_update", SubnetFieldRole.PerNeuron, Item: Compact64),
        new("emission", SubnetFieldRole.PerNeuron, Item: Compact64),
        new("dividends", SubnetFieldRole.PerNeuron, Item: Compact16),
        new("incentives", SubnetFieldRole.PerNeuron, Item: Compact16),
        new("consensus", SubnetFieldRole.PerNeuron, Item: Compact16),
        new("trust", SubnetFieldRole.PerNeuron, Item: Compact16),
        new("rank", SubnetFieldRole.PerNeuron, Item: Compact16),
        new("block_at_registration", SubnetFieldRole.PerNeuron, Item: Compact64),
        new("alpha_stake", SubnetFieldRole.AlphaStake, Item: Compact64),
        new("tao_stake", SubnetFieldRole.PerNeuron, Item: Compact64),
        new("total_stake", SubnetFieldRole.PerNeuron, Item: Compact64),
        new("emission_history", SubnetFieldRole.PerSubnet, Item: Compact64),
    ];

    private static readonly TypeRegistry NoTypes = new([]);

    /// <summary>Decodes the structure inside a <c>Vec&lt;u8&gt;</c>, which runtime 218 answers with.</summary>
    internal static SubnetStateDecoder Wrapped { get; } = new(NoTypes, Fields, isWrapped: true, isOptional: true);

    /// <summary>How to call a runtime without metadata. Decodes the structure, directly or inside a <c>Vec&lt;u8&gt;</c>.</summary>
    internal static CompiledSubnetState Compiled { get; } = new(
        [new(NoTypes, Fields, isWrapped: false, isOptional: true), Wrapped], SubnetItem.PlainU16, Unknown: []);

    /// <summary>The fields' names.</summary>
    internal static IEnumerable<string> Names => Fields.Select(known => known.Name);
}

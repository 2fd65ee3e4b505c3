namespace S3Auth.Infrastructure.Chain;

/// <summary>A field of the answer about a subnet.</summary>
/// <param name="Name">Its name, such as <c>alpha_stake</c>.</param>
/// <param name="Role">What the server does with it.</param>
/// <param name="Type">The index of its type, for a field that is skipped.</param>
/// <param name="Item">
/// How an item of its list is encoded, or the field itself if it is no list; null for accounts and skipped fields.
/// </param>
/// <param name="IsOptional">Whether the list is inside an <c>Option</c>.</param>
internal sealed record SubnetField(
    string Name, SubnetFieldRole Role, int Type = 0, SubnetItem? Item = null, bool IsOptional = false);

/// <summary>What the server does with a field.</summary>
internal enum SubnetFieldRole
{
    /// <summary>Skips it by its type.</summary>
    Skipped,

    /// <summary>Checks that it is the netuid that was asked for.</summary>
    Netuid,

    /// <summary>Reads the hotkeys, by uid.</summary>
    Hotkeys,

    /// <summary>Reads the coldkeys, by uid.</summary>
    Coldkeys,

    /// <summary>Reads which neurons are active, by uid.</summary>
    Active,

    /// <summary>Reads which neurons may validate, by uid.</summary>
    ValidatorPermit,

    /// <summary>Reads the stakes in units of alpha, by uid.</summary>
    AlphaStake,

    /// <summary>Checks that the list has as many items as there are hotkeys, or none.</summary>
    PerNeuron,

    /// <summary>A list with one list for each subnet of the chain. Checks each like <see cref="PerNeuron"/>.</summary>
    PerSubnet,
}

namespace S3Auth.Application.Service;

/// <summary>A hotkey on the chain, and what it may do here.</summary>
public sealed record HotkeyStatus
{
    /// <summary>The requested hotkey.</summary>
    public required AccountId Hotkey { get; init; }

    /// <summary>Whether it is registered on this subnet.</summary>
    public required bool Registered { get; init; }

    /// <summary>Its uid. Null if it is not registered.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required ushort? Uid { get; init; }

    /// <summary>The coldkey that owns it, which a miner must send. Null if it is not registered.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required AccountId? Coldkey { get; init; }

    /// <summary>Whether it has a validator permit.</summary>
    public required bool ValidatorPermit { get; init; }

    /// <summary>Its stake in alpha.</summary>
    public required decimal AlphaStake { get; init; }

    /// <summary>Whether it may upload as a miner.</summary>
    public required bool IsMiner { get; init; }

    /// <summary>Whether it may read all files as a validator: it has a permit, and more than the minimum stake.</summary>
    public required bool IsValidator { get; init; }

    /// <summary>The block at which the server read this.</summary>
    public required ulong Block { get; init; }
}

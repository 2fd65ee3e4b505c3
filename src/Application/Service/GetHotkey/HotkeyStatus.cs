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

    /// <summary>
    /// The coldkey that owns it, which a miner must send. Null if it is not registered and no access rule lets it upload.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required AccountId? Coldkey { get; init; }

    /// <summary>Whether it has a validator permit.</summary>
    public required bool ValidatorPermit { get; init; }

    /// <summary>Its stake in alpha.</summary>
    public required decimal AlphaStake { get; init; }

    /// <summary>Whether it is a miner by the chain: it is registered.</summary>
    public required bool IsMiner { get; init; }

    /// <summary>Whether it is a validator by the chain: it has a permit, and more than the minimum stake.</summary>
    public required bool IsValidator { get; init; }

    /// <summary>Whether an access rule of the operator denies it, or the coldkey that owns it.</summary>
    public required bool IsDenied { get; init; }

    /// <summary>Whether it may upload into its own folder here: by the chain and the operator's access rules.</summary>
    public required bool MayUpload { get; init; }

    /// <summary>Why it may not upload. Absent if it may.</summary>
    public string? UploadProblem { get; init; }

    /// <summary>Whether it may read the files of all miners here: by the chain and the operator's access rules.</summary>
    public required bool MayRead { get; init; }

    /// <summary>Why it may not read. Absent if it may.</summary>
    public string? ReadProblem { get; init; }

    /// <summary>The block at which the server read this.</summary>
    public required ulong Block { get; init; }
}

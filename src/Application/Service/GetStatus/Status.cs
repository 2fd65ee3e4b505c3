namespace S3Auth.Application.Service;

/// <summary>All that the page at <c>/</c> shows. Nothing in it is secret, and none of it is about one miner or validator.</summary>
public sealed record Status
{
    /// <summary>This server's version.</summary>
    public required string Version { get; init; }

    /// <summary>What is wrong, each in a sentence with what it means for whoever asks; empty when all is well.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>As <c>/healthcheck</c> has it.</summary>
    public required Health Health { get; init; }

    /// <summary>Whether there are credentials that grants can be signed with.</summary>
    public required bool CanSign { get; init; }

    /// <summary>How many registered hotkeys qualify as validators; null while there is no fresh metagraph.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required int? Validators { get; init; }

    /// <summary>A validator has more than this, in alpha.</summary>
    public required decimal MinValidatorStake { get; init; }

    /// <summary>As <c>/rate-limits</c> has it.</summary>
    public required RateLimits RateLimits { get; init; }

    /// <summary>What requests for access were answered with.</summary>
    public required RecentActivity Activity { get; init; }

    /// <summary>What lies in the bucket.</summary>
    public required StorageStatus Storage { get; init; }
}

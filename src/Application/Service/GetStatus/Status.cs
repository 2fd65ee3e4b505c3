namespace S3Auth.Application.Service;

/// <summary>The contents of the page at <c>/</c>. It contains no secrets, and nothing about a single miner or validator.</summary>
public sealed record Status
{
    /// <summary>The version of the server.</summary>
    public required string Version { get; init; }

    /// <summary>The current problems, each in one sentence that says what it means for callers. Empty if all is well.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>The answer of <c>/healthcheck</c>.</summary>
    public required Health Health { get; init; }

    /// <summary>Whether there are valid credentials to sign grants with.</summary>
    public required bool CanSign { get; init; }

    /// <summary>The number of hotkeys that qualify as validators. Null if the metagraph is missing or too old.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required int? Validators { get; init; }

    /// <summary>The alpha stake that a validator must exceed.</summary>
    public required decimal MinValidatorStake { get; init; }

    /// <summary>The answer of <c>/rate-limits</c>.</summary>
    public required RateLimits RateLimits { get; init; }

    /// <summary>The answers to signed requests.</summary>
    public required RecentActivity Activity { get; init; }

    /// <summary>The contents of the bucket.</summary>
    public required StorageStatus Storage { get; init; }
}

namespace S3Auth.Application.Service;

/// <summary>The figures of the page at <c>/</c>. They contain no secret and nothing about a single miner or validator.</summary>
public sealed record Status
{
    /// <summary>This server's version.</summary>
    public required string Version { get; init; }

    /// <summary>The problems, each in a sentence that says what it means for clients; empty if there are none.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>The answer of <c>/healthcheck</c>.</summary>
    public required Health Health { get; init; }

    /// <summary>Whether the server has credentials to sign grants with.</summary>
    public required bool CanSign { get; init; }

    /// <summary>The number of validators; null while there is no metagraph, or it is too old.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required int? Validators { get; init; }

    /// <summary>A validator has more alpha stake than this.</summary>
    public required decimal MinValidatorStake { get; init; }

    /// <summary>The answer of <c>/rate-limits</c>.</summary>
    public required RateLimits RateLimits { get; init; }

    /// <summary>Recent answers to requests for access.</summary>
    public required RecentActivity Activity { get; init; }

    /// <summary>What is stored in the bucket.</summary>
    public required StorageStatus Storage { get; init; }
}

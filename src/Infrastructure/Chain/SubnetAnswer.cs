namespace S3Auth.Infrastructure.Chain;

/// <summary>What the chain says about a subnet at one block.</summary>
/// <param name="Metagraph">The subnet's metagraph.</param>
/// <param name="Chain">The chain.</param>
/// <param name="BlockTime">The block's own time.</param>
/// <param name="SpecVersion">The version of the runtime at the block; null if unknown, as for a snapshot of an older server.</param>
/// <param name="Endpoint">The <see cref="NodeEndpoint.Fingerprint"/> of the node that answered; of several, the preferred one.</param>
internal sealed record SubnetAnswer(Metagraph Metagraph, ChainIdentity Chain, DateTimeOffset BlockTime, uint? SpecVersion, string Endpoint)
{
    /// <summary>How many blocks the finalized block is behind the best one; null if unknown.</summary>
    internal ulong? FinalityLag { get; init; }

    /// <summary>What the operator should know about the reading; empty if there is nothing.</summary>
    internal IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The number of fields in the runtime's answer that the server does not know.</summary>
    internal int UnknownFields { get; init; }
}

/// <summary>Which chain a block belongs to.</summary>
/// <param name="Genesis">The hash of its first block, in hex; null if unknown, as for a snapshot of an older server.</param>
/// <param name="Name">Its name, for people.</param>
internal sealed record ChainIdentity(string? Genesis, string Name)
{
    /// <summary>Whether both are the same chain. Compares the names only if a genesis hash is unknown.</summary>
    internal bool IsSameAs(ChainIdentity other) =>
        Genesis is null || other.Genesis is null ? Name == other.Name : Genesis == other.Genesis;

    /// <summary>The name, and the beginning of the genesis hash if it is known.</summary>
    public override string ToString() => Genesis is null ? $"'{Name}'" : $"'{Name}' (genesis {Genesis[..10]}…)";
}

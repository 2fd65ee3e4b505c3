namespace S3Auth.Domain;

/// <summary>
/// The audiences that this server accepts. A proof that names another audience was made for another server, which may have relayed it. A
/// server without a configured audience cannot tell, so it accepts every proof.
/// </summary>
/// <param name="Own">The configured audiences; may be empty.</param>
/// <param name="IsRequired">Whether a request must name an audience.</param>
public sealed record Audiences(IReadOnlyList<Audience> Own, bool IsRequired)
{
    /// <summary>
    /// The host of this server's public URL; null if there is none. Refusals name this audience and no other, because the others may be
    /// internal.
    /// </summary>
    public Audience? Public { get; init; }

    /// <summary>No configured audience.</summary>
    public static Audiences Unknown { get; } = new([], IsRequired: false);

    /// <summary>Whether this server accepts a request that names no audience.</summary>
    public bool CanBeOmitted => Own.Count == 0 || !IsRequired;

    /// <summary>Whether this server accepts a request that names this audience. A request may name several; all must be accepted.</summary>
    public bool Accepts(Audience audience) => Own.Count == 0 || Own.Contains(audience);
}

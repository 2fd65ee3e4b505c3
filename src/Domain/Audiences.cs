namespace S3Auth.Domain;

/// <summary>
/// The audiences that this server accepts. A proof that names another audience was made for another server, which may have relayed it. A
/// server without a configured audience cannot tell, so it accepts every proof.
/// </summary>
/// <param name="Own">The configured audiences; may be empty.</param>
/// <param name="IsRequired">Whether a proof must name an audience.</param>
public sealed record Audiences(IReadOnlyList<Audience> Own, bool IsRequired)
{
    /// <summary>
    /// The host of this server's public URL; null if there is none. Refusals name this audience and no other, because the others may be
    /// internal.
    /// </summary>
    public Audience? Public { get; init; }

    /// <summary>No configured audience.</summary>
    public static Audiences Unknown { get; } = new([], IsRequired: false);

    /// <summary>Whether this server accepts a proof with this audience, or with none.</summary>
    public bool Accepts(Audience? audience) => Own.Count == 0 || (audience is { } named ? Own.Contains(named) : !IsRequired);
}

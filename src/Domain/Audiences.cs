namespace S3Auth.Domain;

/// <summary>
/// The audiences that a server accepts. A proof that names another audience was made for another server, which may have relayed it. A
/// server without an audience of its own cannot tell, and accepts every proof.
/// </summary>
/// <param name="Own">This server's audiences; empty if none is configured.</param>
/// <param name="IsRequired">Whether a proof must name one of them.</param>
public sealed record Audiences(IReadOnlyList<Audience> Own, bool IsRequired)
{
    /// <summary>
    /// The host of this server's public URL, which refusals name; null if there is none. Refusals name no other audience, because it may be
    /// internal.
    /// </summary>
    public Audience? Public { get; init; }

    /// <summary>A server without an audience of its own.</summary>
    public static Audiences Unknown { get; } = new([], IsRequired: false);

    /// <summary>Whether a proof with this audience, or with none, is meant for this server.</summary>
    public bool Accepts(Audience? audience) => Own.Count == 0 || (audience is { } named ? Own.Contains(named) : !IsRequired);
}

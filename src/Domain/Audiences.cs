namespace S3Auth.Domain;

/// <summary>
/// Which audiences a server takes proofs for. A proof that names another audience was made for another server, which may have passed it
/// on. A server without an audience of its own cannot tell, and takes every proof.
/// </summary>
/// <param name="Own">This server's audiences; empty where it was told none.</param>
/// <param name="IsRequired">Whether a proof must name one of them.</param>
public sealed record Audiences(IReadOnlyList<Audience> Own, bool IsRequired)
{
    /// <summary>A server that was told no audience.</summary>
    public static Audiences Unknown { get; } = new([], IsRequired: false);

    /// <summary>Whether a proof with this audience, or with none, is meant for this server.</summary>
    public bool Include(Audience? audience) => Own.Count == 0 || (audience is { } named ? Own.Contains(named) : !IsRequired);
}

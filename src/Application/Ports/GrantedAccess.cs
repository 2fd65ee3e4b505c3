namespace S3Auth.Application.Ports;

/// <summary>What a grant opens, in a line.</summary>
/// <param name="Prefixes">Below which prefixes, or which key.</param>
/// <param name="Files">How many files; null where it is everything below them.</param>
/// <param name="Expiry">When it really ends.</param>
public sealed record GrantedAccess(IReadOnlyList<string> Prefixes, int? Files, DateTimeOffset Expiry);

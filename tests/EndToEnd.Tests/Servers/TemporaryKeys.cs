namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>Temporary keys of a role.</summary>
/// <param name="Keys">The access key and its secret.</param>
/// <param name="Token">The session token that belongs to them.</param>
/// <param name="Ends">When the store stops accepting them.</param>
internal sealed record TemporaryKeys(AccessKeys Keys, string Token, DateTimeOffset Ends);

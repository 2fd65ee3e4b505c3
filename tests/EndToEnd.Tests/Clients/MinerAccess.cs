namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>The answer to <c>POST /get-miner-specific-access</c>, as a client reads it.</summary>
internal sealed record MinerAccess(
    string Bucket,
    string Region,
    string? MinerHotkey,
    string? MinerColdkey,
    string MinerUrl,
    string Prefix,
    string Expiry,
    IReadOnlyList<MinerFolder>? Folders);

/// <summary>The answer to <c>POST /get-miner-list</c>: one page.</summary>
internal sealed record MinerList(string ListUrl, string Prefix, long ExpiresInSeconds);

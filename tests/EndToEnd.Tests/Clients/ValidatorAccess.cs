namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>The answer to <c>POST /get-validator-access</c>, as a client reads it.</summary>
internal sealed record ValidatorAccess(
    string Bucket,
    string Region,
    string ValidatorHotkey,
    string Expiry,
    long ExpirySeconds,
    ValidatorUrls Urls,
    IReadOnlyList<MinerFolders> Miners,
    StructureInfo StructureInfo);

internal sealed record ValidatorUrls(
    IReadOnlyDictionary<string, string> Global,
    IReadOnlyDictionary<string, SourceUrls>? Sources,
    IReadOnlyDictionary<string, string>? Miners);

internal sealed record SourceUrls(string ListMiners, string Prefix);

internal sealed record MinerFolders(string Id, int? Uid, IReadOnlyList<MinerFolder> Folders);

internal sealed record MinerFolder(string? Source, string Prefix, string ListUrl);

namespace S3Auth.Domain;

/// <summary>A prefix that belongs to one miner.</summary>
/// <param name="Prefix">Ends with <c>/</c>: without it, the folder of <c>5Fabc</c> would hold that of <c>5Fabcd</c>.</param>
/// <param name="Source">Which source it is for; null where the layout has none.</param>
public sealed record Folder(string Prefix, Source? Source);

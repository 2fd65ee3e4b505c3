namespace S3Auth.Application.Ports;

/// <summary>What a presigned ListObjectsV2 request lists. All of it is signed: a client can change none of it.</summary>
/// <param name="Prefix">Keys that start with this.</param>
/// <param name="Delimiter">Groups keys by this; null for every key by itself.</param>
/// <param name="ContinuationToken">The store's token for the next page; null for the first.</param>
/// <param name="StartAfter">The bytes of a key that the page begins after, which need not be UTF-8; empty for the first page.</param>
public sealed record Listing(string Prefix, string? Delimiter = null, string? ContinuationToken = null, ReadOnlyMemory<byte> StartAfter = default);

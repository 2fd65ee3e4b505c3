namespace S3Auth.Application.Ports;

/// <summary>
/// The calls of the server itself to the object store. If the store fails, they throw <see cref="Refusals.RefusedException"/> with
/// <c>storage_unavailable</c>; if it does not answer in time, with <c>storage_timeout</c>. If the caller cancels, they throw
/// <see cref="OperationCanceledException"/>.
/// </summary>
public interface IObjectStore
{
    /// <summary>The bucket, and how it is used.</summary>
    ObjectStoreInfo Info { get; }

    /// <summary>
    /// Lists the folders below <paramref name="prefix"/>, in the order of the store: keys up to and including the next <c>/</c>. Skips
    /// names that are not UTF-8 or have more than <see cref="FolderLayout.MaxFolderNameBytes"/> bytes below the prefix, which this server
    /// never grants, so that a miner's names cannot fill the memory. The result may come from a cache.
    /// </summary>
    /// <param name="prefix">The prefix.</param>
    /// <param name="maxEntries">
    /// The maximum number of entries, including keys without a <c>/</c>, which also bounds the number of calls to the store; null for all.
    /// </param>
    /// <param name="cancellationToken">Cancels the call.</param>
    Task<FolderPage> ListFoldersAsync(string prefix, int? maxEntries, CancellationToken cancellationToken);

    /// <summary>
    /// Lists the next objects below <paramref name="prefix"/>, without a cache. Each key must come after <paramref name="after"/> and after
    /// the previous key, in byte order; a listing in another order is refused with <c>storage_unavailable</c>.
    /// </summary>
    /// <param name="prefix">The prefix.</param>
    /// <param name="after">The key after which the page begins; null for the first page.</param>
    /// <param name="limit">The maximum number of objects, 1 to 1,000. The page has fewer only if there are no more.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    Task<FilePage> ListFilesAsync(string prefix, ObjectKey? after, int limit, CancellationToken cancellationToken);

    /// <summary>Whether an object with this key exists.</summary>
    Task<bool> ExistsAsync(ObjectName key, CancellationToken cancellationToken);

    /// <summary>Checks that the store answers for the bucket. Returns the latency.</summary>
    Task<TimeSpan> PingAsync(CancellationToken cancellationToken);
}

/// <summary>The bucket, and how it is used. Does not change while the process runs.</summary>
/// <param name="Bucket">The bucket's name.</param>
/// <param name="Region">The bucket's region.</param>
/// <param name="ClientEndpoint">The address where clients reach the store, without the bucket.</param>
/// <param name="ListingTimeout">The timeout of a whole listing, over all its pages and folders.</param>
public sealed record ObjectStoreInfo(string Bucket, string Region, string ClientEndpoint, TimeSpan ListingTimeout);

/// <summary>An object, as the store lists it.</summary>
/// <param name="Key">The key. The uploader chose the part below the folder, which need not be UTF-8.</param>
/// <param name="Size">The size in bytes.</param>
/// <param name="LastModified">When the object was uploaded.</param>
/// <param name="ETag">The ETag without quotes; for a file that was uploaded in one request usually its MD5 in hex.</param>
public sealed record StoredFile(ObjectKey Key, long Size, DateTimeOffset LastModified, string ETag);

/// <summary>One page of a listing of objects.</summary>
/// <param name="Files">The objects, in the order of the store.</param>
/// <param name="HasMore">Whether the listing has more entries after these.</param>
public sealed record FilePage(IReadOnlyList<StoredFile> Files, bool HasMore);

/// <summary>The folders of a listing.</summary>
/// <param name="Prefixes">The prefixes of the folders, in the order of the store.</param>
/// <param name="HasMore">Whether the listing has more entries after these.</param>
public sealed record FolderPage(IReadOnlyList<string> Prefixes, bool HasMore);

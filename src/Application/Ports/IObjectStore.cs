namespace S3Auth.Application.Ports;

/// <summary>
/// What the service itself asks the object store. A store that fails refuses with <c>storage_unavailable</c>, one that does not
/// answer in time with <c>storage_timeout</c> (both <see cref="Refusals.RefusedException"/>); cancellation by the caller stays
/// an <see cref="OperationCanceledException"/>.
/// </summary>
public interface IObjectStore
{
    /// <summary>The bucket, and how it is used.</summary>
    ObjectStoreInfo Info { get; }

    /// <summary>
    /// The folders below <paramref name="prefix"/>, in the store's order: the keys up to and including the next <c>/</c>.
    /// Returns only folders that this service could have granted. Skips names that are not UTF-8, or have more than
    /// <see cref="FolderLayout.MaxFolderNameBytes"/> bytes below the prefix, so that a miner's names cannot fill the memory.
    /// They may be as old as the store's adapter keeps them, or as one listing takes that others wait for too.
    /// </summary>
    /// <param name="prefix">What their keys begin with.</param>
    /// <param name="most">
    /// After how many to stop, keys without a <c>/</c> included, so that it bounds how often the store is asked; null for all, however many
    /// there are.
    /// </param>
    /// <param name="cancellationToken">The caller gave up.</param>
    Task<FolderPage> ListFoldersAsync(string prefix, int? most, CancellationToken cancellationToken);

    /// <summary>
    /// The next objects below <paramref name="prefix"/>, as the store has them now. Each comes after <paramref name="after"/> and after the
    /// one before it, by the bytes of their keys. Any other order is refused with <c>storage_unavailable</c>.
    /// </summary>
    /// <param name="prefix">What their keys begin with.</param>
    /// <param name="after">A key that they come after, in the store's order; null to begin with the first.</param>
    /// <param name="limit">How many at most, 1 to 1,000; there are fewer only when there are no more.</param>
    /// <param name="cancellationToken">The caller gave up.</param>
    Task<FilePage> ListFilesAsync(string prefix, ObjectKey? after, int limit, CancellationToken cancellationToken);

    /// <summary>Whether there is an object of this key.</summary>
    Task<bool> ExistsAsync(ObjectName key, CancellationToken cancellationToken);

    /// <summary>Asks the bucket for a sign of life. Returns how long the answer took; refuses as above.</summary>
    Task<TimeSpan> PingAsync(CancellationToken cancellationToken);
}

/// <summary>The bucket, and how it is used. Does not change while the process runs.</summary>
/// <param name="Bucket">The bucket's name.</param>
/// <param name="Region">The bucket's region.</param>
/// <param name="UploadMethod">How clients upload.</param>
/// <param name="ListingTimeout">The timeout of a whole listing, over all its pages and folders.</param>
public sealed record ObjectStoreInfo(string Bucket, string Region, UploadMethod UploadMethod, TimeSpan ListingTimeout);

/// <summary>One object as the store lists it.</summary>
/// <param name="Key">Its key; below the folder it is whatever its uploader chose, and need not be UTF-8.</param>
/// <param name="Size">In bytes.</param>
/// <param name="LastModified">When it was uploaded.</param>
/// <param name="ETag">The store's mark of its content, without quotes; of a file uploaded in one piece usually its MD5 in hex.</param>
public sealed record StoredFile(ObjectKey Key, long Size, DateTimeOffset LastModified, string ETag);

/// <summary>A part of a listing.</summary>
/// <param name="Files">The objects, in the store's order.</param>
/// <param name="HasMore">Whether there are more after the last of them.</param>
public sealed record FilePage(IReadOnlyList<StoredFile> Files, bool HasMore);

/// <summary>Folders of a listing.</summary>
/// <param name="Prefixes">The folders' prefixes, in the store's order.</param>
/// <param name="HasMore">Whether there are more after the last of them.</param>
public sealed record FolderPage(IReadOnlyList<string> Prefixes, bool HasMore);

namespace S3Auth.Application.Ports;

/// <summary>
/// What the service itself asks the object store. A store that fails refuses with <c>storage_unavailable</c>, one that does not
/// answer in time with <c>storage_timeout</c> (both <see cref="Refusals.RefusedException"/>); cancellation by the caller stays
/// an <see cref="OperationCanceledException"/>.
/// </summary>
public interface IObjectStore
{
    /// <summary>The bucket's name.</summary>
    string Bucket { get; }

    /// <summary>The region it is in.</summary>
    string Region { get; }

    /// <summary>How it takes uploads.</summary>
    UploadMethod UploadMethod { get; }

    /// <summary>How long a whole listing may take, of however many pages and folders.</summary>
    TimeSpan ListingTimeout { get; }

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

namespace S3Auth.Application.Ports;

/// <summary>
/// The multipart uploads of the object store. The methods throw as those of <see cref="IObjectStore"/> do if the store fails.
/// </summary>
public interface IMultipartStore
{
    /// <summary>Opens an upload and returns the store's id of it: 1 to <see cref="MaxUploadIdLength"/> characters.</summary>
    Task<string> CreateAsync(ObjectName key, CancellationToken cancellationToken);

    /// <summary>Returns the store's id of the newest unfinished upload of a key; null if there is none.</summary>
    Task<string?> FindAsync(ObjectName key, CancellationToken cancellationToken);

    /// <summary>Returns the parts that the store has, in the order of their numbers; null if there is no such upload.</summary>
    Task<IReadOnlyList<StoredPart>?> ListPartsAsync(ObjectName key, string uploadId, CancellationToken cancellationToken);

    /// <summary>Makes an object of the parts.</summary>
    /// <param name="key">The object's key.</param>
    /// <param name="uploadId">The store's id of the upload.</param>
    /// <param name="parts">All parts, in the order of their numbers.</param>
    /// <param name="isWriteOnce">Whether to refuse to overwrite an existing object, if the store supports that.</param>
    /// <param name="cancellationToken">Cancels the call. The store may complete the upload nevertheless.</param>
    Task<Completion> CompleteAsync(
        ObjectName key, string uploadId, IReadOnlyList<StoredPart> parts, bool isWriteOnce, CancellationToken cancellationToken);

    /// <summary>Ends an upload and deletes its parts. Returns whether there was such an upload.</summary>
    Task<bool> AbortAsync(ObjectName key, string uploadId, CancellationToken cancellationToken);

    /// <summary>The maximum length of a store's upload id, in characters. AWS's have about 130.</summary>
    const int MaxUploadIdLength = 1024;
}

/// <summary>A part that the store has.</summary>
/// <param name="PartNumber">The number, 1 to 10,000.</param>
/// <param name="Etag">The ETag without quotes; at most stores the part's MD5 in hex.</param>
/// <param name="Size">The size in bytes.</param>
public sealed record StoredPart(int PartNumber, string Etag, long Size);

/// <summary>The result of a completion.</summary>
/// <param name="Outcome">What the store did.</param>
/// <param name="ETag">The ETag of the object without quotes; empty if there is none.</param>
public sealed record Completion(CompletionOutcome Outcome, string ETag = "");

/// <summary>What a store did with a completion.</summary>
public enum CompletionOutcome
{
    /// <summary>The object exists now.</summary>
    Completed,

    /// <summary>There is no such upload.</summary>
    NotFound,

    /// <summary>An object with this key exists already, and was not overwritten. The upload is still open.</summary>
    Exists,

    /// <summary>The store refuses the parts: one is missing, was replaced meanwhile, or is too small. The upload is still open.</summary>
    InvalidParts,
}

namespace S3Auth.Application.Ports;

/// <summary>
/// Signs S3 requests for others to send. Needs no network: whoever holds the result may do just what it says, until it ends.
/// </summary>
public interface IUrlSigner
{
    /// <summary>
    /// A signer of one grant: everything it signs is dated <paramref name="moment"/> and signed with the credentials that are in
    /// force now.
    /// </summary>
    /// <exception cref="Refusals.RefusedException">
    /// <c>storage_unavailable</c>: there are no credentials, or they end at or before <paramref name="moment"/>.
    /// </exception>
    IGrantSigner At(DateTimeOffset moment);

    /// <summary>
    /// Lets a renewal that is due end first, briefly, when the credentials in force leave little time: what is signed afterwards lasts
    /// longer. It never fetches anything itself, and returns at once in all other cases.
    /// </summary>
    ValueTask RefreshAsync(DateTimeOffset moment, CancellationToken cancellationToken);
}

/// <summary>
/// Signs everything of one grant, dated one moment, with one set of credentials. Every <c>expiry</c> is the moment the result
/// ends; at least one second and at most seven days after that date, else <see cref="ArgumentOutOfRangeException"/>. Fractions
/// of a second are cut off.
/// </summary>
public interface IGrantSigner
{
    /// <summary>When the credentials end and every signature of theirs with them; null when they do not.</summary>
    DateTimeOffset? CredentialsEnd { get; }

    /// <summary>A POST policy: any number of uploads as <paramref name="policy"/> says.</summary>
    PostUpload SignPost(UploadPolicy policy, DateTimeOffset expiry);

    /// <summary>A POST policy: uploads of one object.</summary>
    PostUpload SignPost(FileUpload file, DateTimeOffset expiry);

    /// <summary>A URL that uploads (PUT) one object; of the size that <paramref name="file"/> says, where it says one.</summary>
    /// <exception cref="Refusals.RefusedException"><c>storage_unavailable</c>: at this store such a URL could be used for more than that.</exception>
    string SignPut(FileUpload file, DateTimeOffset expiry);

    /// <summary>A URL that downloads one object.</summary>
    string SignGet(ObjectName key, DateTimeOffset expiry);

    /// <summary>A URL that lists (ListObjectsV2) what <paramref name="listing"/> says and nothing else.</summary>
    string SignList(Listing listing, DateTimeOffset expiry);
}

/// <summary>What a presigned ListObjectsV2 request lists. All of it is signed: a client can change none of it.</summary>
/// <param name="Prefix">Keys that start with this.</param>
/// <param name="Delimiter">Groups keys by this; null for every key by itself.</param>
/// <param name="ContinuationToken">The store's token for the next page; null for the first.</param>
/// <param name="StartAfter">The bytes of a key that the page begins after, which need not be UTF-8; empty for the first page.</param>
public sealed record Listing(string Prefix, string? Delimiter = null, string? ContinuationToken = null, ReadOnlyMemory<byte> StartAfter = default);

/// <summary>An S3 POST upload form: where it goes and the fields that precede the file.</summary>
/// <param name="Url">The form's target.</param>
/// <param name="Fields">
/// Field names and values. Of a folder's form, <c>key</c> ends with <c>${filename}</c> and a client may overwrite it within the signed
/// prefix; of one file's form it is the file's key.
/// </param>
public sealed record PostUpload(string Url, IReadOnlyDictionary<string, string> Fields);

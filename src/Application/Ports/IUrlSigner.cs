using System.Text;

namespace S3Auth.Application.Ports;

/// <summary>
/// Signs S3 requests for clients, without network access. The holder of a result may send exactly that request until it expires.
/// </summary>
public interface IUrlSigner
{
    /// <summary>
    /// Returns a signer for one grant. Everything it signs has the date <paramref name="moment"/> and is signed with the current
    /// credentials.
    /// </summary>
    /// <exception cref="Refusals.RefusedException">
    /// <c>storage_unavailable</c>: there are no credentials, or they expire at or before <paramref name="moment"/>.
    /// </exception>
    IGrantSigner At(DateTimeOffset moment);

    /// <summary>
    /// Waits briefly for a renewal in progress if the current credentials expire soon, so that later signatures last longer. Returns at
    /// once in all other cases. Does not fetch credentials itself.
    /// </summary>
    ValueTask RefreshAsync(DateTimeOffset moment, CancellationToken cancellationToken);
}

/// <summary>
/// Signs everything of one grant, with one date and one set of credentials. URLs and forms are signed when they are written. Each
/// <c>expiry</c> must be from one second to seven days after that date; otherwise the methods throw
/// <see cref="ArgumentOutOfRangeException"/>. Fractions of a second are cut off.
/// </summary>
public interface IGrantSigner
{
    /// <summary>When the credentials expire, and all their signatures with them; null if they do not.</summary>
    DateTimeOffset? CredentialsEnd { get; }

    /// <summary>Returns a POST form for any number of uploads within a policy.</summary>
    /// <exception cref="Refusals.RefusedException"><c>storage_unavailable</c>: this store does not support forms.</exception>
    PostUpload SignPost(UploadPolicy policy, DateTimeOffset expiry);

    /// <summary>Returns a POST form for uploads of one object.</summary>
    /// <inheritdoc cref="SignPost(UploadPolicy, DateTimeOffset)" path="/exception"/>
    PostUpload SignPost(FileUpload file, DateTimeOffset expiry);

    /// <summary>
    /// Returns a URL that uploads one object by PUT, with the size of <paramref name="file"/>, its hash and write-once, as far as the file
    /// states them and the store supports them.
    /// </summary>
    /// <exception cref="Refusals.RefusedException">
    /// <c>storage_unavailable</c>: at this store, the holder of such a URL could do more than that.
    /// </exception>
    PutUpload SignPut(FileUpload file, DateTimeOffset expiry);

    /// <summary>Returns a URL that uploads one part of a multipart upload by PUT.</summary>
    /// <param name="key">The object's key.</param>
    /// <param name="storeUploadId">The store's id of the upload.</param>
    /// <param name="number">The number of the part, 1 to 10,000.</param>
    /// <param name="size">The exact size of the part, in bytes.</param>
    /// <param name="expiry">The expiry of the URL.</param>
    /// <inheritdoc cref="SignPut" path="/exception"/>
    GrantUrl SignPart(ObjectName key, string storeUploadId, int number, long size, DateTimeOffset expiry);

    /// <summary>Returns a URL that downloads one object.</summary>
    GrantUrl SignGet(ObjectName key, DateTimeOffset expiry);

    /// <summary>Returns a URL for exactly this listing (ListObjectsV2).</summary>
    GrantUrl SignList(Listing listing, DateTimeOffset expiry);
}

/// <summary>The parameters of a presigned ListObjectsV2 request. All of them are signed, so a client cannot change them.</summary>
/// <param name="Prefix">The prefix of the listed keys.</param>
/// <param name="Delimiter">The delimiter that groups keys; null to list each key.</param>
/// <param name="ContinuationToken">The store's token for the next page; null for the first page.</param>
/// <param name="StartAfter">The key after which the page begins, as bytes that need not be UTF-8; empty for the first page.</param>
public readonly record struct Listing(
    string Prefix, string? Delimiter = null, string? ContinuationToken = null, ReadOnlyMemory<byte> StartAfter = default);

/// <summary>An upload by PUT.</summary>
/// <param name="Url">The URL that the file is sent to.</param>
/// <param name="Headers">
/// The headers that a client must send unchanged. <c>Content-Length</c> is not among them: if the file has a size, it must be that size.
/// </param>
public readonly record struct PutUpload(GrantUrl Url, IReadOnlyDictionary<string, string> Headers);

/// <summary>An S3 POST form.</summary>
/// <param name="Url">The URL that the form is sent to.</param>
/// <param name="Fields">
/// The fields before the file. In the form of a folder, <c>key</c> ends with <c>${filename}</c>, and a client may replace it within the
/// signed prefix. In the form of one file, it is the file's key.
/// </param>
public readonly record struct PostUpload(string Url, FormFields Fields);

/// <summary>
/// A URL in an answer: a text, or a presigned URL that is signed while it is written. Writing cannot fail, because the signer has checked
/// all parameters. Two presigned URLs are equal only if they are the same object.
/// </summary>
public readonly record struct GrantUrl
{
    // A string or a PresignedUrl.
    private readonly object _url;

    private GrantUrl(object url) => _url = url;

    /// <summary>Returns a URL that needs no signature.</summary>
    public static implicit operator GrantUrl(string url) => FromString(url);

    /// <summary>Returns a URL that is signed when it is written.</summary>
    public static implicit operator GrantUrl(PresignedUrl url) => FromPresignedUrl(url);

    /// <inheritdoc cref="op_Implicit(string)"/>
    public static GrantUrl FromString(string url) => new(url ?? throw new ArgumentNullException(nameof(url)));

    /// <inheritdoc cref="op_Implicit(PresignedUrl)"/>
    public static GrantUrl FromPresignedUrl(PresignedUrl url) => new(url ?? throw new ArgumentNullException(nameof(url)));

    /// <summary>Writes the URL.</summary>
    /// <returns>False if the buffer is too short.</returns>
    public bool TryWrite(Span<byte> utf8, out int written) => _url is PresignedUrl url
        ? url.TryFormat(utf8, out written, format: default, provider: null)
        : Encoding.UTF8.TryGetBytes(_url.ToString(), utf8, out written);

    /// <summary>Returns the URL.</summary>
    public override string ToString() => _url.ToString()!;
}

using System.Xml;
using Amazon.Runtime;
using Amazon.S3;

namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Requests pages of ListObjectsV2 from the store by presigned URLs, as clients do. The AWS SDK handles names as text, so a key that is not
/// UTF-8 would come back changed, and the page after it could never be requested.
/// </summary>
internal sealed class ListingClient : IDisposable
{
    private const long ExpirySeconds = 300;
    private const int MaxErrorBytes = 64 * 1024;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);
    private static readonly UriCreationOptions AsSigned = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly CredentialSource _credentials;
    private readonly TimeProvider _time;
    private readonly SigV4Signer _signer;
    private readonly HttpClient _http;

    internal ListingClient(StorageOptions options, CredentialSource credentials, TimeProvider time)
    {
        _credentials = credentials;
        _time = time;
        _signer = new SigV4Signer(options.ForService(), options.Bucket, options.Region);

        // Renews connections after some minutes, because the store's address may change. The caller sets the timeout of a request.
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            Proxy = StoreProxy.ForRequests(),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Reads one page. Retries a transient error once.</summary>
    /// <exception cref="AmazonS3Exception">The store refused, or failed.</exception>
    /// <exception cref="AmazonClientException">There are no credentials.</exception>
    /// <exception cref="HttpRequestException">The store cannot be reached.</exception>
    /// <exception cref="XmlException">The answer is not XML.</exception>
    /// <exception cref="FormatException">The answer is not a listing.</exception>
    internal async Task<ListingPage> GetPageAsync(S3Listing listing, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(listing, cancellationToken);
        }
        catch (Exception failure) when (IsTransient(failure))
        {
            await Task.Delay(RetryDelay, _time, cancellationToken);
            return await SendAsync(listing, cancellationToken);
        }
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _http.Dispose();

    private async Task<ListingPage> SendAsync(S3Listing listing, CancellationToken cancellationToken)
    {
        var credentials = _credentials.Current ?? throw new AmazonClientException("There are no credentials for the object store yet.");
        var url = _signer.At(credentials, _time.GetUtcNow()).PresignList(listing, ExpirySeconds);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(url, AsSigned));
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

        // Disposes the answer on cancellation, because a stalled read does not react to the token.
        await using var abort = cancellationToken.UnsafeRegister(static answer => ((HttpResponseMessage)answer!).Dispose(), answer);
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        return answer.StatusCode == HttpStatusCode.OK
            ? await ListingReader.ReadAsync(body, cancellationToken)
            : throw await ReadErrorAsync(answer.StatusCode, body, cancellationToken);
    }

    private static async Task<AmazonS3Exception> ReadErrorAsync(HttpStatusCode status, Stream body, CancellationToken cancellationToken)
    {
        var xml = new byte[MaxErrorBytes];
        var length = await body.ReadAtLeastAsync(xml, xml.Length, throwOnEndOfStream: false, cancellationToken);
        var error = S3ErrorDocument.Parse(Encoding.UTF8.GetString(xml, 0, length));
        return new AmazonS3Exception(
            error?.Sentence ?? "The object store refused a listing.", ErrorType.Unknown, error?.Code, requestId: null, status);
    }


    private static bool IsTransient(Exception failure) =>
        failure is HttpRequestException or IOException
        || failure is AmazonS3Exception { StatusCode: >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests };
}

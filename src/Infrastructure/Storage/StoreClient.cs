using System.Net.Http.Headers;
using System.Xml;

namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Sends this server's own requests to the bucket as presigned URLs, as clients do. The AWS SDK handles names as text, so a key that is not
/// UTF-8 would come back changed, and the page after it could never be requested.
/// </summary>
internal sealed class StoreClient : IDisposable
{
    private const long ExpirySeconds = 300;
    private const int MaxErrorBytes = 64 * 1024;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);
    private static readonly UriCreationOptions AsSigned = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly StoreEndpoints _endpoints;
    private readonly CredentialSource _credentials;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    public StoreClient(StoreEndpoints endpoints, CredentialSource credentials, TimeProvider time)
    {
        _endpoints = endpoints;
        _credentials = credentials;
        _time = time;

        // Renews connections after some minutes, because the store's address may change. The caller sets the timeout of a request.
        var handler = StoreConnections.Create(StoreProxy.ForRequests());
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(5);
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Reads one page of a listing. Retries a transient error once.</summary>
    /// <exception cref="StoreErrorException">The store refused, or failed.</exception>
    /// <exception cref="InvalidOperationException">There are no credentials.</exception>
    /// <exception cref="HttpRequestException">The store cannot be reached.</exception>
    /// <exception cref="XmlException">The answer is not XML.</exception>
    /// <exception cref="FormatException">The answer is not a listing.</exception>
    internal Task<ListingPage> GetPageAsync(S3Listing listing, CancellationToken cancellationToken) => SendAsync(
        signer => new HttpRequestMessage(HttpMethod.Get, new Uri(signer.PresignList(listing, ExpirySeconds), AsSigned)),
        async (status, body) => status == HttpStatusCode.OK
            ? ListingPage.Of(await S3ListingReader.ReadAsync(body, cancellationToken))
            : throw await ReadErrorAsync(status, body, cancellationToken),
        cancellationToken);

    /// <summary>Whether an object exists. Retries a transient error once.</summary>
    /// <inheritdoc cref="GetPageAsync" path="/exception"/>
    internal Task<bool> ExistsAsync(string key, CancellationToken cancellationToken) => SendAsync(
        signer =>
        {
            // GET of the first byte instead of HEAD, because only an answer with a body distinguishes a missing object from a missing
            // bucket.
            var request = new HttpRequestMessage(HttpMethod.Get, new Uri(signer.PresignGet(key, ExpirySeconds), AsSigned));
            request.Headers.Range = new RangeHeaderValue(0, 0);
            return request;
        },
        async (status, body) =>
        {
            // An empty object has no first byte.
            if (status is HttpStatusCode.OK or HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                return true;
            }

            var error = await ReadErrorAsync(status, body, cancellationToken);
            return error switch
            {
                { Status: HttpStatusCode.NotFound, Code: "NoSuchKey" } => false,
                { Code: "InvalidObjectState" } => true, // archived
                _ => throw error,
            };
        },
        cancellationToken);

    /// <summary>Sends one request and reads its answer. Retries a transient error once if the request is idempotent.</summary>
    /// <param name="s3">The request.</param>
    /// <param name="body">The body as XML; null for none.</param>
    /// <param name="isIdempotent">Whether the request may be sent twice.</param>
    /// <param name="read">Reads the body of a successful answer.</param>
    /// <param name="expect">Returns the result for the code of an expected error; null for any other error, which is thrown.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <inheritdoc cref="GetPageAsync" path="/exception"/>
    internal Task<T> SendAsync<T>(
        S3Request s3,
        string? body,
        bool isIdempotent,
        Func<Stream, Task<T>> read,
        Func<string?, T?> expect,
        CancellationToken cancellationToken)
        where T : class
    {
        return isIdempotent ? SendAsync(Sign, ReadAsync, cancellationToken) : SendOnceAsync(Sign, ReadAsync, cancellationToken);

        HttpRequestMessage Sign(DatedSigner signer)
        {
            var request = new HttpRequestMessage(new HttpMethod(s3.Method), new Uri(signer.Presign(s3, ExpirySeconds), AsSigned))
            {
                Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/xml"),
            };
            foreach (var (name, value) in s3.Headers)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            return request;
        }

        async Task<T> ReadAsync(HttpStatusCode status, Stream answer)
        {
            if ((int)status is >= 200 and < 300)
            {
                return await read(answer);
            }

            var error = await ReadErrorAsync(status, answer, cancellationToken);
            return expect(error.Code) ?? throw error;
        }
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _http.Dispose();

    private async Task<T> SendAsync<T>(
        Func<DatedSigner, HttpRequestMessage> sign, Func<HttpStatusCode, Stream, Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            return await SendOnceAsync(sign, read, cancellationToken);
        }
        catch (Exception failure) when (IsTransient(failure))
        {
            await Task.Delay(RetryDelay, _time, cancellationToken);
            return await SendOnceAsync(sign, read, cancellationToken);
        }
    }

    private async Task<T> SendOnceAsync<T>(
        Func<DatedSigner, HttpRequestMessage> sign, Func<HttpStatusCode, Stream, Task<T>> read, CancellationToken cancellationToken)
    {
        var credentials = _credentials.Current
            ?? throw new InvalidOperationException("There are no credentials for the object store yet.");
        using var request = sign(_endpoints.Current.ServiceSigner.At(credentials, _time.GetUtcNow()));
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

        // Disposes the answer on cancellation, because a stalled read does not react to the token.
        await using var abort = cancellationToken.UnsafeRegister(static answer => ((HttpResponseMessage)answer!).Dispose(), answer);
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        return await read(answer.StatusCode, body);
    }

    private static async Task<StoreErrorException> ReadErrorAsync(
        HttpStatusCode status, Stream body, CancellationToken cancellationToken)
    {
        var xml = new byte[MaxErrorBytes];
        var length = await body.ReadAtLeastAsync(xml, xml.Length, throwOnEndOfStream: false, cancellationToken);
        return new StoreErrorException(status, S3ErrorDocument.Parse(Encoding.UTF8.GetString(xml, 0, length)));
    }

    private static bool IsTransient(Exception failure) =>
        failure is HttpRequestException or IOException
        || failure is StoreErrorException { Status: >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests };
}

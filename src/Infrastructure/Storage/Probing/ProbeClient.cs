using System.Net.Http.Headers;

namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Sends the requests of one check one after the other. Each has a new connection, and may have header lines that no library sends. Uses
/// the proxy and the certificates of the machine.
/// </summary>
internal sealed class ProbeClient : IDisposable
{
    /// <summary>The maximum length of an answer in bytes. A longer one is an <see cref="HttpRequestException"/>.</summary>
    internal const int MaxAnswerBytes = 64 * 1024;

    /// <summary>The header line with the digest of other content, so that a store answers <c>BadDigest</c> and stores nothing.</summary>
    internal static readonly string WrongDigest = "Content-MD5: " + Convert.ToBase64String(new byte[MD5.HashSizeInBytes]);

    private static readonly HttpRequestOptionsKey<string> Lines = new("S3Auth.HeaderLines");

    // A key may contain "..", which must not lead out of the bucket.
    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly HttpClient _http;

    /// <param name="timeout">The timeout of one request.</param>
    internal ProbeClient(TimeSpan timeout)
    {
        var handler = StoreConnections.Create(StoreProxy.ForChecks());

        // Connections are not reused, because the header lines are inserted when a connection opens.
        handler.PooledConnectionLifetime = TimeSpan.Zero;
        handler.PlaintextStreamFilter = static (context, _) => ValueTask.FromResult(
            context.InitialRequestMessage.Options.TryGetValue(Lines, out var lines)
                ? new HeaderInsertionStream(context.PlaintextStream, lines)
                : context.PlaintextStream);
        _http = new HttpClient(handler) { Timeout = timeout, MaxResponseContentBufferSize = MaxAnswerBytes };
    }

    internal Task<ProbeAnswer> GetAsync(string url, CancellationToken cancellationToken) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, UriOf(url)), [], cancellationToken);

    /// <summary>Sends a PUT.</summary>
    /// <param name="url">The presigned URL.</param>
    /// <param name="body">The body.</param>
    /// <param name="lines">Further header lines without line ends. They are sent unchanged.</param>
    /// <param name="isChunked">Whether the body is sent chunked instead of with its length.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <exception cref="HttpRequestException">The answer cannot be read, or is too long.</exception>
    /// <exception cref="TaskCanceledException">The request timed out.</exception>
    internal Task<ProbeAnswer> PutAsync(
        string url,
        byte[] body,
        IReadOnlyList<string> lines,
        bool isChunked,
        CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, UriOf(url)) { Content = new ByteArrayContent(body) };
        request.Headers.TransferEncodingChunked = isChunked;
        return SendAsync(request, lines, cancellationToken);
    }

    /// <summary>
    /// Announces a PUT of a length, and ends the connection instead of sending the body. Returns the answer if the store, or a proxy in
    /// front of it, gives one at once; null if it waits for the body.
    /// </summary>
    /// <param name="url">The presigned URL.</param>
    /// <param name="length">The announced length in bytes.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    internal async Task<ProbeAnswer?> AnnouncePutAsync(string url, long length, CancellationToken cancellationToken)
    {
        var content = new AnnouncedContent(length);
        var request = new HttpRequestMessage(HttpMethod.Put, new Uri(url)) { Content = content };
        request.Headers.ExpectContinue = true;
        try
        {
            return await SendAsync(request, [], cancellationToken);
        }
        catch (HttpRequestException) when (content.IsAwaited)
        {
            return null;
        }
    }

    /// <summary>Sends any request without a body.</summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="url">The URL, presigned or not.</param>
    /// <param name="lines">Further header lines without line ends. They are sent unchanged.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <exception cref="HttpRequestException">The answer cannot be read, or is too long.</exception>
    /// <exception cref="TaskCanceledException">The request timed out.</exception>
    internal Task<ProbeAnswer> SendAsync(
        HttpMethod method, string url, IReadOnlyList<string> lines, CancellationToken cancellationToken) =>
        SendAsync(new HttpRequestMessage(method, UriOf(url)), lines, cancellationToken);

    /// <summary>Sends a POST with a document.</summary>
    internal Task<ProbeAnswer> PostAsync(string url, string body, IReadOnlyList<string> lines, CancellationToken cancellationToken) =>
        SendAsync(
            new HttpRequestMessage(HttpMethod.Post, UriOf(url)) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) },
            lines,
            cancellationToken);

    /// <summary>Sends an upload form.</summary>
    /// <param name="url">The URL of the bucket.</param>
    /// <param name="fields">The form's fields.</param>
    /// <param name="size">The size of the file in bytes.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    internal Task<ProbeAnswer> PostFileAsync(
        string url,
        IReadOnlyDictionary<string, string> fields,
        int size,
        CancellationToken cancellationToken)
    {
        const string Boundary = "s3auth-probe";
        var parts = fields.Select(field =>
            $"--{Boundary}\r\nContent-Disposition: form-data; name=\"{field.Key}\"\r\n\r\n{field.Value}\r\n");
        var form =
            $"{string.Concat(parts)}--{Boundary}\r\nContent-Disposition: form-data; name=\"file\"; "
                + $"filename=\"target\"\r\n\r\n{new string('a', size)}\r\n--{Boundary}--\r\n";
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(form));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse($"multipart/form-data; boundary={Boundary}");
        return SendAsync(new HttpRequestMessage(HttpMethod.Post, UriOf(url)) { Content = content }, [], cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>A body that is announced and never sent.</summary>
    private sealed class AnnouncedContent(long length) : HttpContent
    {
        /// <summary>Whether the receiver waits for the body.</summary>
        internal bool IsAwaited { get; private set; }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            IsAwaited = true;
            throw new IOException("The body is not sent.");
        }

        protected override bool TryComputeLength(out long contentLength)
        {
            contentLength = length;
            return true;
        }
    }

    private async Task<ProbeAnswer> SendAsync(HttpRequestMessage request, IReadOnlyList<string> lines, CancellationToken cancellationToken)
    {
        using (request)
        {
            request.Version = HttpVersion.Version11;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
            request.Headers.ConnectionClose = true;
            if (lines.Count > 0)
            {
                request.Options.Set(Lines, string.Concat(lines.Select(line => line + "\r\n")));
            }

            try
            {
                using var answer = await _http.SendAsync(request, cancellationToken);

                // Always UTF-8, as S3 uses, because an unknown charset would throw.
                var body = Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync(cancellationToken)).TrimStart('\uFEFF');
                return new ProbeAnswer(answer.StatusCode, S3ErrorDocument.Parse(body), body, answer.Headers);
            }
            catch (HttpRequestException closed) when (IsClosed(closed))
            {
                return ProbeAnswer.Closed;
            }
        }
    }

    private static Uri UriOf(string url) => new(url, AsWritten);

    // The request was sent, and the store closed the connection without an answer.
    private static bool IsClosed(HttpRequestException failure) =>
        failure.HttpRequestError == HttpRequestError.ResponseEnded
        || failure.InnerException is IOException
        {
            InnerException: SocketException
            {
                SocketErrorCode: SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown,
            },
        };
}

using System.Xml;

namespace S3Auth.Client.Stores;

/// <summary>
/// Sends requests to the object store. A presigned URL or an upload form authorizes each request; no proof of the hotkey goes to the store.
/// Does not follow redirects.
/// </summary>
internal sealed class StoreConnection : IDisposable
{
    private const int MaxErrorBytes = 64 * 1024;

    private readonly HttpClient _http;

    internal StoreConnection(S3AuthClientOptions options)
    {
        StallTimeout = options.StallTimeout;
        Time = options.Time;
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = options.ConnectTimeout,
            // Some stores read the upload without sending 100 Continue.
            Expect100ContinueTimeout = TimeSpan.FromSeconds(1),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    internal TimeSpan StallTimeout { get; }

    private TimeProvider Time { get; }

    /// <summary>Starts the stall timeout of one transfer.</summary>
    internal StallTimer StartStallTimer(CancellationToken cancellationToken) => new(StallTimeout, Time, cancellationToken);

    /// <summary>Sends a request. Returns the answer before its body is read.</summary>
    /// <exception cref="StoreException">The answer has an error status.</exception>
    internal async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, StallTimer stall)
    {
        var response = await stall.RunAsync(
            token => _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token)).ConfigureAwait(false);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            var (code, text) = await ReadErrorAsync(response, stall).ConfigureAwait(false);
            throw new StoreException(response.StatusCode, code ?? response.StatusCode.ToString(), text);
        }
    }

    /// <summary>The store's time minus this machine's, accurate to about a second; null if the store sends no time.</summary>
    /// <param name="response">An answer of the store.</param>
    /// <param name="before">This machine's time before the request.</param>
    /// <param name="after">This machine's time after the answer.</param>
    internal static TimeSpan? ClockSkewOf(HttpResponseMessage response, DateTimeOffset before, DateTimeOffset after) =>
        // The header is truncated to whole seconds.
        response.Headers.Date is { } date ? date.AddSeconds(0.5) - (before + ((after - before) / 2)) : null;

    public void Dispose() => _http.Dispose();

    // Stores send <Error><Code>…</Code><Message>…</Message></Error>. A proxy may send anything.
    private static async Task<(string? Code, string? Text)> ReadErrorAsync(HttpResponseMessage response, StallTimer stall)
    {
        try
        {
            await stall.RunAsync(async token =>
            {
                await response.Content.LoadIntoBufferAsync(MaxErrorBytes, token).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);

            using var body = await response.Content.ReadAsStreamAsync(CancellationToken.None).ConfigureAwait(false);
            using var xml = XmlReader.Create(body, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            string? code = null, text = null;
            xml.MoveToContent();
            xml.Read();
            while (!xml.EOF)
            {
                if (xml is { NodeType: XmlNodeType.Element, Name: "Code" })
                {
                    code = xml.ReadElementContentAsString();
                }
                else if (xml is { NodeType: XmlNodeType.Element, Name: "Message" })
                {
                    text = xml.ReadElementContentAsString();
                }
                else
                {
                    xml.Read();
                }
            }

            return (OneLine(code, 64), OneLine(text, 300));
        }
        catch (Exception exception) when (exception is XmlException or HttpRequestException or StalledException)
        {
            return (null, null);
        }
    }

    // Removes control characters and limits the length, because the text is shown in a terminal.
    private static string? OneLine(string? text, int maxLength) => text is null
        ? null
        : new string([.. text.Take(maxLength).Select(character => char.IsControl(character) ? ' ' : character)]);
}

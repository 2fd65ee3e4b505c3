using System.Xml;

namespace S3Auth.Client.Stores;

/// <summary>
/// The way to the object store. What goes there is granted by URL or form and carries no proof of the hotkey; redirects are not followed.
/// </summary>
internal sealed class StoreConnection : IDisposable
{
    private const int MaxError = 64 * 1024;

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
            // A store that has begun to read an upload does not say so again.
            Expect100ContinueTimeout = TimeSpan.FromSeconds(1),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    internal TimeSpan StallTimeout { get; }

    private TimeProvider Time { get; }

    /// <summary>Watches a transfer: whoever does a part of it calls <see cref="StallTimer.Restart"/>.</summary>
    internal StallTimer StartStallTimer(CancellationToken cancellationToken) => new(StallTimeout, Time, cancellationToken);

    /// <summary>Sends a request; the answer's body is not read yet.</summary>
    /// <exception cref="StoreException">The answer is no success.</exception>
    internal async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, StallTimer stall)
    {
        var response = await stall.RunAsync(token => _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token)).ConfigureAwait(false);
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

    public void Dispose() => _http.Dispose();

    // <Error><Code>…</Code><Message>…</Message></Error>; from a proxy it may be anything.
    private static async Task<(string? Code, string? Text)> ReadErrorAsync(HttpResponseMessage response, StallTimer stall)
    {
        try
        {
            await stall.RunAsync(async token =>
            {
                await response.Content.LoadIntoBufferAsync(MaxError, token).ConfigureAwait(false);
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

    // It is shown in a terminal: no control characters, no flood.
    private static string? OneLine(string? text, int longest) => text is null
        ? null
        : new string([.. text.Take(longest).Select(character => char.IsControl(character) ? ' ' : character)]);
}

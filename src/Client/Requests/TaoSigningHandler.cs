using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using S3Auth.Substrate;

namespace S3Auth.Client.Requests;

/// <summary>
/// Proves each POST by Tao v2 headers: a signature over <c>{lowercase hex of sha256(body)}.{nonce}.{timestamp}</c>, with a new nonce and
/// the time of sending (Unix milliseconds). A proof is good once, so whatever sends a request again stands before this handler.
/// </summary>
/// <remarks>
/// What is signed names no server, so a request to anywhere else than the service is refused instead of signed, and redirects must
/// not be followed behind this handler.
/// </remarks>
public sealed class TaoSigningHandler : DelegatingHandler
{
    private const string Version = "2";

    private readonly Uri _service;
    private readonly KeyPair _hotkey;
    private readonly TimeProvider _time;

    /// <param name="service">The address of the service; only requests to its scheme, host and port are signed.</param>
    /// <param name="hotkey">Who asks. It is not disposed here.</param>
    /// <param name="time">The clock; the system's when left out.</param>
    public TaoSigningHandler(Uri service, KeyPair hotkey, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(service);
        ArgumentNullException.ThrowIfNull(hotkey);
        _service = service;
        _hotkey = hotkey;
        _time = time ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The request goes elsewhere.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Method == HttpMethod.Post)
        {
            RefuseElsewhere(request.RequestUri);
            var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            Sign(request, body);
        }

        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private void RefuseElsewhere(Uri? target)
    {
        if (target is null || Uri.Compare(target, _service, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) != 0)
        {
            throw new InvalidOperationException($"Only requests to {_service.GetLeftPart(UriPartial.Authority)} are signed.");
        }
    }

    private void Sign(HttpRequestMessage request, byte[] body)
    {
        var timestamp = _time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var nonce = Guid.NewGuid().ToString();
        var text = $"{Convert.ToHexStringLower(SHA256.HashData(body))}.{nonce}.{timestamp}";
        var signature = _hotkey.Sign(Encoding.ASCII.GetBytes(text));

        Set(request, "X-Tao-Version", Version);
        Set(request, "X-Tao-Timestamp", timestamp);
        Set(request, "X-Tao-Nonce", nonce);
        Set(request, "X-Tao-Signed-By", _hotkey.AccountId.ToString());
        Set(request, "X-Tao-Signature", Convert.ToBase64String(signature.ToBytes()));
    }

    // A request that is sent again has the last proof on it.
    private static void Set(HttpRequestMessage request, string name, string value)
    {
        request.Headers.Remove(name);
        request.Headers.Add(name, value);
    }
}

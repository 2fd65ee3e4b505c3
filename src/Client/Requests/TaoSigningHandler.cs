using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace S3Auth.Client.Requests;

/// <summary>
/// Proves each POST by Tao v2 headers: a signature over <c>{lowercase hex of sha256(body)}.{nonce}.{timestamp}</c>, with a new nonce and
/// the time of sending (Unix milliseconds). A proof can be used once, so place a handler that retries before this one.
/// </summary>
/// <remarks>
/// Adds the member <c>audience</c> to every body before it signs, so that no server can relay the request to another one. Refuses to sign
/// requests to other servers. Do not follow redirects behind this handler: a server without a configured audience does not compare the
/// member.
/// </remarks>
public sealed class TaoSigningHandler : DelegatingHandler
{
    private const string AudienceMember = "audience";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    // Does not escape file names that are not ASCII, so that the body stays small.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Uri _service;
    private readonly string _audience;
    private readonly KeyPair _hotkey;
    private readonly TimeProvider _time;

    /// <param name="service">The server's address. The handler signs only requests to its scheme, host and port.</param>
    /// <param name="hotkey">The hotkey that signs. The handler does not dispose it.</param>
    /// <param name="time">The clock; by default the system's.</param>
    public TaoSigningHandler(Uri service, KeyPair hotkey, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(service);
        ArgumentNullException.ThrowIfNull(hotkey);
        _service = service;
        _audience = Audience.Of(service);
        _hotkey = hotkey;
        _time = time ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The request goes to another server.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Method == HttpMethod.Post)
        {
            RefuseOtherServer(request.RequestUri);
            var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            if (AddAudience(body) is { } named)
            {
                Replace(request, named);
                body = named;
            }

            Sign(request, body);
        }

        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private void RefuseOtherServer(Uri? target)
    {
        if (target is null
            || Uri.Compare(target, _service, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) != 0)
        {
            throw new InvalidOperationException($"This handler signs only requests to {_service.GetLeftPart(UriPartial.Authority)}.");
        }
    }

    /// <summary>Returns the body with the audience; null if it has one already, or is not a JSON object.</summary>
    private byte[]? AddAudience(byte[] body)
    {
        try
        {
            if ((body.Length == 0 ? new JsonObject() : JsonNode.Parse(body, documentOptions: Strict)) is not JsonObject members
                || members[AudienceMember] is not null)
            {
                return null;
            }

            // The generated client sends members without a value as null.
            members[AudienceMember] = _audience;
            var named = new ArrayBufferWriter<byte>();
            using (var writer = new Utf8JsonWriter(named, Plain))
            {
                members.WriteTo(writer);
            }

            return named.WrittenSpan.ToArray();
        }
        catch (JsonException)
        {
            // The server reports what is wrong with the body.
            return null;
        }
    }

    private static void Replace(HttpRequestMessage request, byte[] body)
    {
        var content = new ByteArrayContent(body);
        foreach (var (name, values) in request.Content?.Headers ?? Enumerable.Empty<KeyValuePair<string, IEnumerable<string>>>())
        {
            if (!name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            {
                content.Headers.TryAddWithoutValidation(name, values);
            }
        }

        content.Headers.ContentType ??= new MediaTypeHeaderValue("application/json");
        request.Content?.Dispose();
        request.Content = content;
    }

    private void Sign(HttpRequestMessage request, byte[] body)
    {
        foreach (var (name, value) in HeaderProof.Tao(_hotkey, body, _time.GetUtcNow()).Headers)
        {
            Set(request, name, value);
        }
    }

    // A retried request still has the headers of its last proof.
    private static void Set(HttpRequestMessage request, string name, string value)
    {
        request.Headers.Remove(name);
        request.Headers.Add(name, value);
    }
}

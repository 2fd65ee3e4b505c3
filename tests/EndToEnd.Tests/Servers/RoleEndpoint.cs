using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>What an ECS task asks for the keys of its role, on loopback.</summary>
internal sealed class RoleEndpoint : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _serving;
    private volatile TemporaryKeys? _keys;
    private int _asked;

    public RoleEndpoint(TemporaryKeys keys)
    {
        _keys = keys;
        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}/role/"));
        _listener.Prefixes.Add(Address.AbsoluteUri);
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>What <c>AWS_CONTAINER_CREDENTIALS_FULL_URI</c> must be.</summary>
    public Uri Address { get; }

    /// <summary>How often it was asked.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>What it hands out; null while it is out of order.</summary>
    public TemporaryKeys? Keys
    {
        get => _keys;
        set => _keys = value;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            Interlocked.Increment(ref _asked);
            context.Response.StatusCode = Keys is null ? (int)HttpStatusCode.InternalServerError : (int)HttpStatusCode.OK;
            context.Response.ContentType = "application/json";
            context.Response.Close(Encoding.UTF8.GetBytes(Keys is { } keys ? Describe(keys) : "{}"), willBlock: false);
        }
    }

    private static string Describe(TemporaryKeys keys) => JsonSerializer.Serialize(new
    {
        AccessKeyId = keys.Keys.Id,
        SecretAccessKey = keys.Keys.Secret,
        keys.Token,
        Expiration = keys.Ends.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
    });
}

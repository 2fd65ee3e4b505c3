namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>The credential endpoint of an ECS task or an EC2 instance, on loopback.</summary>
internal sealed class RoleEndpoint : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _serving;
    private volatile TemporaryKeys? _keys;
    private int _asked;

    public RoleEndpoint(TemporaryKeys keys)
    {
        _keys = keys;
        OfInstance = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}/"));
        _listener.Prefixes.Add(OfInstance.AbsoluteUri);
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>The value of <c>AWS_CONTAINER_CREDENTIALS_FULL_URI</c>.</summary>
    public Uri OfTask => new(OfInstance, "role/");

    /// <summary>The value of <c>AWS_EC2_METADATA_SERVICE_ENDPOINT</c>.</summary>
    public Uri OfInstance { get; }

    /// <summary>Number of requests so far.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>The keys that it returns. While null, it answers with an error.</summary>
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
            var (status, text) = Answer(context.Request.Url?.AbsolutePath);
            try
            {
                context.Response.StatusCode = (int)status;
                context.Response.Close(Encoding.UTF8.GetBytes(text), willBlock: false);
            }
            catch (Exception gone) when (gone is HttpListenerException or ObjectDisposedException)
            {
                // The client did not wait for the answer.
            }
        }
    }

    private (HttpStatusCode Status, string Text) Answer(string? path) => path?.TrimEnd('/') switch
    {
        "/latest/api/token" => (HttpStatusCode.OK, "session"),
        "/latest/meta-data/iam/info" =>
            (HttpStatusCode.OK, """{"Code": "Success", "InstanceProfileArn": "arn:aws:iam::123456789012:instance-profile/grants"}"""),
        "/latest/meta-data/iam/security-credentials" => (HttpStatusCode.OK, "grants"),
        "/role" or "/latest/meta-data/iam/security-credentials/grants" => Keys is { } keys
            ? (HttpStatusCode.OK, Describe(keys))
            : (HttpStatusCode.InternalServerError, "{}"),
        _ => (HttpStatusCode.NotFound, ""),
    };

    private static string Describe(TemporaryKeys keys) => JsonSerializer.Serialize(new
    {
        Code = "Success",
        LastUpdated = "2026-11-24T12:00:00Z",
        Type = "AWS-HMAC",
        AccessKeyId = keys.Keys.Id,
        SecretAccessKey = keys.Keys.Secret,
        keys.Token,
        Expiration = keys.Ends.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
    });
}

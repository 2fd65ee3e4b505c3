namespace S3Auth.DevelopmentStore.Tests;

/// <summary>
/// A request that is written to the socket unchanged, because a client library would normalise the paths, lengths and headers
/// that these tests need.
/// </summary>
internal sealed class RawRequest(Uri endpoint, string method, string target)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public Uri Endpoint { get; } = endpoint;

    public string Method { get; set; } = method;

    public string Target { get; set; } = target;

    public List<(string Name, string Value)> Headers { get; } = [("Host", endpoint.Authority)];

    public byte[] Body { get; set; } = [];

    /// <summary>The declared length if it differs from the body. -1 declares none.</summary>
    public long? DeclaredLength { get; set; }

    public RawRequest With(string name, string value)
    {
        Headers.Add((name, value));
        return this;
    }

    public RawRequest Replace(string name, string value)
    {
        var i = Headers.FindIndex(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        Headers[i] = (name, value);
        return this;
    }

    public RawRequest Without(string name)
    {
        Headers.RemoveAll(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return this;
    }

    public bool Has(string name) => Headers.Exists(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Sends the request and reads the answer without waiting for the server to close the connection.</summary>
    public async Task<RawResponse> SendAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(Endpoint.Host, Endpoint.Port, patience.Token);
        await using var stream = client.GetStream();
        try
        {
            await stream.WriteAsync(Head(), patience.Token);
            await stream.WriteAsync(Body, patience.Token);
        }
        catch (IOException)
        {
            // The server may answer and close the connection before it has read the whole body.
        }

        return await RawResponse.ReadAsync(stream, Method is "HEAD", patience.Token);
    }

    /// <summary>The request line and headers, and the empty line behind them.</summary>
    public byte[] Head()
    {
        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{Method} {Target} HTTP/1.1\r\n");
        foreach (var (name, value) in Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        var length = DeclaredLength ?? Body.Length;
        if (length > 0 || (length == 0 && Method is "PUT" or "POST"))
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {length}\r\n");
        }

        return Encoding.UTF8.GetBytes(head.Append("Connection: close\r\n\r\n").ToString());
    }
}

namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>
/// Forwards HTTP/1.1 to a local server and lets some requests fail: without an answer, with 503, or with a truncated answer.
/// </summary>
/// <param name="target">The server's port.</param>
/// <param name="oneIn">One request in this many fails.</param>
internal sealed class FlakyProxy(int target, int oneIn) : ForwardingProxy(target)
{
    private const string Unavailable =
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/xml\r\nContent-Length: 43\r\nConnection: "
            + "close\r\n\r\n<Error><Code>SlowDown</Code></Error>       ";

    private readonly Random _random = new(5);
    private readonly Lock _gate = new();
    private int _failed;

    /// <summary>One request in this many fails, from now on.</summary>
    public int OneIn { get; set; } = oneIn;

    /// <summary>How requests fail: 0 without an answer, 1 with 503, 2 truncated; null for each in turn.</summary>
    public int? Way { get; set; }

    public int Failed => _failed;

    protected override async Task ForwardAsync(NetworkStream client, NetworkStream server, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await client.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (BeginsRequest(buffer.AsSpan(0, read)) && Draw() is { } way)
            {
                if (way == 1)
                {
                    await client.WriteAsync(Encoding.ASCII.GetBytes(Unavailable), cancellationToken);
                }
                else if (way == 2)
                {
                    await server.WriteAsync(buffer.AsMemory(0, read / 2), cancellationToken);
                }

                return;
            }

            await server.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }

    // Clients send a request after the previous answer, so a request starts at the start of a block.
    private static bool BeginsRequest(ReadOnlySpan<byte> block) =>
        block.StartsWith("GET "u8) || block.StartsWith("POST "u8) || block.StartsWith("PUT "u8);

    private int? Draw()
    {
        lock (_gate)
        {
            if (_random.Next(OneIn) != 0)
            {
                return null;
            }

            _failed++;
            return Way ?? _random.Next(3);
        }
    }
}

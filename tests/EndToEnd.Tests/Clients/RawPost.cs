namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>Requests over a bare socket, with header lines that no HTTP library would send.</summary>
internal static class RawPost
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Posts the body with these header lines and those that HTTP requires.</summary>
    public static async Task<Answer> SendAsync(Uri address, IEnumerable<string> headers, byte[] body)
    {
        var length = string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}");
        var text = await ExchangeAsync("POST", address, ["Content-Type: application/json", length, .. headers], body);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return new Answer(
            StatusOf(text),
            HeaderOf(text[..end], "Content-Type"),
            HeaderOf(text[..end], "X-Request-ID"),
            HeaderOf(text[..end], "Retry-After"),
            text[(end + 4)..]);
    }

    /// <summary>Sends a PUT with these header lines and this body. One of the lines must state the length.</summary>
    public static async Task<StoreAnswer> PutAsync(string url, IEnumerable<string> headers, byte[] body)
    {
        var text = await ExchangeAsync("PUT", new Uri(url), headers, body);
        return new StoreAnswer(StatusOf(text), text);
    }

    private static async Task<string> ExchangeAsync(string method, Uri address, IEnumerable<string> headers, byte[] body)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var connection = new TcpClient();
        await connection.ConnectAsync(address.Host, address.Port, patience.Token);
        var stream = connection.GetStream();
        var head =
            $"{method} {address.PathAndQuery} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: "
                + $"close\r\n{string.Concat(headers.Select(line => line + "\r\n"))}\r\n";
        await stream.WriteAsync((byte[])[.. Encoding.UTF8.GetBytes(head), .. body], patience.Token);

        using var answer = new MemoryStream();
        await stream.CopyToAsync(answer, patience.Token);
        var text = Encoding.UTF8.GetString(answer.ToArray());
        Assert.That(text, Does.StartWith("HTTP/1.1 "));
        return text;
    }

    private static HttpStatusCode StatusOf(string answer) => (HttpStatusCode)int.Parse(answer.AsSpan(9, 3), CultureInfo.InvariantCulture);

    private static string? HeaderOf(string head, string name) => head.Split("\r\n")
        .Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
        .Select(line => line[(name.Length + 1)..].Trim())
        .FirstOrDefault();
}

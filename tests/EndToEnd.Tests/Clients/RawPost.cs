using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>A request over a bare socket, with header lines that no HTTP library would send.</summary>
internal static class RawPost
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Posts the body with these header lines and nothing but what HTTP needs.</summary>
    public static async Task<Answer> SendAsync(Uri address, IEnumerable<string> headers, byte[] body)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var connection = new TcpClient();
        await connection.ConnectAsync(address.Host, address.Port, patience.Token);
        var stream = connection.GetStream();
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"POST {address.PathAndQuery} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n");
        await stream.WriteAsync(Encoding.UTF8.GetBytes(head + string.Concat(headers.Select(line => line + "\r\n")) + "\r\n"), patience.Token);
        await stream.WriteAsync(body, patience.Token);

        using var answer = new MemoryStream();
        await stream.CopyToAsync(answer, patience.Token);
        var text = Encoding.UTF8.GetString(answer.ToArray());
        Assert.That(text, Does.StartWith("HTTP/1.1 "));
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return new Answer(
            (HttpStatusCode)int.Parse(text.AsSpan(9, 3), CultureInfo.InvariantCulture),
            HeaderOf(text[..end], "Content-Type"),
            HeaderOf(text[..end], "X-Request-ID"),
            HeaderOf(text[..end], "Retry-After"),
            text[(end + 4)..]);
    }

    private static string? HeaderOf(string head, string name) => head.Split("\r\n")
        .Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
        .Select(line => line[(name.Length + 1)..].Trim())
        .FirstOrDefault();
}

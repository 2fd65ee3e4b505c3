using System.Net.Sockets;

namespace S3Auth.Infrastructure.Tests.Storage.Probing;

/// <summary>Sends what an attacker would send, unchanged by any library.</summary>
public sealed class ProbeClientTests
{
    [Test]
    public async Task Lines_are_sent_unchanged_with_a_chunked_body()
    {
        var (request, answer) = await ExchangeAsync(
            url => client => client.PutAsync(
                url,
                "ab"u8.ToArray(),
                ["Content-Length: 1", "x-amz-copy-source : /b/k", "x_amz_acl:", " folded"],
                isChunked: true,
                CancellationToken.None),
            "HTTP/1.1 403 Forbidden\r\nContent-Length: 42\r\n\r\n<Error><Code>AccessDenied</Code></Error>\r\n");

        Assert.That(
            request,
            Does.Contain("\r\nContent-Length: 1\r\nx-amz-copy-source : /b/k\r\nx_amz_acl:\r\n folded\r\n\r\n2\r\nab\r\n0\r\n\r\n"));
        Assert.That(request, Does.Contain("Transfer-Encoding: chunked\r\n").And.StartWith("PUT /b/k HTTP/1.1\r\n"));
        Assert.That((answer.Status, answer.Error?.Code), Is.EqualTo((HttpStatusCode.Forbidden, "AccessDenied")));
    }

    [Test]
    public async Task Closed_connection_is_an_answer()
    {
        var (_, answer) = await ExchangeAsync(url => client => client.GetAsync(url, CancellationToken.None), "");

        Assert.That(
            (answer.Status, answer.IsRejected, answer.IsRefused, answer.IsAccepted),
            Is.EqualTo(((HttpStatusCode?)null, true, false, false)));
    }

    [Test]
    public async Task Lines_are_inserted_however_the_request_is_split()
    {
        const string Request = "PUT / HTTP/1.1\r\nHost: h\r\n\r\nbody";
        for (var size = 1; size <= Request.Length; size++)
        {
            using var written = new MemoryStream();
            await using var stream = new HeaderInsertionStream(written, "A: b\r\n");
            foreach (var part in Encoding.ASCII.GetBytes(Request).Chunk(size))
            {
                await stream.WriteAsync(part);
                await stream.FlushAsync();
            }

            Assert.That(
                Encoding.ASCII.GetString(written.ToArray()),
                Is.EqualTo("PUT / HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\nbody"),
                $"{size} bytes at a time");
        }
    }

    private static async Task<(string Request, ProbeAnswer Answer)> ExchangeAsync(
        Func<string, Func<ProbeClient, Task<ProbeAnswer>>> send,
        string answer)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var requests = new List<string>();
        using var stop = new CancellationTokenSource();
        var serving = ServeAsync(listener, answer, requests, stop.Token);
        using var client = new ProbeClient(TimeSpan.FromSeconds(30));
        var got = await send($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/b/k")(client);
        await stop.CancelAsync();
        await serving;
        return (requests[0], got);
    }

    // HttpClient may retry if it got no answer.
    private static async Task ServeAsync(TcpListener listener, string answer, List<string> requests, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                using var connection = await listener.AcceptTcpClientAsync(stop);
                var request = await ServeAsync(connection, answer);
                if (request.Length > 0)
                {
                    requests.Add(request);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The test has its answer.
        }
    }

    // Reads up to the last chunk of the body, or the end of the headers if there is no body.
    private static async Task<string> ServeAsync(TcpClient connection, string answer)
    {
        var stream = connection.GetStream();
        var buffer = new byte[8192];
        var text = "";
        while (!text.EndsWith(text.StartsWith("PUT", StringComparison.Ordinal) ? "0\r\n\r\n" : "\r\n\r\n", StringComparison.Ordinal))
        {
            var read = await stream.ReadAsync(buffer);
            if (read == 0)
            {
                break;
            }

            text += Encoding.ASCII.GetString(buffer, 0, read);
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
        return text;
    }
}

namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>
/// An upload over a raw socket that can declare one size and send another. HTTP libraries do not allow that, but attackers do it.
/// </summary>
internal sealed class RawUpload : IDisposable
{
    private const string Boundary = "----s3auth-end-to-end";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TcpClient _connection = new();

    /// <summary>Sends head and form of an upload of a file of that many bytes, but of the file only what is given.</summary>
    public async Task BeginAsync(FormUpload upload, long declaredBytes, ReadOnlyMemory<byte> sent)
    {
        var form = new StringBuilder();
        foreach (var (name, value) in upload.Fields)
        {
            form.Append(
                CultureInfo.InvariantCulture, $"--{Boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        }

        form.Append(
            CultureInfo.InvariantCulture,
            $"--{Boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{upload.FileName}\"\r\n");
        form.Append("Content-Type: application/octet-stream\r\n\r\n");
        var start = Encoding.UTF8.GetBytes(form.ToString());
        var url = new Uri(upload.Url);
        var length = start.Length + declaredBytes + $"\r\n--{Boundary}--\r\n".Length;
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"POST {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\nContent-Type: multipart/form-data; "
                + $"boundary={Boundary}\r\nContent-Length: {length}\r\n\r\n");

        await _connection.ConnectAsync(url.Host, url.Port);
        var stream = _connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head));
        await stream.WriteAsync(start);
        await stream.WriteAsync(sent);
        await stream.FlushAsync();
    }

    /// <summary>The store's answer, for which no more is sent.</summary>
    public async Task<StoreAnswer> ReadAnswerAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var answer = new byte[64 * 1024];
        var count = 0;
        try
        {
            int read;
            while (count < answer.Length && (read = await _connection.GetStream().ReadAsync(answer.AsMemory(count), patience.Token)) > 0)
            {
                count += read;
                if (Encoding.ASCII.GetString(answer, 0, count).Contains("\r\n\r\n", StringComparison.Ordinal))
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The store waited for the rest of the file instead of refusing it, at least {Patience.TotalSeconds} s long.");
        }

        var text = Encoding.ASCII.GetString(answer, 0, count);
        Assert.That(text, Does.StartWith("HTTP/1.1 "));
        return new StoreAnswer((HttpStatusCode)int.Parse(text.AsSpan(9, 3), CultureInfo.InvariantCulture), text);
    }

    /// <summary>Ends the connection, whatever was sent.</summary>
    public void Dispose() => _connection.Dispose();
}

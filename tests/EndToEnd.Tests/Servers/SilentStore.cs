namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>A store that takes every connection and reads every request, but never answers.</summary>
internal sealed class SilentStore : LoopbackListener
{
    public string Endpoint => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}");

    protected override async Task ServeAsync(TcpClient connection, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        while (await connection.GetStream().ReadAsync(buffer, cancellationToken) > 0)
        {
            // Never answered.
        }
    }
}

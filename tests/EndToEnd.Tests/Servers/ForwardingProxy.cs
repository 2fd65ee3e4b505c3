namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>Forwards connections to a local server, in both directions, until one side closes.</summary>
/// <param name="target">The server's port.</param>
internal abstract class ForwardingProxy(int target) : LoopbackListener
{
    protected override async Task ServeAsync(TcpClient connection, CancellationToken cancellationToken)
    {
        using var server = new TcpClient();
        await server.ConnectAsync(IPAddress.Loopback, target, cancellationToken);
        var there = ForwardAsync(connection.GetStream(), server.GetStream(), cancellationToken);
        var back = ReturnAsync(server.GetStream(), connection.GetStream(), cancellationToken);
        await Task.WhenAny(there, back);

        // When one direction ends, the other is closed.
        connection.Close();
        server.Close();
        await Task.WhenAll(there, back).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Forwards what the client sends.</summary>
    protected abstract Task ForwardAsync(NetworkStream client, NetworkStream server, CancellationToken cancellationToken);

    /// <summary>Forwards what the server answers.</summary>
    protected virtual Task ReturnAsync(NetworkStream server, NetworkStream client, CancellationToken cancellationToken) =>
        server.CopyToAsync(client, cancellationToken);
}

namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>Accepts connections on a free loopback port until it is disposed.</summary>
internal abstract class LoopbackListener : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, port: 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _accepting;

    protected LoopbackListener()
    {
        _listener.Start(backlog: 1000);
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Number of accepted connections.</summary>
    public int Taken => _connections.Count;

    public virtual async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        _end.Dispose();
    }

    /// <summary>Serves one connection until it is cancelled or the network fails.</summary>
    protected abstract Task ServeAsync(TcpClient connection, CancellationToken cancellationToken);

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _connections.Add(TakeAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
            }
        }
        catch (Exception end) when (end is OperationCanceledException
            || (_end.IsCancellationRequested && end is (InvalidOperationException or SocketException)))
        {
            // The listener was stopped, perhaps before the next accept.
        }
    }

    private async Task TakeAsync(TcpClient connection)
    {
        using (connection)
        {
            try
            {
                await ServeAsync(connection, _end.Token);
            }
            catch (Exception left) when (left is OperationCanceledException or IOException or SocketException)
            {
                // The client disconnected, or the server stops.
            }
        }
    }
}

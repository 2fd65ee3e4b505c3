namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>Takes every connection on a free port of loopback, until it ends.</summary>
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

    /// <summary>How many connections it has taken.</summary>
    public int Taken => _connections.Count;

    public virtual async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        _end.Dispose();
    }

    /// <summary>Has a connection for itself; ends when it is told to, or with an exception of the network.</summary>
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
        catch (OperationCanceledException)
        {
            // The end.
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
                // The other side gave up, or it is the end.
            }
        }
    }
}

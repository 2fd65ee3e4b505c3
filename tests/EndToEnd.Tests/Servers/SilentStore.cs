using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>A store that takes every connection and reads every request, but never answers.</summary>
internal sealed class SilentStore : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _accepting;

    public SilentStore()
    {
        _listener = new TcpListener(IPAddress.Loopback, port: 0);
        _listener.Start(backlog: 1000);
        Endpoint = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    public string Endpoint { get; }

    /// <summary>How many connections it has taken.</summary>
    public int Taken => _connections.Count;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _connections.Add(ReadAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private async Task ReadAsync(TcpClient connection)
    {
        using (connection)
        {
            var buffer = new byte[4096];
            try
            {
                while (await connection.GetStream().ReadAsync(buffer, _end.Token) > 0)
                {
                    // Never answered.
                }
            }
            catch (Exception left) when (left is OperationCanceledException or IOException)
            {
                // The other side gave up, or it is the end.
            }
        }
    }
}

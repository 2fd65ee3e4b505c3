using System.Net;
using System.Net.Sockets;

namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>Forwards connections to a server of this machine, until it is told to stop forwarding: then it takes bytes and keeps them.</summary>
internal sealed class StallingProxy(int target) : LoopbackListener
{
    private volatile TaskCompletionSource? _stalled;

    public void Stall() => _stalled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void GoOn() => _stalled?.TrySetResult();

    public override ValueTask DisposeAsync()
    {
        GoOn();
        return base.DisposeAsync();
    }

    protected override async Task ServeAsync(TcpClient connection, CancellationToken cancellationToken)
    {
        using var server = new TcpClient();
        await server.ConnectAsync(IPAddress.Loopback, target, cancellationToken);
        var (there, back) = (CopyAsync(connection.GetStream(), server.GetStream(), cancellationToken), CopyAsync(server.GetStream(), connection.GetStream(), cancellationToken));
        await Task.WhenAny(there, back);

        // With one direction gone the other goes too.
        connection.Close();
        server.Close();
        await Task.WhenAll(there, back).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await from.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (_stalled is { } stalled)
            {
                await stalled.Task.WaitAsync(cancellationToken);
            }

            await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }
}

namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>Forwards connections to a local server. When stalled, it accepts bytes and holds them.</summary>
internal sealed class StallingProxy(int target) : ForwardingProxy(target)
{
    private volatile TaskCompletionSource? _stalled;

    public void Stall() => _stalled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void GoOn() => _stalled?.TrySetResult();

    public override ValueTask DisposeAsync()
    {
        GoOn();
        return base.DisposeAsync();
    }

    protected override Task ForwardAsync(NetworkStream client, NetworkStream server, CancellationToken cancellationToken) =>
        CopyAsync(client, server, cancellationToken);

    protected override Task ReturnAsync(NetworkStream server, NetworkStream client, CancellationToken cancellationToken) =>
        CopyAsync(server, client, cancellationToken);

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

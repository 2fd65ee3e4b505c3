namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>Forwards connections to a local server. When stalled, it accepts bytes and holds them.</summary>
internal sealed class StallingProxy(int target) : ForwardingProxy(target)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _stalled;
    private long _bytesUntilStall = long.MaxValue;

    public void Stall() => StallAfter(0);

    /// <summary>Stalls when more than this number of bytes was forwarded, in both directions together.</summary>
    public void StallAfter(long bytes)
    {
        lock (_gate)
        {
            _bytesUntilStall = bytes;
        }
    }

    /// <summary>Forwards all bytes, also if it did not stall yet.</summary>
    public void GoOn()
    {
        lock (_gate)
        {
            _bytesUntilStall = long.MaxValue;
            _stalled?.TrySetResult();
            _stalled = null;
        }
    }

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
            await WaitWhileStalledAsync(read).WaitAsync(cancellationToken);
            await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }

    private Task WaitWhileStalledAsync(int bytes)
    {
        lock (_gate)
        {
            _bytesUntilStall -= bytes;
            if (_bytesUntilStall < 0)
            {
                _stalled ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return _stalled?.Task ?? Task.CompletedTask;
        }
    }
}

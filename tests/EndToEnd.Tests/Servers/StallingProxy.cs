namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>Forwards connections to a local server. When stalled, it accepts bytes and holds them.</summary>
internal sealed class StallingProxy(int target) : ForwardingProxy(target)
{
    private volatile TaskCompletionSource? _stalled;
    private long _untilStall = long.MaxValue;

    public void Stall() => _stalled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Stalls when this many more bytes went through, in both directions together.</summary>
    public void StallAfter(long bytes) => Interlocked.Exchange(ref _untilStall, bytes);

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
            var left = Interlocked.Add(ref _untilStall, -read);
            if (left < 0 && left + read >= 0)
            {
                Stall();
            }

            if (_stalled is { } stalled)
            {
                await stalled.Task.WaitAsync(cancellationToken);
            }

            await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }
}

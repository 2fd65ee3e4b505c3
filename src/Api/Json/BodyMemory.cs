namespace S3Auth.Api.Json;

/// <summary>
/// Memory budget of the larger request bodies, and each client's share of it. When it is full, drops the body that has gone longest without
/// progress, so that clients with stalled bodies cannot block a client that sends without pauses.
/// </summary>
/// <param name="maxBytes">The budget, in bytes.</param>
/// <param name="maxBytesPerClient">One client's share (<see cref="ClientNetwork"/>), in bytes.</param>
internal sealed class BodyMemory(long maxBytes = BodyMemory.MaxBytes, long maxBytesPerClient = BodyMemory.MaxBytesPerClient)
{
    /// <summary>The budget of all bodies together (64 MiB).</summary>
    internal const long MaxBytes = 64 * 1024 * 1024;

    /// <summary>The share of one client (4 MiB): eight of the largest bodies.</summary>
    internal const long MaxBytesPerClient = 4 * 1024 * 1024;

    private readonly Dictionary<UInt128, long> _takenByClient = [];

    // Bodies that are still arriving; the one that has gone longest without progress comes first.
    private readonly LinkedList<RequestBody> _arriving = [];
    private long _taken;

    /// <summary>The lock for this object and for every body that is counted here.</summary>
    internal Lock Gate { get; } = new();

    /// <summary>The number of bytes in use.</summary>
    internal long Taken => Interlocked.Read(ref _taken);

    /// <summary>
    /// Takes more bytes for a body that is arriving. When the client's share is full, drops other bodies of that client; when the budget is
    /// full, drops bodies of any client. Call it with <see cref="Gate"/> held.
    /// </summary>
    /// <returns>Whether the bytes were taken; false if the budget is full and no body is left to drop.</returns>
    internal bool TryTake(RequestBody body, int bytes)
    {
        while (_takenByClient.GetValueOrDefault(body.Client) + bytes > maxBytesPerClient)
        {
            if (!TryEvict(body, fromSameClient: true))
            {
                return false;
            }
        }

        while (_taken + bytes > maxBytes)
        {
            if (!TryEvict(body, fromSameClient: false))
            {
                return false;
            }
        }

        Add(body.Client, bytes);
        MarkProgress(body);
        return true;
    }

    /// <summary>Records progress of the body: it is now the last to be dropped. Call it with <see cref="Gate"/> held.</summary>
    internal void MarkProgress(RequestBody body)
    {
        Remove(body);
        _arriving.AddLast(body.Node ??= new LinkedListNode<RequestBody>(body));
    }

    /// <summary>Marks the body as complete: it keeps its bytes and is not dropped. Call it with <see cref="Gate"/> held.</summary>
    internal void MarkComplete(RequestBody body) => Remove(body);

    /// <summary>Returns the body's bytes to the budget. Call it with <see cref="Gate"/> held.</summary>
    internal void Release(RequestBody body, int bytes)
    {
        Remove(body);
        if (bytes > 0)
        {
            Add(body.Client, -bytes);
        }
    }

    private void Remove(RequestBody body)
    {
        if (body.Node is { List: not null } node)
        {
            _arriving.Remove(node);
        }
    }

    private bool TryEvict(RequestBody newcomer, bool fromSameClient)
    {
        for (var node = _arriving.First; node is not null; node = node.Next)
        {
            if (node.Value != newcomer && (!fromSameClient || node.Value.Client == newcomer.Client))
            {
                node.Value.Drop();
                return true;
            }
        }

        return false;
    }

    private void Add(UInt128 client, long bytes)
    {
        Interlocked.Add(ref _taken, bytes);
        var taken = _takenByClient.GetValueOrDefault(client) + bytes;
        if (taken == 0)
        {
            _takenByClient.Remove(client);
        }
        else
        {
            _takenByClient[client] = taken;
        }
    }
}

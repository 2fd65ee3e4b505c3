namespace S3Auth.Api.Limits;

/// <summary>
/// Answers to requests without a proof that wait for their clients to read, oldest first. Each holds memory, so their number is bounded:
/// when the queue is full, the server closes the connection of the oldest one. An answer whose client reads leaves the queue, and enters it
/// again with its next chunk. Proved requests have a budget of their own (<see cref="Application.Pipeline.ResponseMemoryBudget"/>).
/// Thread-safe.
/// </summary>
/// <param name="max">The maximum number of waiting answers.</param>
internal sealed class SlowReaderQueue(int max)
{
    // The queue gets this fraction (1/16) of the memory that this process may use.
    private const int MemoryShare = 16;
    private const int MinReaders = 64;
    private const int MaxReaders = 4096;

    private readonly Lock _gate = new();
    private readonly LinkedList<HttpContext> _waiting = [];

    /// <summary>The number of waiting answers.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Returns a queue for as many answers as fit into a sixteenth of this process's memory, 64 to 4,096.</summary>
    internal static SlowReaderQueue OfThisProcess() => new((int)Math.Clamp(
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / MemoryShare / TimedWriter.BytesPerWait, MinReaders, MaxReaders));

    /// <summary>Adds an answer. Closes the connection of the oldest one if the queue is full.</summary>
    /// <returns>The entry, for <see cref="Leave"/>.</returns>
    internal LinkedListNode<HttpContext> Enter(HttpContext context)
    {
        HttpContext? oldest = null;
        LinkedListNode<HttpContext> entry;
        lock (_gate)
        {
            entry = _waiting.AddLast(context);
            if (_waiting.Count > max)
            {
                oldest = _waiting.First!.Value;
                _waiting.RemoveFirst();
            }
        }

        // Outside of the lock, because Abort runs callbacks of the connection.
        oldest?.Abort();
        return entry;
    }

    /// <summary>Removes an answer that no longer waits.</summary>
    internal void Leave(LinkedListNode<HttpContext> entry)
    {
        lock (_gate)
        {
            if (entry.List is not null)
            {
                _waiting.Remove(entry);
            }
        }
    }
}

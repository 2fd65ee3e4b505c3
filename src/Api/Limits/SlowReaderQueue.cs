namespace S3Auth.Api.Limits;

/// <summary>
/// The requests without a proof whose clients do not read fast enough, oldest first. Each holds a connection buffer of memory, so their
/// number is bounded: when it is exceeded, the server closes the connection of the client that has waited longest. A client that reads
/// waits anew for each piece. Signed requests have a budget of their own (<see cref="Application.Pipeline.AnswerMemory"/>). Thread-safe.
/// </summary>
/// <param name="max">The most requests that may wait at once.</param>
internal sealed class SlowReaderQueue(int max)
{
    // Of the memory that this process may use.
    private const int MemoryShare = 16;
    private const int MinReaders = 64;
    private const int MaxReaders = 4096;

    private readonly Lock _gate = new();
    private readonly LinkedList<HttpContext> _waiting = [];

    /// <summary>How many requests wait.</summary>
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

    /// <summary>As many as fit into a sixteenth of this process's memory, 64 to 4,096.</summary>
    internal static SlowReaderQueue OfThisProcess() => new((int)Math.Clamp(
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / MemoryShare / TimedWriter.BytesPerWait, MinReaders, MaxReaders));

    /// <summary>Adds a request that waits for its client. Closes the connection of the one that waits longest if there are too many.</summary>
    /// <returns>Its place, for <see cref="Leave"/>.</returns>
    internal LinkedListNode<HttpContext> Enter(HttpContext context)
    {
        HttpContext? oldest = null;
        LinkedListNode<HttpContext> place;
        lock (_gate)
        {
            place = _waiting.AddLast(context);
            if (_waiting.Count > max)
            {
                oldest = _waiting.First!.Value;
                _waiting.RemoveFirst();
            }
        }

        // Outside of the lock: callbacks of the connection run here.
        oldest?.Abort();
        return place;
    }

    /// <summary>Removes a request that no longer waits.</summary>
    internal void Leave(LinkedListNode<HttpContext> place)
    {
        lock (_gate)
        {
            if (place.List is not null)
            {
                _waiting.Remove(place);
            }
        }
    }
}

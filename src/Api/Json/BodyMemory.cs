namespace S3Auth.Api.Json;

/// <summary>
/// How much memory bodies may take that are still arriving, all together. A small body is not counted: connections are bounded. Nobody
/// gets memory for what he only says that he will send.
/// </summary>
internal sealed class BodyMemory(long mostBytes = BodyMemory.MostBytes)
{
    /// <summary>What all larger bodies may take (64 MiB).</summary>
    internal const long MostBytes = 64 * 1024 * 1024;

    private long _taken;

    /// <summary>Takes so many bytes more; false, and nothing is taken, when there are not so many left.</summary>
    internal bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= mostBytes)
        {
            return true;
        }

        GiveBack(bytes);
        return false;
    }

    internal void GiveBack(int bytes) => Interlocked.Add(ref _taken, -bytes);
}

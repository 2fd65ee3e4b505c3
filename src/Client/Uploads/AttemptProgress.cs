namespace S3Auth.Client.Uploads;

/// <summary>Passes on the bytes of one attempt, and subtracts them if it fails. Thread-safe.</summary>
internal sealed class AttemptProgress(IProgress<long>? sent) : IProgress<long>
{
    private long _sum;

    public void Report(long value)
    {
        Interlocked.Add(ref _sum, value);
        sent?.Report(value);
    }

    internal void Undo()
    {
        if (Interlocked.Exchange(ref _sum, 0) is var sum and not 0)
        {
            sent?.Report(-sum);
        }
    }
}

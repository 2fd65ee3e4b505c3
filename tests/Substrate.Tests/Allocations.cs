namespace S3Auth.Substrate.Tests;

internal static class Allocations
{
    /// <summary>
    /// The fewest bytes that this thread allocated in any of a few rounds of a hundred calls: the runtime itself may
    /// allocate in one, where it replaces a method by a better compiled one.
    /// </summary>
    public static long Of(Action call) => Enumerable.Range(0, 10).Select(_ =>
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            call();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }).Min();
}

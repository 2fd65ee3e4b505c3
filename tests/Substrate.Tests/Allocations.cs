namespace S3Auth.Substrate.Tests;

internal static class Allocations
{
    /// <summary>
    /// The minimum number of bytes that this thread allocated in one of several rounds of a hundred calls. The minimum, because the runtime
    /// itself may allocate in a round when it recompiles a method.
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

namespace S3Auth.Substrate.Tests.Metadata;

/// <summary>Runs code on hostile input, and checks that it takes little time and memory.</summary>
internal static class Bounds
{
    private const long MaxAllocatedBytes = 128 * 1024 * 1024;

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    /// <summary>Fails if the code does not end in time, and leaves it behind then.</summary>
    internal static void Check(string what, Action code)
    {
        long allocated = 0;
        var run = Task.Run(() =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            code();
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        });

        Assert.That(Task.WaitAny([run], Timeout), Is.Zero, $"{what}: it takes longer than {Timeout}");
        run.GetAwaiter().GetResult();
        Assert.That(allocated, Is.LessThan(MaxAllocatedBytes), $"{what}: bytes allocated");
    }
}

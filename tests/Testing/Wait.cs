namespace S3Auth.Testing;

/// <summary>Waits in real time until a condition holds. Fails the test after a minute, or after the given timeout.</summary>
public static class Wait
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    public static Task UntilAsync(Func<bool> condition, string? because = null, TimeSpan? timeout = null) =>
        UntilAsync(() => Task.FromResult(condition()), () => because, timeout);

    public static Task UntilAsync(Func<Task<bool>> condition, string? because = null, TimeSpan? timeout = null) =>
        UntilAsync(condition, () => because, timeout);

    /// <param name="condition">Asked again and again.</param>
    /// <param name="describe">Describes the state for the failure message.</param>
    /// <param name="timeout">How long to wait.</param>
    public static async Task UntilAsync(Func<Task<bool>> condition, Func<string?> describe, TimeSpan? timeout = null)
    {
        var limit = timeout ?? DefaultTimeout;
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > limit)
            {
                throw new AssertionException($"The condition did not hold within {limit.TotalSeconds:0} s. {describe()}");
            }

            await Task.Delay(Interval);
        }
    }
}

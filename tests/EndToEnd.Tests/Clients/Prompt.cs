namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>Repeats a request that took long, for timestamps near a limit: on a busy machine, they cross it before they arrive.</summary>
internal static class Prompt
{
    private const int Attempts = 20;

    // Less than the distance of the timestamps from the limit, also after they are rounded to seconds.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    /// <summary>Returns the first answer that came soon.</summary>
    /// <param name="ask">Signs with a new timestamp and sends.</param>
    public static async Task<Answer> AskAsync(Func<Task<Answer>> ask)
    {
        for (var left = Attempts - 1; ; left--)
        {
            var start = Stopwatch.GetTimestamp();
            var answer = await ask();
            if (left == 0 || Stopwatch.GetElapsedTime(start) < Margin)
            {
                return answer;
            }
        }
    }
}

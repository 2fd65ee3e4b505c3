namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>Repeats a request that took long. On a busy machine, a timestamp near a limit can cross the limit before it arrives.</summary>
internal static class TimelyRequest
{
    private const int Attempts = 20;

    // Less than the distance of the timestamps from the limit, also after they are rounded to seconds.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    /// <summary>Returns the first answer that came in time.</summary>
    /// <param name="send">Signs with a new timestamp and sends.</param>
    public static async Task<Answer> SendAsync(Func<Task<Answer>> send)
    {
        for (var left = Attempts - 1; ; left--)
        {
            var start = Stopwatch.GetTimestamp();
            var answer = await send();
            if (left == 0 || Stopwatch.GetElapsedTime(start) < Margin)
            {
                return answer;
            }
        }
    }
}

namespace S3Auth.EndToEnd.Tests.Cases.Operations;

/// <summary>
/// Instances that do not hear Redis for a quarter of a second count by themselves, and together they grant more than the limits. That also
/// happens on a machine that pauses.
/// </summary>
internal static class RedisOutages
{
    private const int Attempts = 6;

    /// <summary>Tries something that needs Redis, and tries it again if an instance did not hear Redis meanwhile.</summary>
    public static async Task<T> AvoidAsync<T>(IReadOnlyList<ApiProcess> apis, Func<Task<T>> attempt)
    {
        for (var left = Attempts - 1; ; left--)
        {
            await Wait.UntilAsync(() => AllHearRedisAsync(apis), "An instance does not hear Redis.");
            var before = await FailuresAsync(apis);
            var result = await attempt();
            if (left == 0 || (await AllHearRedisAsync(apis) && await FailuresAsync(apis) == before))
            {
                return result;
            }
        }
    }

    private static async Task<bool> AllHearRedisAsync(IReadOnlyList<ApiProcess> apis)
    {
        var health = await Task.WhenAll(apis.Select(api => api.Client.GetAsync("/healthcheck")));
        return health.All(one => (bool?)one.Json["redis_ok"] is true);
    }

    private static async Task<int> FailuresAsync(IReadOnlyList<ApiProcess> apis)
    {
        var metrics = await Task.WhenAll(apis.Select(api => api.Client.GetAsync("/metrics")));
        return metrics.Sum(one => Regex.Matches(
            one.Text,
            """^s3auth_redis_duration_seconds_count\{[^}]*outcome="failed"[^}]*\} (?<count>\d+)""",
            RegexOptions.Multiline | RegexOptions.ExplicitCapture,
            TimeSpan.FromSeconds(10)).Sum(match => int.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture)));
    }
}

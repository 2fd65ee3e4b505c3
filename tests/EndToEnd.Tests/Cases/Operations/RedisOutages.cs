namespace S3Auth.EndToEnd.Tests.Cases.Operations;

/// <summary>
/// Repeats attempts during which Redis was down for an instance. An instance that gets no answer from Redis for a quarter of a second
/// counts on its own, so that all instances together grant more than the limits. A busy machine can cause that.
/// </summary>
internal static class RedisOutages
{
    private const int Attempts = 6;

    /// <summary>Returns the result of the first attempt during which all instances used Redis, or of the last attempt.</summary>
    public static async Task<T> AvoidAsync<T>(IReadOnlyList<ApiProcess> apis, Func<Task<T>> attempt)
    {
        for (var left = Attempts - 1; ; left--)
        {
            await Wait.UntilAsync(() => AllUseRedisAsync(apis), "An instance does not use Redis.");
            var before = await FailuresAsync(apis);
            var result = await attempt();
            if (left == 0 || (await AllUseRedisAsync(apis) && await FailuresAsync(apis) == before))
            {
                return result;
            }
        }
    }

    private static async Task<bool> AllUseRedisAsync(IReadOnlyList<ApiProcess> apis)
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

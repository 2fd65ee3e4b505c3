using System.Threading.RateLimiting;

namespace S3Auth.Api.Limits;

/// <summary>
/// Token bucket per client address (<see cref="ClientNetwork"/>), checked before anything else. A bucket holds the requests of one minute.
/// Addresses share a fixed number of buckets, so memory is bounded however many addresses a client has. The hash that selects the bucket
/// has a secret seed, so a client cannot choose addresses with buckets of their own, or share the bucket of another client on purpose.
/// </summary>
internal static class BurstLimiter
{
    /// <summary>The number of buckets.</summary>
    internal const int Buckets = 65_536;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    // Load balancers call these often.
    private static readonly PathString[] Exempt = ["/healthz", "/readyz"];

    internal static void AddBurstLimiter(this IServiceCollection services) =>
        services.AddSingleton(provider => Create(provider.GetRequiredService<BurstLimit>().PerMinute));

    internal static void UseBurstLimiter(this IApplicationBuilder app)
    {
        var limiter = app.ApplicationServices.GetRequiredService<PartitionedRateLimiter<HttpContext>>();
        var limit = app.ApplicationServices.GetRequiredService<BurstLimit>();
        app.Use((context, next) =>
        {
            TakeToken(limiter, context, limit.PerMinute);
            return next(context);
        });
    }

    internal static PartitionedRateLimiter<HttpContext> Create(int requestsPerMinute)
    {
        var options = new TokenBucketRateLimiterOptions
        {
            TokenLimit = requestsPerMinute,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = Minute / requestsPerMinute,
            QueueLimit = 0,

            // The partitioned limiter replenishes all buckets with one timer.
            AutoReplenishment = false,
        };
        Func<int, RateLimiter> bucket = _ => new TokenBucketRateLimiter(options);
        return PartitionedRateLimiter.Create<HttpContext, int>(context => IsProbe(context.Request)
            ? RateLimitPartition.GetNoLimiter(-1)
            : RateLimitPartition.Get(BucketOf(context.Connection.RemoteIpAddress), bucket));
    }

    private static void TakeToken(PartitionedRateLimiter<HttpContext> limiter, HttpContext context, int requestsPerMinute)
    {
        using var lease = limiter.AttemptAcquire(context);
        if (lease.IsAcquired)
        {
            return;
        }

        context.Response.Headers["RateLimit-Policy"] = string.Create(
            CultureInfo.InvariantCulture, $"\"address\";q={requestsPerMinute};w=60");
        throw new RefusedException(
            RefusalCode.RateLimited, $"This address sends more than {requestsPerMinute} requests a minute; send fewer.")
        {
            RetryAfter = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) && after > TimeSpan.Zero
                ? after
                : TimeSpan.FromSeconds(1),
        };
    }

    private static bool IsProbe(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) && Exempt.Contains(request.Path);

    // HashCode has a new random seed in each process.
    internal static int BucketOf(IPAddress? address) => (int)((uint)HashCode.Combine(ClientNetwork.Of(address)) % Buckets);
}

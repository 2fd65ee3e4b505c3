using System.Threading.RateLimiting;

namespace S3Auth.Api.Limits;

/// <summary>
/// So many requests a minute from one client address, before anything else is done for them: as many at once, and after that as they
/// grow again. An IPv6 client has a whole /64, so that counts as one. The addresses share a fixed number of buckets by a hash that
/// nobody outside knows: however many addresses someone has, this takes no more memory, and makes nothing be granted that was not before.
/// </summary>
internal static class BurstLimiter
{
    /// <summary>How many buckets there are.</summary>
    internal const int Buckets = 65_536;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    // What load balancers ask, of every instance and often.
    private static readonly PathString[] Exempt = ["/healthz", "/readyz"];

    internal static void AddBurstLimiter(this IServiceCollection services, int requestsPerMinute) => services.AddRateLimiter(options =>
    {
        options.GlobalLimiter = Create(requestsPerMinute);
        options.OnRejected = (rejected, _) =>
        {
            rejected.HttpContext.Response.Headers["RateLimit-Policy"] = string.Create(
                CultureInfo.InvariantCulture, $"\"address\";q={requestsPerMinute};w=60");
            throw new RefusedException(RefusalCode.RateLimited, $"This address sends more than {requestsPerMinute} requests a minute: send fewer.")
            {
                RetryAfter = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) && after > TimeSpan.Zero ? after : TimeSpan.FromSeconds(1),
            };
        };
    });

    internal static PartitionedRateLimiter<HttpContext> Create(int requestsPerMinute)
    {
        var options = new TokenBucketRateLimiterOptions
        {
            TokenLimit = requestsPerMinute,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = Minute / requestsPerMinute,
            QueueLimit = 0,

            // All of them together, by the limiter that has them.
            AutoReplenishment = false,
        };
        Func<int, RateLimiter> bucket = _ => new TokenBucketRateLimiter(options);
        return PartitionedRateLimiter.Create<HttpContext, int>(context => IsProbe(context.Request)
            ? RateLimitPartition.GetNoLimiter(-1)
            : RateLimitPartition.Get(BucketOf(context.Connection.RemoteIpAddress), bucket));
    }

    private static bool IsProbe(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) && Exempt.Contains(request.Path);

    // HashCode has a new seed in each process: nobody can choose an address that shares another's bucket.
    internal static int BucketOf(IPAddress? address) => (int)((uint)HashCode.Combine(ClientNetwork.Of(address)) % Buckets);
}

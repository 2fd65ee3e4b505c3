using System.Threading.RateLimiting;

namespace S3Auth.Api.Tests;

public sealed class BurstLimiterTests
{
    [Test]
    public void Address_may_send_the_requests_of_one_minute_at_once()
    {
        using var limiter = BurstLimiter.Create(120);
        var start = TimeProvider.System.GetTimestamp();

        var granted = Enumerable.Range(0, 300).Count(_ => Ask(limiter, "192.0.2.1"));

        var grown = 2 * TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        Assert.That(granted, Is.InRange(120, 121 + grown), "a token grows every half second");
        Assert.That(Ask(limiter, "192.0.2.2"), "another address is another client");
    }

    [Test]
    public void Ipv6_network_is_one_client()
    {
        // The next token grows after a minute.
        using var limiter = BurstLimiter.Create(1);

        var granted = Enumerable.Range(0, 100).Count(i => Ask(limiter, $"2001:db8:1:2::{i:x}"));

        Assert.That(granted, Is.EqualTo(1));
        Assert.That(Ask(limiter, "2001:db8:1:3::1"), "the next network is another");
    }

    [Test]
    public void Ipv4_address_is_the_same_client_in_both_notations()
    {
        using var limiter = BurstLimiter.Create(2);

        Assert.That(
            new[] { "192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1" }.Select(address => Ask(limiter, address)),
            Is.EqualTo(new[] { true, true, false }));
    }

    [Test]
    public void Probes_of_load_balancers_are_not_counted()
    {
        using var limiter = BurstLimiter.Create(1);

        Assert.That(Enumerable.Range(0, 50).All(i => Ask(limiter, "192.0.2.1", i % 2 == 0 ? "/healthz" : "/readyz")));
        Assert.That(
            new[] { Ask(limiter, "192.0.2.1", "/healthcheck"), Ask(limiter, "192.0.2.1", "/healthcheck") },
            Is.EqualTo(new[] { true, false }));
        Assert.That(Ask(limiter, "192.0.2.1", "/readyz", "POST"), Is.False);
    }

    [Test]
    public void Any_number_of_addresses_shares_a_fixed_number_of_buckets()
    {
        var random = new Random(1);
        var bytes = new byte[16];
        var buckets = new HashSet<int>();
        for (var i = 0; i < 400_000; i++)
        {
            random.NextBytes(bytes);
            buckets.Add(BurstLimiter.BucketOf(new IPAddress(bytes)));
        }

        Assert.That(buckets, Has.All.InRange(0, BurstLimiter.Buckets - 1));
        Assert.That(buckets, Has.Count.GreaterThan(BurstLimiter.Buckets * 9 / 10), "and spread over them");
    }

    private static bool Ask(
        PartitionedRateLimiter<HttpContext> limiter,
        string address,
        string path = "/get-folder-access",
        string method = "GET")
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(address);
        context.Request.Path = path;
        context.Request.Method = method;
        using var lease = limiter.AttemptAcquire(context);
        return lease.IsAcquired;
    }
}

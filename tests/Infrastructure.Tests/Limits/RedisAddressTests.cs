using System.Net;
using S3Auth.Infrastructure.Limits;

namespace S3Auth.Infrastructure.Tests.Limits;

public sealed class RedisAddressTests
{
    [TestCase("redis://cache", "cache", 6379, 0, null, null, false)]
    [TestCase("redis://cache:6380/3", "cache", 6380, 3, null, null, false)]
    [TestCase("redis://:pass%40word@cache:6379", "cache", 6379, 0, null, "pass@word", false)]
    [TestCase("rediss://user:secret@cache.example.org/1", "cache.example.org", 6379, 1, "user", "secret", true)]
    public void Url_is_read(string url, string host, int port, int database, string? user, string? password, bool tls)
    {
        Assert.That(RedisAddress.TryParse(url, out var address));

        var options = address!.Configure();
        Assert.Multiple(() =>
        {
            Assert.That(options.EndPoints.Single(), Is.EqualTo(new DnsEndPoint(host, port)));
            Assert.That((options.DefaultDatabase, options.User, options.Password, options.Ssl), Is.EqualTo((database, user, password, tls)));
            Assert.That(address.ToString(), Does.Not.Contain(password ?? "@"), "it is logged");
        });
    }

    [TestCase("cache:6379")]
    [TestCase("http://cache")]
    [TestCase("redis://")]
    [TestCase("redis://cache/one")]
    [TestCase("redis://cache/-1")]
    [TestCase("redis://cache?db=1")]
    [TestCase("redis://cache#1")]
    public void What_is_no_url_of_a_redis_is_refused(string url) => Assert.That(RedisAddress.TryParse(url, out _), Is.False);
}

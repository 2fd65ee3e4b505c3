using Moq;

namespace S3Auth.Infrastructure.Tests.Storage;

public sealed class StoreProxyTests
{
    private static readonly Uri Proxy = new("http://proxy.example.com:3128");

    [TestCase("http://127.0.0.1:9000/bucket")]
    [TestCase("https://127.0.0.1:9000/bucket")]
    [TestCase("https://localhost/bucket")]
    [TestCase("https://[::1]:9000/bucket")]
    [TestCase("http://bucket.s3.localhost:7480/")]
    public void Store_on_this_machine_is_reached_directly(string url)
    {
        Assert.That(Through(url, isForTlsOnly: false), Is.Null);
        Assert.That(Through(url, isForTlsOnly: true), Is.Null, "for checks");
    }

    [TestCase("https://store.example.com/bucket", false, true)]
    [TestCase("http://store.example.com/bucket", false, true)]
    [TestCase("https://store.example.com/bucket", true, true)]
    [TestCase("http://store.example.com/bucket", true, false)]
    public void Store_elsewhere_is_reached_through_the_proxy_except_by_plain_checks(string url, bool isForTlsOnly, bool isThroughProxy) =>
        Assert.That(Through(url, isForTlsOnly), Is.EqualTo(isThroughProxy ? Proxy : null));

    [Test]
    public void Store_in_NO_PROXY_is_reached_directly() =>
        Assert.That(Through("https://store.inside/bucket", isForTlsOnly: false), Is.Null);

    [Test]
    [NonParallelizable]
    public void Plain_checks_go_directly_and_plain_requests_through_the_proxy()
    {
        var (before, plain) = (HttpClient.DefaultProxy, new Uri("http://store.example.com/bucket"));
        HttpClient.DefaultProxy = NewEnvironment();
        try
        {
            Assert.That(StoreProxy.ForChecks().GetProxy(plain), Is.Null);
            Assert.That(StoreProxy.ForRequests().GetProxy(plain), Is.EqualTo(Proxy));
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }
    }

    [Test]
    public void Credentials_are_those_of_the_environment()
    {
        var environment = NewEnvironment();
        var credentials = new NetworkCredential("user", "password");

        var proxy = new StoreProxy(environment) { Credentials = credentials };

        Assert.That((proxy.Credentials, environment.Credentials), Is.EqualTo((credentials, credentials)));
    }

    /// <summary>The proxy of a request; null for none.</summary>
    private static Uri? Through(string url, bool isForTlsOnly)
    {
        var (proxy, destination) = (new StoreProxy(NewEnvironment(), isForTlsOnly), new Uri(url));
        var through = proxy.GetProxy(destination);
        Assert.That(proxy.IsBypassed(destination), Is.EqualTo(through is null), "both say the same");
        return through;
    }

    /// <summary>A proxy for all hosts except internal ones, as from HTTPS_PROXY and NO_PROXY. It does not exclude this machine.</summary>
    private static IWebProxy NewEnvironment()
    {
        var environment = new Mock<IWebProxy>();
        environment.SetupProperty(proxy => proxy.Credentials);
        environment
            .Setup(proxy => proxy.IsBypassed(It.IsAny<Uri>()))
            .Returns((Uri host) => host.Host.EndsWith(".inside", StringComparison.Ordinal));
        environment.Setup(proxy => proxy.GetProxy(It.IsAny<Uri>())).Returns(Proxy);
        return environment.Object;
    }
}

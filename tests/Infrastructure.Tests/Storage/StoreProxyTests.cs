using Moq;

namespace S3Auth.Infrastructure.Tests.Storage;

public sealed class StoreProxyTests
{
    private static readonly Uri Proxy = new("http://proxy.example.com:3128");

    [TestCase("http://127.0.0.1:9000/bucket")]
    [TestCase("https://127.0.0.1:9000/bucket")]
    [TestCase("https://localhost/bucket")]
    [TestCase("https://[::1]:9000/bucket")]
    public void Store_is_reached_directly_when_it_is_on_this_machine(string url)
    {
        Assert.That(Through(url, isForTlsOnly: false), Is.Null);
        Assert.That(Through(url, isForTlsOnly: true), Is.Null, "for checks");
    }

    [TestCase("https://store.example.com/bucket", false, true)]
    [TestCase("http://store.example.com/bucket", false, true)]
    [TestCase("https://store.example.com/bucket", true, true)]
    [TestCase("http://store.example.com/bucket", true, false)]
    public void Store_is_reached_through_the_proxy_when_it_is_elsewhere_and_no_check_is_plain(string url, bool isForTlsOnly, bool isThroughProxy) =>
        Assert.That(Through(url, isForTlsOnly), Is.EqualTo(isThroughProxy ? Proxy : null));

    [Test]
    public void Store_is_reached_directly_when_the_environment_says_so() =>
        Assert.That(Through("https://store.inside/bucket", isForTlsOnly: false), Is.Null);

    [Test]
    [NonParallelizable]
    public void Checks_go_directly_and_requests_through_the_proxy_when_they_are_plain()
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

    /// <summary>The proxy that a request goes through; null for none.</summary>
    private static Uri? Through(string url, bool isForTlsOnly)
    {
        var (proxy, destination) = (new StoreProxy(NewEnvironment(), isForTlsOnly), new Uri(url));
        var through = proxy.GetProxy(destination);
        Assert.That(proxy.IsBypassed(destination), Is.EqualTo(through is null), "both say the same");
        return through;
    }

    /// <summary>A proxy for everything but hosts inside, as HTTPS_PROXY and NO_PROXY make it: it knows nothing of this machine.</summary>
    private static IWebProxy NewEnvironment()
    {
        var environment = new Mock<IWebProxy>();
        environment.SetupProperty(proxy => proxy.Credentials);
        environment.Setup(proxy => proxy.IsBypassed(It.IsAny<Uri>())).Returns((Uri host) => host.Host.EndsWith(".inside", StringComparison.Ordinal));
        environment.Setup(proxy => proxy.GetProxy(It.IsAny<Uri>())).Returns(Proxy);
        return environment.Object;
    }
}

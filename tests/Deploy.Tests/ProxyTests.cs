namespace S3Auth.Deploy.Tests;

/// <summary>What both proxies must do. That nginx does it is tried in EndToEnd.Tests.</summary>
public sealed class ProxyTests
{
    private static readonly string Nginx = File.ReadAllText(Deployment.PathOf("nginx", "s3auth.conf"));

    private static readonly string Local = File.ReadAllText(Deployment.PathOf("local", "nginx.conf"));

    private static readonly string Caddy = File.ReadAllText(Deployment.PathOf("caddy", "Caddyfile"));

    [Test]
    public void Client_is_who_the_proxy_sees()
    {
        foreach (var nginx in (string[])[Nginx, Local])
        {
            Assert.That(
                nginx, Does.Contain("proxy_set_header X-Forwarded-For $remote_addr;").And.Not.Contain("$proxy_add_x_forwarded_for"));
            Assert.That(nginx, Does.Contain("proxy_set_header Forwarded \"\";"));
        }

        Assert.That(Caddy, Does.Contain("header_up X-Forwarded-For {remote_host}"));
    }

    [Test]
    public void Metrics_are_not_for_the_world()
    {
        Assert.That(Nginx, Does.Match(@"location ~\* \^/metrics\(/\|\$\) \{\s+return 404;"));
        Assert.That(Caddy, Does.Match(@"@metrics path /metrics /metrics/\*\s+respond @metrics 404"));
    }
}

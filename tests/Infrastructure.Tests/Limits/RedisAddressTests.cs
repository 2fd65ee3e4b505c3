using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace S3Auth.Infrastructure.Tests.Limits;

public sealed class RedisAddressTests
{
    private const string Secret = "very-private";

    [TestCase("redis://cache", "cache", 6379, 0, null, null, false)]
    [TestCase("redis://cache:6380/3", "cache", 6380, 3, null, null, false)]
    [TestCase("redis://:pass%40word@cache:6379", "cache", 6379, 0, null, "pass@word", false)]
    [TestCase("rediss://user:secret@cache.example.org/1", "cache.example.org", 6379, 1, "user", "secret", true)]
    [TestCase("redis://cache?db=2", "cache", 6379, 2, null, null, false)]
    [TestCase("redis://cache/1?db=2", "cache", 6379, 2, null, null, false)]
    [TestCase("redis://cache?username=user&password=pass%40word", "cache", 6379, 0, "user", "pass@word", false)]
    [TestCase("rediss://:p@h:6379/0?ssl_cert_reqs=none", "h", 6379, 0, null, "p", true)]
    [TestCase(
        "rediss://h/0?ssl_cert_reqs=required&ssl_check_hostname=true&socket_timeout=5&decode_responses=True",
        "h",
        6379,
        0,
        null,
        null,
        true)]
    [TestCase(
        "redis://h?health_check_interval=30&max_connections=10&retry_on_timeout=1&protocol=3&socket_connect_timeout=2.5",
        "h",
        6379,
        0,
        null,
        null,
        false)]
    public void TryParse_reads_urls(string url, string host, int port, int database, string? user, string? password, bool tls)
    {
        var options = Parse(url).Configure();

        Assert.Multiple(() =>
        {
            Assert.That(options.EndPoints.Single(), Is.EqualTo(new DnsEndPoint(host, port)));
            Assert.That(
                (options.DefaultDatabase, options.User, options.Password, options.Ssl),
                Is.EqualTo((database, user, password, tls)));
            Assert.That(Parse(url).ToString(), Does.Not.Contain(password ?? "@").Or.EqualTo("h:6379"), "it is logged");
        });
    }

    [TestCase("unix:///run/redis.sock", 0, null)]
    [TestCase("unix:///run/redis.sock?db=4&password=pass%40word", 4, "pass@word")]
    public void TryParse_reads_paths_of_sockets(string url, int database, string? password)
    {
        var options = Parse(url).Configure();

        Assert.That(options.EndPoints.Single(), Is.EqualTo(new UnixDomainSocketEndPoint("/run/redis.sock")));
        Assert.That(
            (options.DefaultDatabase, options.Password, Parse(url).ToString()),
            Is.EqualTo((database, password, "/run/redis.sock")));
    }

    [TestCase("cache:6379", "redis://host:port")]
    [TestCase("http://cache", "redis://host:port")]
    [TestCase("redis://", "redis://host:port")]
    [TestCase("redis://cache#1", "redis://host:port")]
    [TestCase("redis://cache/one", "not a database number")]
    [TestCase("redis://cache/-1", "not a database number")]
    [TestCase("redis://cache?db=one", "db is not a database number")]
    [TestCase("redis://cache?db=1&db=2", "db twice")]
    [TestCase("redis://cache?ssl_cert_reqs=none", "rediss://")]
    [TestCase("rediss://cache?ssl_cert_reqs=never", "ssl_cert_reqs must be")]
    [TestCase("rediss://cache?ssl_ca_certs=/nowhere/ca.pem", "ssl_ca_certs cannot be read")]
    [TestCase("rediss://cache?ssl_certfile=/client.pem", "ssl_certfile is not supported")]
    [TestCase("rediss://cache?ssl_ca_path=/etc/ssl", "ssl_ca_path is not supported")]
    [TestCase("redis://cache?surprise=1", "an unknown parameter is not supported")]
    [TestCase("redis://cache?very_private=1", "an unknown parameter is not supported")]
    [TestCase("rediss://cache?ssl_very_private=1", "an unknown parameter is not supported")]
    [TestCase("redis://cache?ssl_very_private=1", "an unknown parameter is for TLS")]
    [TestCase("redis://cache?ssl_keyfile=1", "ssl_keyfile is for TLS")]
    [TestCase("rediss://cache?ssl_ciphers=x", "ssl_ciphers is not supported")]
    [TestCase("redis://secret?timeout=1&timeout=2@cache", "percent-encoded")]
    [TestCase("redis://secret?db=x@cache", "percent-encoded")]
    [TestCase("redis+sentinel://:very-private@cache:26379/mymaster", "redis+sentinel:// is not supported")]
    [TestCase("redis+cluster://:very-private@cache", "redis+cluster:// is not supported")]
    [TestCase("unix://:very-private@/run/redis.sock", "unix:///run/redis.sock")]
    [TestCase("unix://", "unix:///run/redis.sock")]
    [TestCase("redis://:very-private#@cache", "percent-encoded")]
    [TestCase("redis://:a?very-private=1@cache", "percent-encoded")]
    [TestCase("redis://cache?very-private&x=1", "an unknown parameter is not supported")]
    [TestCase("redis://cache/very-private", "not a database number")]
    [TestCase("rediss://cache?ssl_cert_reqs=very-private", "ssl_cert_reqs must be")]
    public void TryParse_refuses_other_urls_with_advice_and_without_secrets(string url, string expected)
    {
        Assert.That(RedisAddress.TryParse(url, out _, out var problem), Is.False);
        Assert.That(problem, Does.Contain(expected).And.Not.Contain(Secret).And.Not.Contain("very_private").And.Not.EndWith("."));
        Assert.That(
            url.Contains('@', StringComparison.Ordinal)
                && (problem!.Contains("timeout", StringComparison.Ordinal) || problem.Contains("db ", StringComparison.Ordinal)),
            Is.False);
    }

    [TestCase("redis://cache", true)]
    [TestCase("rediss://cache", true)]
    [TestCase("rediss://cache?ssl_cert_reqs=optional", true)]
    [TestCase("rediss://cache?ssl_cert_reqs=CERT_REQUIRED", true)]
    [TestCase("rediss://cache?ssl_check_hostname=false", true)]
    [TestCase("rediss://cache?ssl_cert_reqs=none", false)]
    public void Certificate_is_verified_unless_the_url_says_not_to(string url, bool verified) =>
        Assert.That(Parse(url).IsVerified, Is.EqualTo(verified));

    // As in redis-py: the check of the certificate, or of the host name only, can be switched off.
    [TestCase("ssl_cert_reqs=none", SslPolicyErrors.RemoteCertificateNameMismatch | SslPolicyErrors.RemoteCertificateChainErrors, true)]
    [TestCase("ssl_check_hostname=False", SslPolicyErrors.RemoteCertificateNameMismatch, true)]
    [TestCase("ssl_check_hostname=false", SslPolicyErrors.RemoteCertificateChainErrors, false)]
    [TestCase("ssl_check_hostname=no", SslPolicyErrors.RemoteCertificateNameMismatch | SslPolicyErrors.RemoteCertificateChainErrors, false)]
    public void Parameters_decide_whether_a_certificate_is_accepted(string query, SslPolicyErrors errors, bool accepted)
    {
        using var certificate = NewCertificate();

        Assert.That(Parse("rediss://cache?" + query).Validation!(this, certificate, null, errors), Is.EqualTo(accepted));
    }

    [TestCase("", true, SslPolicyErrors.None, true)]
    [TestCase("", true, SslPolicyErrors.RemoteCertificateChainErrors, true, TestName = "an authority that the system does not know")]
    [TestCase("", true, SslPolicyErrors.RemoteCertificateNameMismatch, false, TestName = "another host")]
    [TestCase(
        "&ssl_check_hostname=false",
        true,
        SslPolicyErrors.RemoteCertificateNameMismatch,
        true,
        TestName = "another host, which is not checked")]
    [TestCase("", false, SslPolicyErrors.RemoteCertificateChainErrors, false, TestName = "another authority")]
    [TestCase("", false, SslPolicyErrors.None, false, TestName = "another authority that the system knows")]
    [TestCase("&ssl_check_hostname=false", false, SslPolicyErrors.None, false, TestName = "another authority and an unchecked host")]
    public void Certificate_must_be_of_the_named_authorities(string query, bool isTheirs, SslPolicyErrors errors, bool accepted)
    {
        using var theirs = NewCertificate();
        using var other = NewCertificate();
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, theirs.ExportCertificatePem());
            var validation = Parse($"rediss://cache?ssl_ca_certs={file}{query}").Validation!;

            Assert.That(validation(this, isTheirs ? theirs : other, null, errors), Is.EqualTo(accepted));
            Assert.That(validation(this, null, null, SslPolicyErrors.RemoteCertificateNotAvailable), Is.False, "no certificate");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [TestCase("rediss://cache")]
    [TestCase("rediss://cache?ssl_cert_reqs=required")]
    public void System_validates_the_certificate_by_default(string url) => Assert.That(Parse(url).Validation, Is.Null);

    private static RedisAddress Parse(string url) =>
        RedisAddress.TryParse(url, out var address, out var problem) ? address : throw new ArgumentException(problem, nameof(url));

    private static X509Certificate2 NewCertificate()
    {
        using var key = RSA.Create(2048);
        return new CertificateRequest("CN=cache", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}

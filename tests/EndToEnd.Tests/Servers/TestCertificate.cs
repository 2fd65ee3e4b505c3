using System.Security.Cryptography.X509Certificates;

namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>A private certificate authority and a server certificate that it signed.</summary>
internal sealed class TestCertificate : IDisposable
{
    private readonly ECDsa _authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _authority;

    public TestCertificate()
    {
        var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var request = new CertificateRequest("CN=S3Auth test authority", _authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _authority = request.CreateSelfSigned(from, to);

        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddDnsName("testnet.localhost");
        var server = new CertificateRequest("CN=localhost", _serverKey, HashAlgorithmName.SHA256);
        server.CertificateExtensions.Add(names.Build());
        using var issued = server.Create(_authority, from, to, RandomNumberGenerator.GetBytes(8));
        ForLocalhost = issued.CopyWithPrivateKey(_serverKey);
    }

    /// <summary>The certificate of the authority.</summary>
    public string AuthorityPem => _authority.ExportCertificatePem();

    /// <summary>A certificate for <c>localhost</c> and <c>testnet.localhost</c>, with its key.</summary>
    public X509Certificate2 ForLocalhost { get; }

    public void Dispose()
    {
        ForLocalhost.Dispose();
        _authority.Dispose();
        _authorityKey.Dispose();
        _serverKey.Dispose();
    }
}

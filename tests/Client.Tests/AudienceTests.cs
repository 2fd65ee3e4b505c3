namespace S3Auth.Client.Tests;

public sealed class AudienceTests
{
    // The same cases as the server's tests in Domain.Tests.
    [TestCase("https://s3-auth.example.com", "s3-auth.example.com")]
    [TestCase("https://S3-Auth.Example.com/base/", "s3-auth.example.com")]
    [TestCase("https://s3-auth.example.com:443", "s3-auth.example.com")]
    [TestCase("https://s3-auth.example.com:8443", "s3-auth.example.com:8443")]
    [TestCase("http://s3-auth.example.com", "s3-auth.example.com:80")]
    [TestCase("http://localhost:8000", "localhost:8000")]
    [TestCase("http://127.0.0.1:8000/", "127.0.0.1:8000")]
    [TestCase("http://[::1]:8000", "[::1]:8000")]
    [TestCase("https://[2001:DB8::1]", "[2001:db8::1]")]
    [TestCase("https://b\u00fccher.example", "xn--bcher-kva.example")]
    public void Audience_of_a_url_is_its_host_and_its_port_unless_443(string url, string expected) =>
        Assert.That(Audience.Of(new Uri(url)), Is.EqualTo(expected));

    [Test]
    public void Commitment_ends_with_the_audience()
    {
        var (hotkey, coldkey) = (Accounts.Bob, Accounts.Dave);

        Assert.Multiple(() =>
        {
            Assert.That(Commitments.FolderAccess(coldkey, hotkey, 7, "a:80"), Is.EqualTo($"s3:data:access:{coldkey}:{hotkey}:7:a:80"));
            Assert.That(Commitments.ValidatorAccess(7, "a:80"), Is.EqualTo("s3:validator:access:7:a:80"));
            Assert.That(Commitments.Miner(coldkey, 7, "a:80"), Is.EqualTo($"s3:validator:miner:{coldkey}:7:a:80"));
            Assert.That(Commitments.Folders(hotkey, 7, "a:80"), Is.EqualTo($"s3:validator:folders:{hotkey}:7:a:80"));
            Assert.That(Commitments.Files(coldkey, hotkey, 7, "a:80"), Is.EqualTo($"s3:validator:files:{coldkey}:{hotkey}:7:a:80"));
            Assert.That(Commitments.ValidatorAccess(7), Is.EqualTo("s3:validator:access:7"));
        });
    }
}

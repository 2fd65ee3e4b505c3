namespace S3Auth.Domain.Tests;

public sealed class AudienceTests
{
    private const string Address = Accounts.AliceAddress;

    // Client.Tests has the same cases for the client's audience.
    [TestCase("https://s3-auth.example.com", "s3-auth.example.com")]
    [TestCase("https://S3-Auth.Example.com/base/", "s3-auth.example.com")]
    [TestCase("https://s3-auth.example.com:443", "s3-auth.example.com")]
    [TestCase("https://s3-auth.example.com:8443", "s3-auth.example.com:8443")]
    [TestCase("http://s3-auth.example.com", "s3-auth.example.com:80")]
    [TestCase("http://localhost:8000", "localhost:8000")]
    [TestCase("http://127.0.0.1:8000/", "127.0.0.1:8000")]
    [TestCase("http://[::1]:8000", "[::1]:8000")]
    [TestCase("https://[2001:DB8::1]", "[2001:db8::1]")]
    public void Audience_of_a_url_is_its_host_and_its_port_unless_443(string url, string expected) =>
        Assert.That(Audience.Of(new Uri(url)).Text, Is.EqualTo(expected));

    [TestCase("s3-auth.example.com", "S3-AUTH.Example.COM")]
    [TestCase("s3-auth.example.com", "s3-auth.example.com:443")]
    [TestCase("s3-auth.example.com", "s3-auth.example.com.")]
    [TestCase("localhost:8000", "LocalHost:8000")]
    [TestCase("[2001:db8::1]:8000", "[2001:DB8:0:0::1]:8000")]
    [TestCase(Address, Address)]
    public void Spellings_of_one_server_are_equal_and_each_keeps_its_text(string one, string other)
    {
        var (first, second) = (Parse(one), Parse(other));

        Assert.Multiple(() =>
        {
            Assert.That(first, Is.EqualTo(second));
            Assert.That(first.GetHashCode(), Is.EqualTo(second.GetHashCode()));
            Assert.That((first.Text, second.Text), Is.EqualTo((one, other)));
        });
    }

    [TestCase("s3-auth.example.com", "s3-auth.example.com:80")]
    [TestCase("s3-auth.example.com", "other.example.com")]
    [TestCase("s3-auth.example.com", "s3-auth.example.com.evil.example")]
    [TestCase("127.0.0.1:8000", "127.0.0.1:8001")]
    [TestCase(Address, "5grwvaef5zxb26fz9rcqpdws57cterhpnehxcpcnohgkutqy")]
    [TestCase(Address, "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty")]
    public void Audiences_of_two_servers_are_not_equal(string one, string other) => Assert.That(Parse(one), Is.Not.EqualTo(Parse(other)));

    [TestCase(null)]
    [TestCase("")]
    [TestCase(".")]
    [TestCase(" s3-auth.example.com")]
    [TestCase("s3-auth.example.com ")]
    [TestCase("https://s3-auth.example.com")]
    [TestCase("s3-auth.example.com/")]
    [TestCase("user@s3-auth.example.com")]
    [TestCase("a..b")]
    [TestCase(".a")]
    [TestCase("a,b")]
    [TestCase("b\u00fccher.example")]
    [TestCase("boo\u212a.example")]
    [TestCase("a\n")]
    [TestCase("host:")]
    [TestCase("host:0")]
    [TestCase("host:080")]
    [TestCase("host:+80")]
    [TestCase("host:65536")]
    [TestCase("host:80:80")]
    [TestCase(":8000")]
    [TestCase("::1")]
    [TestCase("[::1")]
    [TestCase("[::1]8000")]
    [TestCase("[[::1]]")]
    [TestCase("[::1%eth0]")]
    [TestCase("[127.0.0.1]")]
    [TestCase("[]")]
    public void Text_that_is_neither_a_host_nor_an_address_is_rejected(string? text) =>
        Assert.That(Audience.TryParse(text, out _), Is.False);

    [Test]
    public void Host_of_maximum_length_with_a_port_is_accepted_and_a_longer_one_rejected()
    {
        var label = new string('a', 63);
        var host = $"{label}.{label}.{label}.{new string('a', 61)}";

        Assert.Multiple(() =>
        {
            Assert.That(Audience.TryParse($"{host}:65535", out _), Is.True);
            Assert.That(Audience.TryParse($"{host}a:65535", out _), Is.False);
            Assert.That(Audience.TryParse($"{label}a.example", out _), Is.False);
            Assert.That(Audience.TryParse(new string('a', 1_000_000), out _), Is.False);
        });
    }

    [TestCase("s3-auth.example.com", true, true)]
    [TestCase("backup.example.com", true, true)]
    [TestCase("other.example.com", false, false)]
    [TestCase("other.example.com", true, false)]
    public void Server_accepts_a_proof_that_names_one_of_its_audiences(string audience, bool isRequired, bool expected)
    {
        var audiences = new Audiences([Parse("s3-auth.example.com"), Parse("backup.example.com")], isRequired);

        Assert.That(audiences.Accepts(Parse(audience)), Is.EqualTo(expected));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Server_accepts_a_proof_that_names_none_unless_it_requires_one(bool isRequired) =>
        Assert.That(new Audiences([Parse("s3-auth.example.com")], isRequired).CanBeOmitted, Is.EqualTo(!isRequired));

    [Test]
    public void Server_without_a_configured_audience_accepts_every_proof()
    {
        Assert.That(Audiences.Unknown.Accepts(Parse("other.example.com")), Is.True);
        Assert.That(new Audiences([], IsRequired: true).CanBeOmitted, Is.True);
    }

    private static Audience Parse(string text) =>
        Audience.TryParse(text, out var audience) ? audience : throw new ArgumentException(text, nameof(text));
}

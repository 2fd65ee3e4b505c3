using System.Text.Json;
using S3Auth.S3;

namespace S3Auth.S3.Tests;

public sealed class SigningCredentialsTests
{
    [Test]
    public void SigningCredentials_do_not_print_their_secret()
    {
        var credentials = new SigningCredentials("AKIAEXAMPLE", "the-secret", "the-token", DateTimeOffset.UnixEpoch);

        Assert.That(credentials.ToString(), Is.EqualTo("AKIAEXAMPLE until 1970-01-01T00:00:00.0000000+00:00"));
        Assert.That(JsonSerializer.Serialize(credentials), Does.Not.Contain("the-secret"));
    }

    [TestCase("", "secret", null)]
    [TestCase("AKIA", "", null)]
    [TestCase("AK IA", "secret", null)]
    [TestCase("AKIA\r\n", "secret", null)]
    [TestCase("AKIA", "secret", "to\nken")]
    [TestCase("AKIA", "secret", "tökén")]
    public void SigningCredentials_refuse_invalid_values(string accessKey, string secret, string? token) =>
        Assert.Throws<ArgumentException>(() => _ = new SigningCredentials(accessKey, secret, token));

    [Test]
    public void SigningCredentials_treat_an_empty_token_as_none() =>
        Assert.That(new SigningCredentials("AKIA", "secret", "").SessionToken, Is.Null);
}

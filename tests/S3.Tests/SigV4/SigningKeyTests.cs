using System.Text;
using S3Auth.S3;

namespace S3Auth.S3.Tests;

public sealed class SigningKeyTests
{
    private const string Secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    [Test]
    public void SigningKey_signs_the_published_string_to_sign()
    {
        // "Deriving a signing key" example of the AWS General Reference: ListUsers of IAM on 2015-08-30.
        var key = SigningKey.Derive("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", new DateOnly(2015, 8, 30), "us-east-1", "iam");
        var text = "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\n"
            + "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59";

        Assert.That(Sign(key, text), Is.EqualTo("5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"));
    }

    [Test]
    public void SigningKey_signs_the_published_canonical_request()
    {
        // "Example: GET Object" of the Amazon S3 API Reference, signed in the header.
        var key = SigningKey.Derive(Secret, new DateOnly(2013, 5, 24), "us-east-1");
        var canonical = "GET\n/test.txt\n\nhost:examplebucket.s3.amazonaws.com\nrange:bytes=0-9\n"
            + "x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
            + "x-amz-date:20130524T000000Z\n\nhost;range;x-amz-content-sha256;x-amz-date\n"
            + "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        var signature = new byte[64];

        key.SignRequest("20130524T000000Z"u8, Encoding.UTF8.GetBytes(canonical), signature);

        Assert.That(Encoding.ASCII.GetString(signature), Is.EqualTo("f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"));
    }

    [Test]
    public void SigningKey_signs_the_same_with_OpenSSL_and_dotnet()
    {
        Assume.That(OpenSslSha256.IsUsable, "This system has no OpenSSL 3.");
        var openSsl = SigningKey.Derive(Secret, new DateOnly(2013, 5, 24), "us-east-1", "s3", usesOpenSsl: true);
        var dotnet = SigningKey.Derive(Secret, new DateOnly(2013, 5, 24), "us-east-1", "s3", usesOpenSsl: false);

        foreach (var length in (int[])[.. Enumerable.Range(0, 300), OpenSslSha256.MaxLength, OpenSslSha256.MaxLength + 1, 10_000])
        {
            var text = new string('x', length);
            Assert.That((Sign(openSsl, text), Request(openSsl, text)), Is.EqualTo((Sign(dotnet, text), Request(dotnet, text))));
        }

        static string Request(SigningKey key, string canonical)
        {
            var signature = new byte[64];
            key.SignRequest("20130524T000000Z"u8, Encoding.ASCII.GetBytes(canonical), signature);
            return Encoding.ASCII.GetString(signature);
        }
    }

    [Test]
    public void SigningKey_has_its_scope()
    {
        var key = SigningKey.Derive(Secret, new DateOnly(2013, 5, 4), "eu-central-1");

        Assert.That(key.Scope, Is.EqualTo("20130504/eu-central-1/s3/aws4_request"));
    }

    [Test]
    public void SigningKey_refuses_a_timestamp_of_another_day()
    {
        var key = SigningKey.Derive(Secret, new DateOnly(2013, 5, 24), "us-east-1");

        Assert.Throws<ArgumentException>(() => key.SignRequest("20130525T000000Z"u8, "GET"u8, new byte[64]));
        Assert.Throws<ArgumentException>(() => key.SignRequest("20130524T000000"u8, "GET"u8, new byte[64]));
    }

    [Test]
    public void SigningKey_refuses_a_buffer_that_is_too_short()
    {
        var key = SigningKey.Derive(Secret, new DateOnly(2013, 5, 24), "us-east-1");

        Assert.Throws<ArgumentException>(() => key.Sign("text"u8, new byte[63]));
    }

    [TestCase("")]
    [TestCase("us/east")]
    [TestCase("us\neast")]
    [TestCase("ü")]
    public void SigningKey_refuses_an_invalid_region(string region) =>
        Assert.Throws<ArgumentException>(() => SigningKey.Derive(Secret, new DateOnly(2013, 5, 24), region));

    [Test]
    public void SigningKey_accepts_names_up_to_the_maximum_length()
    {
        var day = new DateOnly(2013, 5, 24);
        var key = SigningKey.Derive(Secret, day, new string('r', 64), new string('s', 32));

        Assert.DoesNotThrow(() => key.SignRequest("20130524T000000Z"u8, "GET"u8, new byte[64]));
        Assert.Throws<ArgumentException>(() => SigningKey.Derive(Secret, day, new string('r', 65)));
        Assert.Throws<ArgumentException>(() => SigningKey.Derive(Secret, day, "r", new string('s', 33)));
    }

    private static string Sign(SigningKey key, string text)
    {
        var signature = new byte[64];
        key.Sign(Encoding.UTF8.GetBytes(text), signature);
        return Encoding.ASCII.GetString(signature);
    }
}

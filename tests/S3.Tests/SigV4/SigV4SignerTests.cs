using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using S3Auth.S3;

namespace S3Auth.S3.Tests;

public sealed class SigV4SignerTests
{
    private const string Secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    private const string AccessKey = "AKIAIOSFODNN7EXAMPLE";

    private static readonly SigningCredentials Lasting = new(AccessKey, Secret);
    private static readonly SigningCredentials Temporary = new("ASIAEXAMPLE", "another/secret", "token/with+odd==characters");
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly PostPolicyRules Rules = new("data/x/5Fabc/", 1024, 5368709120, "private", "STANDARD");

    [Test]
    public void PresignGet_returns_the_published_example()
    {
        // "Authenticating Requests: Using Query Parameters", Amazon S3 API Reference.
        var signer = new SigV4Signer(S3Endpoint.OfHost("examplebucket.s3.amazonaws.com"), "examplebucket", "us-east-1");

        var url = signer.At(Lasting, new DateTimeOffset(2013, 5, 24, 0, 0, 0, TimeSpan.Zero)).PresignGet("test.txt", 86400);

        Assert.That(url.ToString(), Is.EqualTo(
            "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
            + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z"
            + "&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
            + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"));
    }

    [Test]
    public void SigningKey_signs_the_published_post_policy()
    {
        // "Example: Browser-Based Upload using HTTP POST (Using AWS Signature Version 4)", Amazon S3 API Reference.
        const string policy =
            "eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7ImJ1Y2tldCI6ICJzaWd2NGV4YW1wbGVi"
            + "dWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2VyMS8iXSwNCiAgICB7ImFjbCI6ICJwdWJsaWMtcmVhZCJ9LA0KICAgIHsic3Vj"
            + "Y2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2tldC5zMy5hbWF6b25hd3MuY29tL3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwifSwN"
            + "CiAgICBbInN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4LWFtei1tZXRhLXV1aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwN"
            + "CiAgICB7IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24iOiAiQUVTMjU2In0sDQogICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXotbWV0YS10YWciLCAiIl0s"
            + "DQoNCiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAxNTEyMjkvdXMtZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9LA0KICAg"
            + "IHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwNCiAgICB7IngtYW16LWRhdGUiOiAiMjAxNTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9";

        Assert.That(
            SignatureOf(policy, SigningKey.Derive(Secret, new DateOnly(2015, 12, 29), "us-east-1")),
            Is.EqualTo("8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"));
    }

    // The Ceph gateway reads an escaped pair of surrogates as two characters.
    [TestCase("größe-数据-🙂.bin", "größe-数据-🙂.bin")]
    [TestCase("🙂\"quoted\"\\.bin", "🙂\\\"quoted\\\"\\\\.bin")]
    public void SignPost_writes_characters_beyond_U_FFFF_unescaped(string name, string written)
    {
        var rules = Rules with { Key = "data/x/5Fabc/" + name, IsWholeKey = true };

        var fields = Signer().At(Lasting, Noon).SignPost(rules, 86400).ToDictionary();

        var policy = Encoding.UTF8.GetString(Convert.FromBase64String(fields["policy"]));
        Assert.That(policy, Does.Contain($"""["eq","$key","data/x/5Fabc/{written}"]"""));
        Assert.That(JsonNode.Parse(policy)!["conditions"]![1]![2]!.GetValue<string>(), Is.EqualTo(rules.Key));
    }

    [Test]
    public void SignPost_covers_every_field_and_nothing_more()
    {
        var fields = Signer().At(Temporary, Noon).SignPost(Rules, 86400).ToDictionary();
        var policy = JsonNode.Parse(Convert.FromBase64String(fields["policy"]))!;

        Assert.That(policy["expiration"]!.GetValue<string>(), Is.EqualTo("2026-11-25T12:00:00Z"));
        Assert.That(policy["conditions"]!.AsArray().Select(condition => condition!.ToJsonString()), Is.EquivalentTo(new[]
        {
            """{"bucket":"bucket-1"}""",
            """["starts-with","$key","data/x/5Fabc/"]""",
            """["content-length-range",1024,5368709120]""",
            """{"acl":"private"}""",
            """{"x-amz-storage-class":"STANDARD"}""",
            """["starts-with","$Content-Type",""]""",
            """{"x-amz-algorithm":"AWS4-HMAC-SHA256"}""",
            """{"x-amz-credential":"ASIAEXAMPLE/20261124/eu-central-1/s3/aws4_request"}""",
            """{"x-amz-date":"20261124T120000Z"}""",
            """{"x-amz-security-token":"token/with\u002Bodd==characters"}""",
        }));
        Assert.That(fields.Keys, Is.EqualTo(new[]
        {
            "key", "acl", "x-amz-storage-class", "Content-Type", "x-amz-algorithm", "x-amz-credential", "x-amz-date",
            "x-amz-security-token",
            "policy", "x-amz-signature",
        }));

        // The default type of S3, so that a client that sends the fields unchanged gets the usual type.
        Assert.That(fields["Content-Type"], Is.EqualTo("binary/octet-stream"));
        Assert.That(fields["key"], Is.EqualTo("data/x/5Fabc/${filename}"));
        Assert.That(fields["x-amz-security-token"], Is.EqualTo("token/with+odd==characters"));
        Assert.That(
            fields["x-amz-signature"],
            Is.EqualTo(SignatureOf(fields["policy"], SigningKey.Derive("another/secret", new DateOnly(2026, 11, 24), "eu-central-1"))));
    }

    [Test]
    public void SignPost_has_no_token_with_lasting_credentials()
    {
        var fields = Signer().At(Lasting, Noon).SignPost(Rules, 60).ToDictionary();

        Assert.That(fields, Does.Not.ContainKey("x-amz-security-token"));
        Assert.That(Encoding.UTF8.GetString(Convert.FromBase64String(fields["policy"])), Does.Not.Contain("security-token"));
    }

    [Test]
    public void SignPost_escapes_the_folder_in_the_policy()
    {
        var rules = Rules with { Key = "a\"],{\"acl\":\"public-read\"},[\"é😀\\\n/" };
        var fields = Signer().At(Lasting, Noon).SignPost(rules, 60).ToDictionary();
        var conditions = JsonNode.Parse(Convert.FromBase64String(fields["policy"]))!["conditions"]!.AsArray();

        Assert.That(conditions, Has.Count.EqualTo(9));
        Assert.That(conditions[1]![2]!.GetValue<string>(), Is.EqualTo("a\"],{\"acl\":\"public-read\"},[\"é😀\\\n/"));
    }

    [Test]
    public void Signer_uses_the_key_of_the_requests_day_around_midnight()
    {
        var signer = Signer();
        var before = new DateTimeOffset(2026, 11, 24, 23, 59, 59, 999, TimeSpan.Zero);
        var after = before.AddMilliseconds(1);

        var earlier = signer.At(Lasting, before);
        var later = signer.At(Lasting, after);
        var earlierAgain = signer.At(Lasting, before);

        Assert.That(later.PresignGet("k", 60).ToString(), Is.EqualTo(Signer().At(Lasting, after).PresignGet("k", 60).ToString()));
        Assert.That(earlier.PresignGet("k", 60).ToString(), Is.EqualTo(Signer().At(Lasting, before).PresignGet("k", 60).ToString()));
        Assert.That(earlierAgain.PresignGet("k", 60).ToString(), Is.EqualTo(earlier.PresignGet("k", 60).ToString()));
        Assert.That(SignedUrl.Parameters(earlier.PresignGet("k", 60))["X-Amz-Date"], Is.EqualTo("20261124T235959Z"));
        Assert.That(SignedUrl.Parameters(later.PresignGet("k", 60))["X-Amz-Credential"], Does.Contain("/20261125/"));
    }

    [Test]
    public void Signer_counts_days_in_utc()
    {
        var moment = new DateTimeOffset(2026, 11, 25, 1, 30, 0, TimeSpan.FromHours(2));

        var parameters = SignedUrl.Parameters(Signer().At(Lasting, moment).PresignGet("k", 60));

        Assert.That(parameters["X-Amz-Date"], Is.EqualTo("20261124T233000Z"));
        Assert.That(parameters["X-Amz-Credential"], Does.Contain("/20261124/"));
    }

    [Test]
    public void Signer_signs_with_the_new_credentials_after_a_rotation()
    {
        var signer = Signer();
        var old = signer.At(Lasting, Noon);
        var rotated = signer.At(Temporary, Noon);

        Assert.That(rotated.PresignGet("k", 60).ToString(), Is.EqualTo(Signer().At(Temporary, Noon).PresignGet("k", 60).ToString()));
        Assert.That(
            old.PresignGet("k", 60).ToString(),
            Is.EqualTo(Signer().At(Lasting, Noon).PresignGet("k", 60).ToString()),
            "a grant that was begun stays whole");

        // The same access key with another secret must not use the old derived key.
        var renewed = signer.At(new SigningCredentials(AccessKey, Secret + "2"), Noon);
        Assert.That(renewed.PresignGet("k", 60).ToString(), Is.Not.EqualTo(old.PresignGet("k", 60).ToString()));
    }

    [Test]
    public void Signer_uses_correct_keys_in_concurrent_threads()
    {
        var signer = Signer();
        var cases = (
            from credentials in new[] { Lasting, Temporary }
            from moment in new[] { Noon, Noon.AddHours(12), Noon.AddHours(36) }
            select (credentials, moment, expected: Signer().At(credentials, moment).PresignGet("k", 60).ToString())).ToArray();

        Parallel.For(0, 20_000, i =>
        {
            var (credentials, moment, expected) = cases[i % cases.Length];
            Assert.That(signer.At(credentials, moment).PresignGet("k", 60).ToString(), Is.EqualTo(expected));
        });
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(604801)]
    [TestCase(long.MaxValue)]
    [TestCase(long.MinValue)]
    public void Signer_refuses_an_invalid_lifetime(long seconds)
    {
        var signer = Signer().At(Lasting, Noon);

        Assert.Throws<ArgumentOutOfRangeException>(() => signer.PresignGet("k", seconds));
        Assert.Throws<ArgumentOutOfRangeException>(() => signer.PresignPut("k", seconds));
        Assert.Throws<ArgumentOutOfRangeException>(() => signer.PresignList(new S3Listing("p"), seconds));
        Assert.Throws<ArgumentOutOfRangeException>(() => signer.SignPost(Rules, seconds));
    }

    [TestCase(1)]
    [TestCase(604800)]
    public void Signer_accepts_the_minimum_and_maximum_lifetime(long seconds)
    {
        var signer = Signer().At(Lasting, Noon);

        Assert.That(
            SignedUrl.Parameters(signer.PresignGet("k", seconds))["X-Amz-Expires"],
            Is.EqualTo(seconds.ToString(CultureInfo.InvariantCulture)));
        Assert.DoesNotThrow(() => signer.SignPost(Rules, seconds));
    }

    [Test]
    public void Signer_refuses_invalid_arguments()
    {
        var signer = Signer().At(Lasting, Noon);

        Assert.Throws<ArgumentException>(() => signer.PresignGet("", 60));
        Assert.Throws<ArgumentException>(() => signer.PresignPut("", 60));
        Assert.Throws<ArgumentOutOfRangeException>(() => signer.PresignPut("k", 60, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => signer.PresignList(new S3Listing(MaxKeys: 0), 60));
        Assert.Throws<ArgumentOutOfRangeException>(() => signer.PresignList(new S3Listing(MaxKeys: 1001), 60));
    }

    [Test]
    public void Barred_headers_are_listed_in_order_and_omitted_or_signed_as_empty()
    {
        var signer = Signer().At(Lasting, Noon);

        var plain = SignedUrl.Parameters(signer.PresignPut("k", 60));
        var barred = SignedUrl.Parameters(signer.PresignPut("k", 60, contentLength: null, BarredHeaders.LeftOut));
        var empty = SignedUrl.Parameters(signer.PresignPut("k", 60, contentLength: null, BarredHeaders.Empty));
        var names = barred["X-Amz-SignedHeaders"].Split(';');

        Assert.That(names, Is.EqualTo(SigV4Names.UploadHeaders.Prepend("host")));
        Assert.That(names, Is.Ordered.Using((System.Collections.IComparer)StringComparer.Ordinal));
        Assert.That(empty["X-Amz-SignedHeaders"], Is.EqualTo(barred["X-Amz-SignedHeaders"]));
        Assert.That(
            ((string[])[plain["X-Amz-Signature"], barred["X-Amz-Signature"], empty["X-Amz-Signature"]])
                .Distinct(StringComparer.Ordinal)
                .Count(),
            Is.EqualTo(3));
    }

    [TestCase(S3Addressing.Path, "a b/ü", "/bucket-1/a%20b/%C3%BC")]
    [TestCase(S3Addressing.Virtual, "a b/ü", "/a%20b/%C3%BC")]
    [TestCase(S3Addressing.Path, null, "/bucket-1")]
    [TestCase(S3Addressing.Virtual, null, "/")]
    public void Presign_signs_method_path_query_and_headers_of_any_request(S3Addressing addressing, string? key, string path)
    {
        var endpoint = S3Endpoint.Of(new Uri("http://store.example:9000"), "bucket-1", addressing);
        var request = new S3Request(
            "PUT", key, [new("partNumber", "1"), new("uploadId", "a/b+c=")], [new("x-amz-acl", "private"), new("x-amz-meta-a", "b c")]);

        var url = new SigV4Signer(endpoint, "bucket-1", "us-east-1").At(Temporary, Noon).Presign(request, 900).ToString();

        var parts = url[endpoint.Origin.Length..].Split("&X-Amz-Signature=");
        var (sentPath, query) = (parts[0].Split('?')[0], parts[0].Split('?')[1]);
        Assert.That(sentPath, Is.EqualTo(path));
        Assert.That(query, Does.Contain("&X-Amz-Security-Token=").And.EndWith(
            "&X-Amz-SignedHeaders=host%3Bx-amz-acl%3Bx-amz-meta-a&partNumber=1&uploadId=a%2Fb%2Bc%3D"));
        var canonical = $"PUT\n{path}\n{query}\nhost:{endpoint.Host}\nx-amz-acl:private\nx-amz-meta-a:b c\n\nhost;x-amz-acl;x-amz-meta-a\n"
            + "UNSIGNED-PAYLOAD";
        var expected = new byte[64];
        SigningKey.Derive(Temporary.SecretKey, DateOnly.FromDateTime(Noon.DateTime), "us-east-1")
            .SignRequest("20261124T120000Z"u8, Encoding.ASCII.GetBytes(canonical), expected);
        Assert.That(parts[1], Is.EqualTo(Encoding.ASCII.GetString(expected)));
    }

    [Test]
    public void PresignList_signs_its_prefix()
    {
        var signer = Signer().At(Lasting, Noon);

        var mine = SignedUrl.Parameters(signer.PresignList(new S3Listing("data/x/5Fabc/"), 60));
        var theirs = SignedUrl.Parameters(signer.PresignList(new S3Listing("data/x/5Fabd/"), 60));

        Assert.That(mine["prefix"], Is.EqualTo("data/x/5Fabc/"));
        Assert.That(mine["X-Amz-Signature"], Is.Not.EqualTo(theirs["X-Amz-Signature"]));
    }

    [Test]
    public void PresignList_always_requests_encoded_names()
    {
        var signer = Signer().At(Lasting, Noon);

        foreach (var listing in (S3Listing[])[default, new("data/x/"), new("data/x/", "/", "token", 1, "after")])
        {
            Assert.That(SignedUrl.Parameters(signer.PresignList(listing, 60))["encoding-type"], Is.EqualTo("url"));
        }
    }

    [Test]
    public void PresignList_signs_bytes_like_their_text()
    {
        var signer = Signer().At(Lasting, Noon);
        const string text = "a/b c+%é😀\u0001";
        var bytes = S3Text.FromBytes(Encoding.UTF8.GetBytes(text));

        Assert.That(
            signer.PresignList(new S3Listing("p", ContinuationToken: bytes, StartAfter: bytes), 60).ToString(),
            Is.EqualTo(signer.PresignList(new S3Listing("p", ContinuationToken: text, StartAfter: text), 60).ToString()));
        Assert.That(
            signer.PresignList(new S3Listing("p", StartAfter: S3Text.FromBytes(new byte[] { 0xff, 0x00, (byte)'a' })), 60).ToString(),
            Does.Contain("&start-after=%FF%00a&"));
    }

    [Test]
    public void PresignedUrl_writes_the_same_text_each_time()
    {
        var key = "data/x/5Fabc/größe " + new string('ü', 400);
        var signer = Signer().At(Temporary, Noon);
        var expected = signer.PresignGet(key, 60).ToString();
        var url = signer.PresignGet(key, 60);
        var buffer = new byte[16_384];

        var (first, second) = (Write(), Write());

        Assert.That((first, second, url.ToString()), Is.EqualTo((expected, expected, expected)));

        string Write()
        {
            buffer.AsSpan().Fill((byte)'x');
            Assert.That(url.TryFormat(buffer, out var length, default, null), Is.True);
            return Encoding.UTF8.GetString(buffer, 0, length);
        }
    }

    [Test]
    public void TryFormat_returns_false_if_the_buffer_may_be_too_short()
    {
        var url = Signer().At(Lasting, Noon).PresignGet("key", 60);

        Assert.That(url.TryFormat(new byte[url.ToString().Length - 1], out var length, default, null), Is.False);
        Assert.That(length, Is.Zero);
    }

    [Test]
    public void FormFields_are_the_same_each_time()
    {
        var form = Signer().At(Temporary, Noon).SignPost(Rules, 60);

        var (first, second) = (form.ToDictionary(), form.ToDictionary());

        Assert.That(second, Is.EqualTo(first));
    }

    private static SigV4Signer Signer() => new(S3Endpoint.Aws("bucket-1", "eu-central-1"), "bucket-1", "eu-central-1");

    private static string SignatureOf(string policy, SigningKey key)
    {
        var signature = new byte[64];
        key.Sign(Encoding.ASCII.GetBytes(policy), signature);
        return Encoding.ASCII.GetString(signature);
    }
}

namespace S3Auth.DevelopmentStore.Tests;

internal sealed class AuthenticationTests : StoreTests
{
    [Test]
    public async Task Store_refuses_anonymous_requests()
    {
        await PutAsync("key", Bytes("x"));
        foreach (var (method, target) in new[]
        {
            ("GET", "/"), ("GET", $"/{Bucket}"), ("GET", $"/{Bucket}/key"), ("PUT", $"/{Bucket}/key"), ("DELETE", $"/{Bucket}/key"),
            ("POST", $"/{Bucket}?delete"), ("PATCH", $"/{Bucket}/key"), ("GET", "/other/key"),
        })
        {
            Assert.That((await Request(method, target).SendAsync()).Summary, Is.EqualTo("403 AccessDenied"), $"{method} {target}");
        }

        Assert.That((await Request("HEAD", $"/{Bucket}/key").SendAsync()).Status, Is.EqualTo(403));
        Assert.That((await GetAsync("key")).Text, Is.EqualTo("x"));
    }

    [Test]
    public async Task Store_answers_errors_as_s3_xml_with_a_request_id()
    {
        var answer = await Request("GET", $"/{Bucket}/a%20b?X-Amz-Signature=secret").SendAsync();

        Assert.That(answer.Headers["Content-Type"], Is.EqualTo("application/xml"));
        Assert.That(answer.Element("RequestId"), Has.Length.EqualTo(16).And.EqualTo(answer.Headers["x-amz-request-id"]));
        Assert.That(answer.Element("Resource"), Is.EqualTo($"/{Bucket}/a%20b"));
        Assert.That(answer.Element("Message"), Is.Not.Empty);
    }

    [Test]
    public async Task Valid_header_signature_is_accepted() =>
        Assert.That((await PutAsync("key", Bytes("x"))).Status, Is.EqualTo(200));

    [TestCase("AccessKey", "403 InvalidAccessKeyId")]
    [TestCase("SecretKey", "403 SignatureDoesNotMatch")]
    [TestCase("Region", "400 AuthorizationHeaderMalformed")]
    [TestCase("Service", "400 AuthorizationHeaderMalformed")]
    [TestCase("Day", "400 AuthorizationHeaderMalformed")]
    public async Task Header_signature_with_another_part_is_refused(string part, string expected) =>
        Assert.That((await Spoilt(part).Authorize(On("PUT", "key", Bytes("x"))).SendAsync()).Summary, Is.EqualTo(expected));

    [TestCase("AccessKey", "403 InvalidAccessKeyId")]
    [TestCase("SecretKey", "403 SignatureDoesNotMatch")]
    [TestCase("Region", "400 AuthorizationQueryParametersError")]
    [TestCase("Service", "400 AuthorizationQueryParametersError")]
    [TestCase("Day", "400 AuthorizationQueryParametersError")]
    public async Task Query_signature_with_another_part_is_refused(string part, string expected) =>
        Assert.That((await Spoilt(part).Presign(On("PUT", "key", Bytes("x"))).SendAsync()).Summary, Is.EqualTo(expected));

    [TestCase(-901, "403 RequestTimeTooSkewed")]
    [TestCase(-899, "404 NoSuchKey")]
    [TestCase(899, "404 NoSuchKey")]
    [TestCase(901, "403 RequestTimeTooSkewed")]
    public async Task Header_signature_is_valid_for_15_minutes(int seconds, string expected)
    {
        var signer = Signer with { When = Store.Clock.GetUtcNow().AddSeconds(seconds) };
        Assert.That((await signer.Authorize(On("GET", "none")).SendAsync()).Summary, Is.EqualTo(expected));
    }

    [TestCase("60", 59, "404 NoSuchKey")]
    [TestCase("60", 60, "403 AccessDenied")]
    [TestCase("604800", 604799, "404 NoSuchKey")]
    [TestCase("604800", 604800, "403 AccessDenied")]
    [TestCase("3600", -890, "404 NoSuchKey")]
    [TestCase("3600", -910, "403 AccessDenied")]
    [TestCase("0", 0, "400 AuthorizationQueryParametersError")]
    [TestCase("-1", 0, "400 AuthorizationQueryParametersError")]
    [TestCase("604801", 0, "400 AuthorizationQueryParametersError")]
    [TestCase("99999999999999999999", 0, "400 AuthorizationQueryParametersError")]
    [TestCase("1e3", 0, "400 AuthorizationQueryParametersError")]
    [TestCase("", 0, "400 AuthorizationQueryParametersError")]
    public async Task Query_signature_is_valid_from_its_date_until_its_expiry(string expires, int secondsLater, string expected)
    {
        var signer = Signer with { When = DateTimeOffset.FromUnixTimeSeconds(Store.Clock.GetUtcNow().ToUnixTimeSeconds()) };
        var request = signer.Presign(On("GET", "none"), expires);
        Store.Clock.AutoAdvanceAmount = TimeSpan.Zero;
        Store.Clock.AdjustTime(signer.When.AddSeconds(secondsLater));

        Assert.That((await request.SendAsync()).Summary, Is.EqualTo(expected));
    }

    [TestCase("X-Amz-Credential")]
    [TestCase("X-Amz-Date")]
    [TestCase("X-Amz-Expires")]
    [TestCase("X-Amz-SignedHeaders")]
    [TestCase("X-Amz-Signature")]
    [TestCase("X-Amz-Algorithm")]
    public async Task Query_signature_needs_every_parameter(string name)
    {
        var request = Signer.Presign(On("GET", "none"));
        request.Target = request.Target.Replace(name + "=", "x-" + name + "=", StringComparison.Ordinal);

        Assert.That((await request.SendAsync()).Summary, Is.EqualTo("400 AuthorizationQueryParametersError"));
    }

    [Test]
    public async Task Signature_is_refused_when_anything_signed_is_changed()
    {
        await PutAsync("key", Bytes("x"));
        await PutAsync("kez", Bytes("y"));
        var changes = new (string What, Action<RawRequest> Change)[]
        {
            ("path", request => request.Target = request.Target.Replace("/key", "/kez", StringComparison.Ordinal)),
            ("query value", request => request.Target = request.Target.Replace("no-cache", "no-store", StringComparison.Ordinal)),
            (
                "query name",
                request => request.Target = request.Target.Replace("response-cache", "x-response-cache", StringComparison.Ordinal)),
            ("added parameter", request => request.Target += "&x-more=1"),
            ("method", request => request.Method = "DELETE"),
            ("host", request => request.Replace("Host", "localhost:1")),
            ("metadata", request => request.Replace("x-amz-meta-a", "2")),
        };

        foreach (var (what, change) in changes)
        {
            foreach (var presigned in new[] { false, true })
            {
                var request = On("GET", "key").With("x-amz-meta-a", "1");
                request.Target += "?response-cache-control=no-cache";
                _ = presigned ? Signer.Presign(request) : Signer.Authorize(request);
                change(request);
                Assert.That(
                    (await request.SendAsync()).Summary,
                    Is.EqualTo("403 SignatureDoesNotMatch"),
                    $"{what}, presigned: {presigned}");
            }
        }
    }

    [Test]
    public async Task Whole_signature_is_compared()
    {
        var good = Signer.Authorize(On("GET", "none"));
        var authorization = good.Headers[^1].Value;
        foreach (var bad in new[]
        {
            authorization[..^1], authorization + "0", authorization[..^64], authorization[..^1] + (authorization[^1] == '0' ? '1' : '0'),
            authorization[..^64] + authorization[^64..].ToUpperInvariant(),
        })
        {
            Assert.That((await On("GET", "none").With("x-amz-date", Signer.Timestamp).With("x-amz-content-sha256", TestSigner.EmptyHash)
                .With("Authorization", bad).SendAsync()).Summary, Is.EqualTo("403 SignatureDoesNotMatch"), bad);
        }
    }

    [Test]
    public async Task Host_must_be_signed()
    {
        var signer = Signer with { AlsoSigned = [] };
        Assert.That((await signer.Authorize(On("GET", "none")).SendAsync()).Summary, Is.EqualTo("400 AuthorizationHeaderMalformed"));
        Assert.That(
            (await (Signer with { AlsoSigned = ["x-other"] }).Presign(On("GET", "none")).SendAsync()).Summary,
            Is.EqualTo("400 AuthorizationQueryParametersError"));
    }

    [TestCase("x-amz-meta-added")]
    [TestCase("X-Amz-Acl")]
    [TestCase("x-amz-storage-class")]
    public async Task Every_amz_header_must_be_signed(string name)
    {
        var header = Signer.Authorize(On("PUT", "key", Bytes("x"))).With(name, "private");
        var query = Signer.Presign(On("PUT", "key", Bytes("x"))).With(name, "private");

        foreach (var answer in new[] { await header.SendAsync(), await query.SendAsync() })
        {
            Assert.That(answer.Summary, Is.EqualTo("403 AccessDenied"));
            Assert.That(answer.Element("HeadersNotSigned"), Is.EqualTo(name.ToLowerInvariant()));
        }
    }

    [Test]
    public async Task Signed_headers_are_normalised_and_repeated_ones_joined()
    {
        var request = Signer.Authorize(
            On("PUT", "key", Bytes("x")).With("x-amz-meta-a", "one two").With("x-amz-meta-b", "1").With("x-amz-meta-b", "2"));
        request.Replace("x-amz-meta-a", "  one    two  ");

        Assert.That((await request.SendAsync()).Status, Is.EqualTo(200));
    }

    [TestCase("Basic dXNlcjpwYXNz", "400 InvalidRequest")]
    [TestCase("AWS test-access-key:c2lnbmF0dXJl", "400 InvalidRequest")]
    [TestCase("AWS4-HMAC-SHA256", "400 InvalidRequest")]
    [TestCase("AWS4-HMAC-SHA256 ", "400 InvalidRequest")]
    [TestCase("AWS4-HMAC-SHA256 x", "400 AuthorizationHeaderMalformed")]
    [TestCase("AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host", "400 AuthorizationHeaderMalformed")]
    [TestCase("AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=b", "400 AuthorizationHeaderMalformed")]
    [TestCase("AWS4-HMAC-SHA256 Credential=a, Credential=b, SignedHeaders=host, Signature=b", "400 AuthorizationHeaderMalformed")]
    [TestCase("AWS4-HMAC-SHA256 Credential=////, SignedHeaders=host, Signature=b", "403 InvalidAccessKeyId")]
    [TestCase(
        "AWS4-HMAC-SHA256 Credential=test-access-key/99999999/us-east-2/s3/aws4_request, SignedHeaders=host, Signature=b",
        "400 AuthorizationHeaderMalformed")]
    [TestCase("AWS4-ECDSA-P256-SHA256 Credential=a, SignedHeaders=host, Signature=b", "400 InvalidRequest")]
    public async Task Authorization_header_of_another_form_is_refused(string authorization, string expected) =>
        Assert.That((await On("GET", "none").With("Authorization", authorization).SendAsync()).Summary, Is.EqualTo(expected));

    [Test]
    public async Task Header_signature_needs_date_and_payload_hash()
    {
        Assert.That((await Signer.Authorize(On("GET", "none")).Without("x-amz-date").SendAsync()).Summary, Is.EqualTo("403 AccessDenied"));
        Assert.That(
            (await Signer.Authorize(On("GET", "none")).Without("x-amz-content-sha256").SendAsync()).Summary,
            Is.EqualTo("400 InvalidRequest"));
        Assert.That(
            (await Signer.Authorize(On("GET", "none")).Replace("x-amz-date", "Tue, 24 Nov 2026 00:00:00 GMT").SendAsync()).Summary,
            Is.EqualTo("403 AccessDenied"));
    }

    [Test]
    public async Task Two_signatures_at_once_are_refused()
    {
        var request = Signer.Authorize(Signer.Presign(On("GET", "none")));
        Assert.That((await request.SendAsync()).Summary, Is.EqualTo("400 InvalidArgument"));
    }

    [Test]
    public async Task Session_tokens_are_refused()
    {
        Assert.That(
            (await Signer.Authorize(On("GET", "none").With("x-amz-security-token", "t")).SendAsync()).Summary,
            Is.EqualTo("400 InvalidToken"));
        var presigned = On("GET", "none");
        presigned.Target += "?X-Amz-Security-Token=t";
        Assert.That((await Signer.Presign(presigned).SendAsync()).Summary, Is.EqualTo("400 InvalidToken"));
    }

    [Test]
    public async Task Version_2_query_signatures_are_refused() =>
        Assert.That(
            (await Request(
                "GET", $"/{Bucket}/key?AWSAccessKeyId={RunningStore.AccessKey}&Expires=9999999999&Signature=abc").SendAsync()).Summary,
            Is.EqualTo("400 InvalidRequest"));

    [TestCase("list-type=2&prefix=a&prefix=b")]
    [TestCase("list-type=2&prefix=a&pre%66ix=b")]
    [TestCase("list-type=2&list-type=2")]
    public async Task Repeated_query_parameters_are_refused(string query) =>
        Assert.That((await ListAsync(query)).Summary, Is.EqualTo("400 InvalidArgument"));

    [Test]
    public async Task Query_parameters_are_canonicalised_before_verification()
    {
        await PutAsync("a b/1", Bytes("x"));
        var request = Signer.Presign(Request("GET", $"/{Bucket}?list-type=2&prefix=a%20b%2F"));
        request.Target = request.Target.Replace("a%20b%2F", "a+b/", StringComparison.Ordinal);

        var answer = await request.SendAsync();

        Assert.That(answer.Element("Prefix"), Is.EqualTo("a b/"));
        Assert.That(answer.Element("KeyCount"), Is.EqualTo("1"));
    }

    [Test]
    public async Task Presigned_upload_may_have_its_headers_in_the_signed_query()
    {
        var request = On("PUT", "key", Bytes("x"));
        request.Target += "?x-amz-meta-a=1&x-amz-storage-class=STANDARD_IA";
        Assert.That((await Signer.Presign(request).SendAsync()).Status, Is.EqualTo(200));

        var answer = await GetAsync("key");
        Assert.That(answer.Headers["x-amz-meta-a"], Is.EqualTo("1"));
        Assert.That(answer.Headers["x-amz-storage-class"], Is.EqualTo("STANDARD_IA"));

        var open = On("PUT", "key", Bytes("x"));
        open.Target += "?x-amz-acl=public-read";
        Assert.That((await Signer.Presign(open).SendAsync()).Summary, Is.EqualTo("400 AccessControlListNotSupported"));
    }

    private TestSigner Spoilt(string part) => part switch
    {
        "AccessKey" => Signer with { AccessKey = "AKIDUNKNOWN" },
        "SecretKey" => Signer with { SecretKey = "another secret" },
        "Region" => Signer with { Region = "eu-west-1" },
        "Service" => Signer with { Service = "ec2" },
        _ => Signer with { Day = "20200101" },
    };
}

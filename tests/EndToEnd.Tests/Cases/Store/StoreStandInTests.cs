namespace S3Auth.EndToEnd.Tests.Cases.Store;

/// <summary>Each fault of a <see cref="StoreStandIn"/> works: requests without the service show it.</summary>
internal sealed class StoreStandInTests() : RealBucketFixture("s3auth-stand-in")
{
    private static readonly byte[] Content = "some content"u8.ToArray();

    [Test]
    public async Task Stand_in_without_faults_changes_nothing()
    {
        await using var standIn = await StoreStandIn.StartAsync(Store);
        using var bucket = standIn.Bucket;

        await bucket.PutAsync("plain/a b+c%/ü", Content);
        var read = await bucket.GetAsync("plain/a b+c%/ü");
        var form = await FormUpload.Of(bucket, "plain/form", Content).SendAsync();
        var put = await Presign(S3Request.Of("PUT", bucket, "plain/./../put", body: Content)).SendAsync();
        var chunked = await Presign(S3Request.Of("PUT", bucket, "plain/chunked", body: Content) with { IsChunked = true }).SendAsync();
        var head = await S3Request.Of("HEAD", bucket, "plain/form").Sign(bucket.Keys, bucket.Region).SendAsync();
        var unsigned = await S3Request.Of("GET", bucket, "plain/form").SendAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(read, Is.EqualTo(Content));
            Assert.That(form.Accepted, form.ToString());
            Assert.That(put.Accepted, put.ToString());
            Assert.That(chunked.Status, Is.EqualTo(HttpStatusCode.LengthRequired), chunked.ToString());
            Assert.That((head.Header("Content-Length"), head.Header("ETag")), Is.EqualTo(("12", ETagOf(Content))));
            Assert.That(((int)unsigned.Status, unsigned.Code), Is.EqualTo((403, "AccessDenied")));
            Assert.That(
                await bucket.ListKeysAsync("plain/"), Is.EquivalentTo(["plain/a b+c%/ü", "plain/form", "plain/./../put"]));
            Assert.That(standIn.Asked.Take(3), Is.EqualTo([StoreOperation.Put, StoreOperation.Get, StoreOperation.Form]));
        }
    }

    [Test]
    public async Task Wrong_region_is_refused_and_the_answer_names_the_right_one()
    {
        await using var standIn = await StoreStandIn.StartAsync(Store, StoreFault.Region("eu-central-7"));
        using var bucket = standIn.Bucket;
        var list = S3Request.Of("GET", bucket, query: "list-type=2");

        var inHeader = await list.Sign(bucket.Keys, bucket.Region).SendAsync();
        var inQuery = await list.Presign(bucket.Keys, bucket.Region).SendAsync();
        var inForm = await FormUpload.Of(bucket, "region/form", Content).SendAsync();
        var right = await list.Sign(bucket.Keys, "eu-central-7").SendAsync();
        var rightInQuery = await list.Presign(bucket.Keys, "eu-central-7").SendAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(((int)inHeader.Status, inHeader.Code), Is.EqualTo((400, "AuthorizationHeaderMalformed")), inHeader.ToString());
            Assert.That(((int)inQuery.Status, inQuery.Code), Is.EqualTo((400, "AuthorizationQueryParametersError")), inQuery.ToString());
            foreach (var text in (string[])[inHeader.Text, inQuery.Text, inForm.Text])
            {
                Assert.That(text, Does.Contain("<Region>eu-central-7</Region>"));
            }

            Assert.That(right.Accepted, right.ToString());
            Assert.That(rightInQuery.Accepted, rightInQuery.ToString());
        }
    }

    [TestCase(501, "<Code>NotImplemented</Code>")]
    [TestCase(405, "<Code>MethodNotAllowed</Code>")]
    [TestCase(412, "Bad URL")]
    public async Task Forms_are_missing(int status, string text)
    {
        await using var standIn = await StoreStandIn.StartAsync(Store, StoreFault.NoForms(status));
        using var bucket = standIn.Bucket;

        var answer = await FormUpload.Of(bucket, "forms/form", Content).SendAsync();

        Assert.That((int)answer.Status, Is.EqualTo(status));
        Assert.That(answer.Text, Does.Contain(text));
        Assert.That(await Store.ListKeysAsync("forms/"), Is.Empty);
    }

    [TestCase(MissingHeaders.LeftOut)]
    [TestCase(MissingHeaders.Empty)]
    public async Task Header_that_the_signature_forbids_is_honoured(MissingHeaders reading)
    {
        await Store.PutAsync("honoured/secret", "secret"u8.ToArray());
        await using var standIn = await StoreStandIn.StartAsync(Store, StoreFault.HonoursEveryHeader);
        using var bucket = standIn.Bucket;
        var target = $"honoured/{reading}";
        string[] barred = ["x-amz-acl", "x-amz-copy-source"];

        var put = S3Request.Of("PUT", bucket, target, body: []).Presign(bucket.Keys, bucket.Region, barred, reading);
        var plain = await put.SendAsync();
        var copy = await put.With("x-amz-copy-source", $"/{bucket.Name}/honoured/secret").SendAsync();
        var forged = await (put with { Target = put.Target[..^1] + (put.Target[^1] == '0' ? '1' : '0') }).SendAsync();

        Assert.That(plain.Accepted, plain.ToString());
        Assert.That(copy.Accepted, copy.ToString());
        Assert.That(await Store.GetAsync(target), Is.EqualTo("secret"u8.ToArray()));
        Assert.That(forged.Status, Is.EqualTo(HttpStatusCode.Forbidden), forged.ToString());
    }

    [Test]
    public async Task Missing_header_counts_as_empty()
    {
        await Store.PutAsync("empty/secret", "secret"u8.ToArray());
        await using var standIn = await StoreStandIn.StartAsync(Store, StoreFault.MissingHeadersAreEmpty);
        using var bucket = standIn.Bucket;
        var put = S3Request.Of("PUT", bucket, "empty/target", body: Content);
        string[] barred = ["x-amz-copy-source"];
        var source = $"/{bucket.Name}/empty/secret";

        var asEmpty = await put.Presign(bucket.Keys, bucket.Region, barred, MissingHeaders.Empty).SendAsync();
        var leftOut = await put.Presign(bucket.Keys, bucket.Region, barred, MissingHeaders.LeftOut).SendAsync();
        var copy = await put.Presign(bucket.Keys, bucket.Region, barred, MissingHeaders.Empty).With(barred[0], source).SendAsync();
        var unsignedCopy = await (put with { Body = [] }).Presign(bucket.Keys, bucket.Region).With(barred[0], source).SendAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(asEmpty.Accepted, asEmpty.ToString());
            Assert.That(leftOut.Code, Is.EqualTo("SignatureDoesNotMatch"));
            Assert.That(copy.Code, Is.EqualTo("SignatureDoesNotMatch"));
            Assert.That(unsignedCopy.Accepted, unsignedCopy.ToString());
            Assert.That(await Store.GetAsync("empty/target"), Is.EqualTo("secret"u8.ToArray()), "An unsigned header is honoured.");
        }
    }

    [Test]
    public async Task Unsigned_header_is_refused()
    {
        await using var standIn = await StoreStandIn.StartAsync(Store, StoreFault.RefusesUnsignedHeaders);
        using var bucket = standIn.Bucket;
        var put = Presign(S3Request.Of("PUT", bucket, "unsigned/target", body: Content));

        var plain = await put.SendAsync();
        var acl = await put.With("x-amz-acl", "public-read").SendAsync();

        Assert.That(plain.Accepted, plain.ToString());
        Assert.That(((int)acl.Status, acl.Code), Is.EqualTo((403, "AccessDenied")), acl.ToString());
        Assert.That(acl.Text, Does.Contain("<HeadersNotSigned>x-amz-acl</HeadersNotSigned>"));
    }

    [Test]
    public async Task ETags_of_KMS_are_not_MD5s_and_work_in_conditions()
    {
        await using var standIn = await StoreStandIn.StartAsync(Store, StoreFault.KmsETags);
        using var bucket = standIn.Bucket;

        var put = await Presign(S3Request.Of("PUT", bucket, "kms/put", body: Content)).SendAsync();
        var tag = put.Header("ETag")!;
        var get = Presign(S3Request.Of("GET", bucket, "kms/put"));
        var (matching, other) = (await get.With("If-Match", tag).SendAsync(), await get.With("If-Match", ETagOf(Content)).SendAsync());
        var listed = (await bucket.ListAsync("kms/put")).Single();
        await bucket.PutInPartsAsync("kms/parts", Content);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(tag, Does.Match("^\"[0-9a-f]{32}\"$").And.Not.EqualTo(ETagOf(Content)));
            Assert.That(put.Header("x-amz-server-side-encryption"), Is.EqualTo("aws:kms"));
            Assert.That((matching.Accepted, matching.Header("ETag")), Is.EqualTo((true, tag)), matching.ToString());
            Assert.That(matching.Header("x-amz-server-side-encryption"), Is.EqualTo("aws:kms"));
            Assert.That(other.Status, Is.EqualTo(HttpStatusCode.PreconditionFailed));
            Assert.That(listed.ETag, Is.EqualTo(tag));
            Assert.That(await bucket.GetAsync("kms/parts"), Is.EqualTo(Content));
        }
    }

    [Test]
    public async Task Answers_are_slow()
    {
        await using var standIn = await StoreStandIn.StartAsync(Store, StoreFault.Slow(TimeSpan.FromMilliseconds(400)));
        using var bucket = standIn.Bucket;
        var began = Stopwatch.StartNew();

        await bucket.ListAsync("slow/");

        Assert.That(began.ElapsedMilliseconds, Is.GreaterThanOrEqualTo(390));
    }

    [Test]
    public async Task Clock_is_wrong()
    {
        await using var standIn = await StoreStandIn.StartAsync(Store, StoreFault.Clock(TimeSpan.FromHours(1)));
        using var bucket = standIn.Bucket;
        var list = S3Request.Of("GET", bucket, query: "list-type=2");

        var inHeader = await list.Sign(bucket.Keys, bucket.Region).SendAsync();
        var expired = await list.Presign(bucket.Keys, bucket.Region).SendAsync();
        var form = await FormUpload.Of(bucket, "clock/form", Content).SendAsync();
        standIn.Faults = [StoreFault.Clock(TimeSpan.FromHours(-1))];
        var early = await list.Presign(bucket.Keys, bucket.Region).SendAsync();
        standIn.Faults = [StoreFault.Clock(TimeSpan.FromMinutes(5))];
        var tolerated = await list.Sign(bucket.Keys, bucket.Region).SendAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(((int)inHeader.Status, inHeader.Code), Is.EqualTo((403, "RequestTimeTooSkewed")));
            Assert.That(expired.Text, Does.Contain("AccessDenied").And.Contain("Request has expired"));
            Assert.That(form.Text, Does.Contain("AccessDenied").And.Contain("Policy expired"));
            Assert.That(early.Text, Does.Contain("AccessDenied").And.Contain("not yet valid"));
            Assert.That(tolerated.Accepted, tolerated.ToString());
            Assert.That(
                DateTimeOffset.Parse(tolerated.Header("Date")!, CultureInfo.InvariantCulture) - DateTimeOffset.UtcNow,
                Is.EqualTo(TimeSpan.FromMinutes(5)).Within(TimeSpan.FromSeconds(30)));
        }
    }

    [Test]
    public async Task Store_does_not_answer()
    {
        await using var standIn = await StoreStandIn.StartAsync(Store, StoreFault.ClosesConnections);
        using var bucket = standIn.Bucket;
        var get = S3Request.Of("GET", bucket, "x");

        Assert.ThrowsAsync<HttpRequestException>(get.SendAsync);
        standIn.Faults = [StoreFault.NeverAnswers];
        var answer = get.SendAsync();
        Assert.That(await Task.WhenAny(answer, Task.Delay(500)), Is.Not.SameAs(answer));
    }

    [Test]
    public async Task Chosen_operations_are_denied()
    {
        await using var standIn = await StoreStandIn.StartAsync(Store, StoreFault.Denies(
            StoreOperation.List, StoreOperation.Delete, StoreOperation.Multipart, StoreOperation.ReadPolicy));
        using var bucket = standIn.Bucket;
        (string Method, string Key, string Query, bool IsDenied)[] requests =
        [
            ("GET", "", "list-type=2", true), ("GET", "", "", true), ("DELETE", "denied/x", "", true), ("POST", "", "delete", true),
            ("POST", "denied/x", "uploads", true), ("PUT", "denied/x", "partNumber=1&uploadId=y", true), ("GET", "", "policy", true),
            ("GET", "", "cors", false), ("PUT", "denied/x", "", false), ("GET", "denied/x", "", false), ("HEAD", "", "", false),
        ];
        foreach (var (method, key, query, isDenied) in requests)
        {
            var request = S3Request.Of(method, bucket, key, query, method is "PUT" or "POST" ? Content : null);
            var answer = await request.Sign(bucket.Keys, bucket.Region).SendAsync();

            Assert.That(answer.Code == "AccessDenied", Is.EqualTo(isDenied), $"{method} {key}?{query}: {answer}");
        }
    }

    [Test]
    public async Task Bucket_is_public()
    {
        await using var standIn = await StoreStandIn.StartAsync(Store, StoreFault.PublicBucket);
        using var bucket = standIn.Bucket;

        var put = await S3Request.Of("PUT", bucket, "public/x", body: Content).SendAsync();
        var get = await S3Request.Of("GET", bucket, "public/x").SendAsync();
        var list = await S3Request.Of("GET", bucket, query: "list-type=2&prefix=public/").SendAsync();
        var wrong = await Presign(S3Request.Of("GET", bucket, "public/x"), new AccessKeys("nobody", "nothing")).SendAsync();

        Assert.That(put.Accepted, put.ToString());
        Assert.That(get.Body, Is.EqualTo(Content));
        Assert.That(list.Text, Does.Contain("<Key>public/x</Key>"));
        Assert.That(wrong.Status, Is.EqualTo(HttpStatusCode.Forbidden), wrong.ToString());
    }

    [Test]
    public async Task Length_is_required_or_not()
    {
        await using var standIn = await StoreStandIn.StartAsync(Store, StoreFault.RequiresLength);
        using var bucket = standIn.Bucket;
        var put = S3Request.Of("PUT", bucket, "length/x", body: Content);
        var sized = put.Presign(bucket.Keys, bucket.Region, ["content-length"]);

        var refused = await (Presign(put) with { IsChunked = true }).SendAsync();
        standIn.Faults = [StoreFault.TakesPutsWithoutLength];
        var taken = await (Presign(put) with { IsChunked = true }).SendAsync();
        var longer = await RawPost.PutAsync(
            $"http://{sized.Host}{sized.Target}",
            ["Content-Length: 12", "Transfer-Encoding: chunked"],
            "14\r\n12345678901234567890\r\n0\r\n\r\n"u8.ToArray());

        Assert.That(((int)refused.Status, refused.Code), Is.EqualTo((411, "MissingContentLength")));
        Assert.That(taken.Accepted, taken.ToString());
        Assert.That(longer.Accepted, longer.ToString());
        Assert.That(await Store.GetAsync("length/x"), Has.Length.EqualTo(20), "The signed size does not hold.");
    }

    [Test]
    public async Task Condition_is_refused_honoured_or_ignored()
    {
        await using var standIn = await StoreStandIn.StartAsync(Store, StoreFault.RefusesIfNoneMatch);
        using var bucket = standIn.Bucket;
        var put = Presign(S3Request.Of("PUT", bucket, "condition/x", body: Content)).With("If-None-Match", "*");

        var refused = await put.SendAsync();
        standIn.Faults = [StoreFault.HonoursIfNoneMatch];
        var (first, second) = (await put.SendAsync(), await put.SendAsync());
        standIn.Faults = [StoreFault.IgnoresIfNoneMatch];
        var ignored = await (put with { Body = "other"u8.ToArray() }).SendAsync();

        Assert.That(((int)refused.Status, refused.Code), Is.EqualTo((501, "NotImplemented")));
        Assert.That(first.Accepted, first.ToString());
        Assert.That(((int)second.Status, second.Code), Is.EqualTo((412, "PreconditionFailed")));
        Assert.That(ignored.Accepted, ignored.ToString());
        Assert.That(await Store.GetAsync("condition/x"), Is.EqualTo("other"u8.ToArray()));
    }

    [Test]
    public async Task Multipart_is_not_implemented()
    {
        await using var standIn = await StoreStandIn.StartAsync(Store, StoreFault.NoMultipart);
        using var bucket = standIn.Bucket;

        var begun = await S3Request.Of("POST", bucket, "multipart/x", "uploads", []).Sign(bucket.Keys, bucket.Region).SendAsync();

        Assert.That(((int)begun.Status, begun.Code), Is.EqualTo((501, "NotImplemented")));
    }

    [Test]
    public async Task Errors_are_html_pages()
    {
        await using var standIn = await StoreStandIn.StartAsync(Store, StoreFault.HtmlErrors, StoreFault.Denies(StoreOperation.List));
        using var bucket = standIn.Bucket;

        var denied = await Presign(S3Request.Of("GET", bucket, query: "list-type=2")).SendAsync();

        Assert.That(((int)denied.Status, denied.Header("Content-Type"), denied.Code), Is.EqualTo((403, "text/html", (string?)null)));
        Assert.That(denied.Text, Does.Contain("<html>"));
    }

    [Test]
    public async Task Ceph_has_a_host_name_for_each_bucket_beside_its_path()
    {
        if (Real.Name != "Ceph")
        {
            Assert.Ignore($"Skipped because {Real.Name} was not started with a name of its own.");
        }

        var host = string.Create(CultureInfo.InvariantCulture, $"{Store.Name}.{CephGateway.HostStyleName}:{Store.Endpoint.Port}");
        var put = new S3Request("PUT", host, "/host/style") { Body = Content }.Presign(Store.Keys, Store.Region);

        var answer = await put.SendAsync(Store.Endpoint);
        await using var standIn = await StoreStandIn.StartAsync(Store, StoreFault.Denies(StoreOperation.List));
        var denied = await new S3Request("GET", host, "/?list-type=2").Presign(Store.Keys, Store.Region).SendAsync(standIn.Endpoint);

        Assert.That(answer.Accepted, answer.ToString());
        Assert.That(await Store.GetAsync("host/style"), Is.EqualTo(Content), "in path style");
        Assert.That(denied.Code, Is.EqualTo("AccessDenied"), "A stand-in knows a bucket by its host name, too.");
    }

    // What S3 calls an ETag; it protects nothing.
#pragma warning disable CA5351
    private static string ETagOf(byte[] content) => $"\"{Convert.ToHexStringLower(MD5.HashData(content))}\"";
#pragma warning restore CA5351

    private S3Request Presign(S3Request request, AccessKeys? keys = null) => request.Presign(keys ?? Store.Keys, Store.Region);
}

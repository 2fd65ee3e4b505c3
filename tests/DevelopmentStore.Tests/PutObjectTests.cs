namespace S3Auth.DevelopmentStore.Tests;

internal sealed class PutObjectTests : StoreTests
{
    private static readonly string[] StrangeKeys =
    [
        "..", "../x", "a/../b", "a/./b", "./", "a//b", "/", "/lead", "a/", ".", "a.", "a ", " a", "a+b", "a%2Bb", "a%b", "a\\b",
        "..\\..\\x", "~", "*",
        "'quote'",
        "\"quote\"",
        "<&>",
        "é",
        "日本",
        "😀",
        "\ud83d\ude00/\uffff",
        "a\u0001b",
        "a\tb",
        "a\r\nb",
        "a?b",
        "a#b",
        "a&b=c",
        "CON",
        "nul",
        "a:b",
        "KEY", "key", "e\u0301", "\u00e9", "C:\\x", "store.lock", "incoming", "objects",
    ];

    [Test]
    public async Task Unusual_keys_are_stored_within_the_data_folder()
    {
        foreach (var key in StrangeKeys)
        {
            Assert.That((await PutAsync(key, Bytes("of " + key))).Status, Is.EqualTo(200), key);
        }

        foreach (var key in StrangeKeys)
        {
            Assert.That((await GetAsync(key)).Text, Is.EqualTo("of " + key), key);
        }

        var files = Directory.GetFiles(Store.Parent, "*", SearchOption.AllDirectories);
        Assert.That(
            files.Where(file => file.StartsWith(Store.Objects, StringComparison.Ordinal)).ToList(),
            Has.Count.EqualTo(StrangeKeys.Distinct(StringComparer.Ordinal).Count()));
        Assert.That(
            files.Where(file => !file.StartsWith(Store.Objects, StringComparison.Ordinal)),
            Is.EqualTo(new[] { System.IO.Path.Combine(Store.DataFolder, "store.lock") }));
        Assert.That(files.Select(System.IO.Path.GetFileName).Where(name => name is not "store.lock"), Has.All.Matches("^[0-9a-f]{64}$"));
    }

    [TestCase("/s3auth-dev/a+b", "a+b")]
    [TestCase("/s3auth-dev/a%2Bb", "a+b")]
    [TestCase("/s3auth-dev/a%2Fb", "a/b")]
    [TestCase("/s3auth-dev//a", "/a")]
    [TestCase("/s3auth-dev/x/../a", "x/../a")]
    [TestCase("/s3auth-dev/x/%2E%2e/a", "x/../a")]
    [TestCase("/s3auth-dev/(a)", "(a)")]
    [TestCase("/s3auth-dev/%c3%a9", "é")]
    public async Task Path_is_decoded_once_and_never_normalised(string target, string key)
    {
        // S3 signs the encoded form of the decoded key, however the client encoded it.
        var request = Signer.Authorize(On("PUT", key, Bytes("x")));
        request.Target = target;
        Assert.That((await request.SendAsync()).Status, Is.EqualTo(200));
        Assert.That((await ListAsync()).Text, Does.Contain($"<Key>{key}</Key>"));
    }

    [TestCase("/s3auth-dev/%zz", "400 InvalidURI")]
    [TestCase("/s3auth-dev/%", "400 InvalidURI")]
    [TestCase("/s3auth-dev/%f", "400 InvalidURI")]
    [TestCase("/s3auth-dev/%ff", "400 InvalidURI")]
    [TestCase("/s3auth-dev/%ed%a0%80", "400 InvalidURI")]
    [TestCase("/s3auth-dev/%c0%af", "400 InvalidURI")]
    [TestCase("/s3auth-dev?prefix=%zz", "400 InvalidURI")]
    public async Task Target_that_cannot_be_decoded_is_refused(string target, string expected) =>
        Assert.That((await Signer.Authorize(Request("PUT", target, Bytes("x"))).SendAsync()).Summary, Is.EqualTo(expected));

    [Test]
    public async Task Key_with_nul_is_refused() =>
        Assert.That((await Signer.Authorize(Request("PUT", $"/{Bucket}/a%00b", Bytes("x"))).SendAsync()).Status, Is.EqualTo(400));

    [TestCase(1024, "200")]
    [TestCase(1025, "400 KeyTooLongError")]
    public async Task Key_is_at_most_1024_bytes(int bytes, string expected)
    {
        Assert.That((await PutAsync(new string('k', bytes), Bytes("x"))).Summary, Is.EqualTo(expected));
        Assert.That((await PutAsync(new string('é', bytes / 2) + new string('k', bytes % 2), Bytes("x"))).Summary, Is.EqualTo(expected));
    }

    [Test]
    public async Task Body_must_match_its_signed_hash()
    {
        var request = Signer.Authorize(On("PUT", "key", Bytes("hello")));
        request.Body = Bytes("jello");
        Assert.That((await request.SendAsync()).Summary, Is.EqualTo("400 XAmzContentSHA256Mismatch"));
        Assert.That(Store.Files(), Is.Empty);

        Assert.That((await Signer.Authorize(On("PUT", "key", Bytes("x")), "UNSIGNED-PAYLOAD").SendAsync()).Status, Is.EqualTo(200));
        Assert.That(
            (await Signer.Authorize(On("PUT", "key", Bytes("x")), "something").SendAsync()).Summary,
            Is.EqualTo("400 InvalidArgument"));
    }

    [TestCase("XUFAKrxLKna5cZ2REBfFkg==", "200")]
    [TestCase("XUFAKrxLKna5cZ2REBfFkw==", "400 BadDigest")]
    [TestCase("XUFAKrxLKna5cZ2REBfF", "400 InvalidDigest")]
    [TestCase("???", "400 InvalidDigest")]
    public async Task Body_must_match_its_md5(string md5, string expected) =>
        Assert.That(
            (await Signer.Authorize(On("PUT", "key", Bytes("hello")).With("Content-MD5", md5)).SendAsync()).Summary,
            Is.EqualTo(expected));

    // The checksums of "123456789": the published check values of each algorithm, and SHA of the same text.
    [TestCase("crc32", "y/Q5Jg==")]
    [TestCase("crc32c", "4waSgw==")]
    [TestCase("crc64nvme", "rosUhgp5mIg=")]
    [TestCase("sha1", "98O8HYCOBHMq32eZZczDTKeuNEE=")]
    [TestCase("sha256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=")]
    public async Task Body_must_match_its_checksum(string algorithm, string value)
    {
        var header = "x-amz-checksum-" + algorithm;
        var good = await Signer.Authorize(On("PUT", "key", Bytes("123456789")).With(header, value)).SendAsync();
        Assert.That(good.Status, Is.EqualTo(200), good.Text);
        Assert.That(good.Headers[header], Is.EqualTo(value));

        var bad = await Signer.Authorize(On("PUT", "key", Bytes("123456780")).With(header, value)).SendAsync();
        Assert.That(bad.Summary, Is.EqualTo("400 BadDigest"));
    }

    [Test]
    public async Task Unsupported_checksums_are_refused()
    {
        Assert.That(
            (await Signer.Authorize(On("PUT", "key", Bytes("x")).With("x-amz-checksum-md9", "x")).SendAsync()).Summary,
            Is.EqualTo("501 NotImplemented"));
        Assert.That(
            (
                await Signer.Authorize(
                    On("PUT", "key", Bytes("x")).With("x-amz-checksum-crc32", "x").With("x-amz-checksum-sha1", "x")).SendAsync()).Summary,
            Is.EqualTo("400 InvalidRequest"));
    }

    [Test]
    public async Task Length_must_be_declared_and_allowed()
    {
        var chunked = Signer.Authorize(On("PUT", "key").With("Transfer-Encoding", "chunked"), "UNSIGNED-PAYLOAD");
        chunked.DeclaredLength = -1;
        chunked.Body = Bytes("1\r\nx\r\n0\r\n\r\n");
        Assert.That((await chunked.SendAsync()).Summary, Is.EqualTo("411 MissingContentLength"));

        var huge = Signer.Authorize(On("PUT", "key"), "UNSIGNED-PAYLOAD");
        huge.DeclaredLength = (5L * 1024 * 1024 * 1024) + 1;
        var answer = await huge.SendAsync();
        Assert.That(answer.Summary, Is.EqualTo("400 EntityTooLarge"));
        Assert.That(answer.Element("ProposedSize"), Is.EqualTo("5368709121"));
    }

    [TestCase("x-amz-acl", "private", "200")]
    [TestCase("x-amz-acl", "public-read", "400 AccessControlListNotSupported")]
    [TestCase("x-amz-acl", "bucket-owner-full-control", "400 AccessControlListNotSupported")]
    [TestCase("x-amz-grant-read", "uri=\"http://acs.amazonaws.com/groups/global/AllUsers\"", "400 AccessControlListNotSupported")]
    [TestCase("x-amz-storage-class", "STANDARD", "200")]
    [TestCase("x-amz-storage-class", "standard", "400 InvalidStorageClass")]
    [TestCase("x-amz-server-side-encryption", "aws:kms", "501 NotImplemented")]
    [TestCase("x-amz-server-side-encryption-customer-algorithm", "AES256", "501 NotImplemented")]
    [TestCase("x-amz-tagging", "a=b", "501 NotImplemented")]
    [TestCase("x-amz-object-lock-mode", "GOVERNANCE", "501 NotImplemented")]
    [TestCase("x-amz-website-redirect-location", "/x", "501 NotImplemented")]
    public async Task Headers_are_honoured_or_refused(string name, string value, string expected) =>
        Assert.That((await Signer.Authorize(On("PUT", "key", Bytes("x")).With(name, value)).SendAsync()).Summary, Is.EqualTo(expected));

    [Test]
    public async Task Object_keeps_its_headers_and_metadata()
    {
        (string Name, string Value)[] headers =
        [
            ("Content-Type", "text/csv; charset=utf-8"),
            ("Cache-Control", "no-store"),
            ("Content-Disposition", "attachment; filename=\"é.csv\""),
            ("Content-Encoding", "gzip"), ("Content-Language", "de"), ("Expires", "Tue, 24 Nov 2026 00:00:00 GMT"),
            ("x-amz-meta-plain", "a b"), ("x-amz-storage-class", "STANDARD_IA"),
        ];
        var request = On("PUT", "key", Bytes("x"));
        request.Headers.AddRange(headers);
        request.With("x-amz-meta-wide", "grün");
        await Signer.Authorize(request).SendAsync();

        var answer = await GetAsync("key");
        foreach (var (name, value) in headers)
        {
            Assert.That(answer.Headers[name], Is.EqualTo(value));
        }

        Assert.That(answer.Headers["x-amz-meta-wide"], Is.EqualTo($"=?UTF-8?B?{Convert.ToBase64String(Bytes("grün"))}?="));
    }

    [Test]
    public async Task Metadata_is_bounded()
    {
        Assert.That(
            (await Signer.Authorize(On("PUT", "key", Bytes("x")).With("x-amz-meta-a", new string('x', 2047))).SendAsync()).Status,
            Is.EqualTo(200));
        Assert.That(
            (await Signer.Authorize(On("PUT", "key", Bytes("x")).With("x-amz-meta-a", new string('x', 2048))).SendAsync()).Summary,
            Is.EqualTo("400 MetadataTooLarge"));
        Assert.That(
            (await Signer.Authorize(On("PUT", "key", Bytes("x")).With("Content-Type", new string('x', 9000))).SendAsync()).Summary,
            Is.EqualTo("400 MetadataTooLarge"));
        Assert.That(Directory.GetFiles(Store.Incoming), Is.Empty);
    }

    [Test]
    public async Task Conditional_put_writes_only_if_the_condition_is_met()
    {
        async Task<string> PutIf(string header, string value, string body) =>
            (await Signer.Authorize(On("PUT", "key", Bytes(body)).With(header, value)).SendAsync()).Summary;

        const string etag = "\"c4ca4238a0b923820dcc509a6f75849b\""; // MD5 of "1"
        Assert.That(await PutIf("If-Match", etag, "0"), Is.EqualTo("404 NoSuchKey"));
        Assert.That(await PutIf("If-None-Match", "*", "1"), Is.EqualTo("200"));
        Assert.That(await PutIf("If-None-Match", "*", "2"), Is.EqualTo("412 PreconditionFailed"));
        Assert.That(await PutIf("If-Match", "\"other\"", "3"), Is.EqualTo("412 PreconditionFailed"));
        Assert.That((await GetAsync("key")).Text, Is.EqualTo("1"));
        Assert.That(await PutIf("If-Match", etag, "4"), Is.EqualTo("200"));
        Assert.That(await PutIf("If-None-Match", etag, "5"), Is.EqualTo("501 NotImplemented"));
        Assert.That((await GetAsync("key")).Text, Is.EqualTo("4"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Concurrent_If_None_Match_writers_have_one_winner(CancellationToken patience)
    {
        // Both pass the check before the body, because neither has finished. The check at the end must decide. The bodies are long enough
        // for the server's minimum rate, however long they pause.
        const int half = 50_000;
        var requests = new[] { new string('1', 2 * half), new string('2', 2 * half) }
            .Select(text => Signer.Authorize(On("PUT", "key", Bytes(text)).With("If-None-Match", "*"))).ToArray();
        var clients = requests.Select(_ => new TcpClient(Store.Endpoint.Host, Store.Endpoint.Port)).ToArray();
        foreach (var (request, client) in requests.Zip(clients))
        {
            await client.GetStream().WriteAsync(request.Head(), patience);
            await client.GetStream().WriteAsync(request.Body.AsMemory(0, half), patience);
        }

        while (Directory.GetFiles(Store.Incoming).Length < clients.Length)
        {
            await Task.Delay(10, patience);
        }

        var answers = new List<string>();
        foreach (var (request, client) in requests.Zip(clients))
        {
            await client.GetStream().WriteAsync(request.Body.AsMemory(half), patience);
            answers.Add((await RawResponse.ReadAsync(client.GetStream(), headersOnly: false, patience)).Summary);
            client.Dispose();
        }

        Assert.That(answers, Is.EqualTo(new[] { "200", "412 PreconditionFailed" }));
        Content.AssertSame((await GetAsync("key")).Body, requests[0].Body);
    }

    [Test]
    public async Task Delete_removes_an_object_and_succeeds_without_one()
    {
        await PutAsync("key", Bytes("x"));
        for (var i = 0; i < 2; i++)
        {
            Assert.That((await Signer.Authorize(On("DELETE", "key")).SendAsync()).Status, Is.EqualTo(204));
        }

        Assert.That((await GetAsync("key")).Summary, Is.EqualTo("404 NoSuchKey"));
        Assert.That((await ListAsync()).Element("KeyCount"), Is.EqualTo("0"));
        Assert.That(Store.Files(), Is.Empty);
    }

    [TestCase("GET", "/other/key", "404 NoSuchBucket")]
    [TestCase("GET", "/other", "404 NoSuchBucket")]
    [TestCase("PUT", "/other", "404 NoSuchBucket")]
    [TestCase("GET", "/S3AUTH-DEV/key", "404 NoSuchBucket")]
    [TestCase("PUT", "/s3auth-dev", "409 BucketAlreadyOwnedByYou")]
    [TestCase("DELETE", "/s3auth-dev", "501 NotImplemented")]
    [TestCase("DELETE", "/s3auth-dev/key?versionId=1", "501 NotImplemented")]
    [TestCase("GET", "/s3auth-dev?versioning", "501 NotImplemented")]
    [TestCase("GET", "/s3auth-dev?acl", "501 NotImplemented")]
    [TestCase("PUT", "/s3auth-dev/key?tagging", "501 NotImplemented")]
    [TestCase("GET", "/s3auth-dev/key?partNumber=1", "501 NotImplemented")]
    [TestCase("POST", "/s3auth-dev", "412 PreconditionFailed")]
    [TestCase("PATCH", "/s3auth-dev/key", "501 NotImplemented")]
    [TestCase("DELETE", "/", "501 NotImplemented")]
    public async Task Missing_and_unsupported_resources_are_refused_with_S3_errors(string method, string target, string expected) =>
        Assert.That((await Signer.Authorize(Request(method, target)).SendAsync()).Summary, Is.EqualTo(expected));

    [Test]
    public async Task ListBuckets_returns_the_bucket()
    {
        Assert.That((await Signer.Authorize(Request("GET", "/")).SendAsync()).Text, Does.Contain($"<Name>{Bucket}</Name>"));
        var location = await Signer.Authorize(Request("GET", $"/{Bucket}?location")).SendAsync();
        Assert.That(System.Xml.Linq.XDocument.Parse(location.Text).Root!.Value, Is.EqualTo("us-east-2"));
        var head = await Signer.Authorize(Request("HEAD", $"/{Bucket}")).SendAsync();
        Assert.That((head.Status, head.Headers["x-amz-bucket-region"], head.Body.Length), Is.EqualTo((200, "us-east-2", 0)));
        Assert.That((await Signer.Authorize(Request("HEAD", "/other")).SendAsync()).Status, Is.EqualTo(404));
    }
}

namespace S3Auth.Infrastructure.Tests.Storage.Doctor;

public sealed class UploadHeaderCheckTests
{
    private const string Malformed = "AAAA";
    private const string BadDigest = "<Error><Code>BadDigest</Code></Error>";
    private const string InvalidRequest = "<Error><Code>InvalidRequest</Code></Error>";
    private const string Mismatch = "<Error><Code>XAmzContentSHA256Mismatch</Code></Error>";
    private const string Forged = "<Error><Code>SignatureDoesNotMatch</Code></Error>";
    private const string Slow = "<Error><Code>SlowDown</Code></Error>";
    private const string Denied = "<Error><Code>AccessDenied</Code></Error>";

    [TestCase("aws", BarredHeaders.None, true)]
    [TestCase("ceph", BarredHeaders.LeftOut, false)]
    public async Task Embedded_store_verifies_hashes_as_the_store_that_it_behaves_like(
        string behaviour, BarredHeaders barred, bool verifies)
    {
        await using var store = await ExaminedStore.StartAsync(behaviour);
        store.Exam.Capabilities = new StoreCapabilities { HeaderGuard = barred };

        var check = await store.RunAsync(new UploadHeaderCheck());

        Assert.That((check.Result, store.Exam.Capabilities.Checksums), Is.EqualTo((StoreCheckResult.Ok, verifies)));
        Assert.That(store.Exam.Capabilities.PayloadHashes, Is.True);
        Assert.That(await store.ListAsync(), Is.Empty);
    }

    [TestCase(400, BadDigest, 400, InvalidRequest, 400, BadDigest, true)]
    [TestCase(400, BadDigest, 400, InvalidRequest, 400, InvalidRequest, true)]
    [TestCase(400, BadDigest, 400, InvalidRequest, 200, "", false)]
    [TestCase(400, BadDigest, 400, InvalidRequest, 503, "", null)]
    public async Task Store_that_checks_only_the_form_of_a_checksum_does_not_verify_it(
        int status, string body, int malformedStatus, string malformedBody, int wrongStatus, string wrongBody, bool? verifies)
    {
        await using var store = await ExaminedStore.StartAsync();
        store.Instead = request => request.Headers["x-amz-checksum-sha256"] == Malformed ? (malformedStatus, malformedBody)
            : request.Headers.ContentMD5.Count == 0 ? (wrongStatus, wrongBody)
            : (status, body);

        await store.RunAsync(new UploadHeaderCheck());

        Assert.That(store.Exam.Capabilities.Checksums, Is.EqualTo(verifies));
    }

    // The answers to the right hash, to a wrong one, to none, and to another one than the URL signs.
    [TestCase(BadDigest, Mismatch, Forged, Forged, true)]
    [TestCase(BadDigest, BadDigest, Forged, Forged, false)]
    [TestCase(BadDigest, Mismatch, BadDigest, Forged, false)]
    [TestCase(BadDigest, Mismatch, Forged, BadDigest, false)]
    [TestCase(Forged, Forged, Forged, Forged, false)]
    [TestCase(BadDigest, Slow, Forged, Forged, null)]
    [TestCase(Slow, Mismatch, Forged, Forged, null)]
    public async Task Hash_of_the_content_counts_only_if_its_holder_cannot_get_round_it(
        string right, string wrong, string none, string other, bool? verifies)
    {
        var rightHash = Convert.ToHexStringLower(SHA256.HashData("a"u8));
        await using var store = await ExaminedStore.StartAsync("ceph");
        store.Exam.Capabilities = new StoreCapabilities { HeaderGuard = BarredHeaders.LeftOut };
        var isRightSigned = true;
        store.Instead = request =>
        {
            if (!request.Query["X-Amz-SignedHeaders"].ToString().Contains("x-amz-content-sha256", StringComparison.Ordinal))
            {
                return null;
            }

            var sent = request.Headers["x-amz-content-sha256"].ToString();
            var (first, isFirst) = (isRightSigned, isRightSigned = false);
            var body = first ? right : sent.Length == 0 ? none : sent == rightHash ? other : wrong;
            return (body == Slow ? 503 : 400, body);
        };

        await store.RunAsync(new UploadHeaderCheck());

        Assert.That(store.Exam.Capabilities.PayloadHashes, Is.EqualTo(verifies));
    }

    [Test]
    public async Task Hash_of_the_content_is_unknown_where_no_put_is_signed()
    {
        await using var store = await ExaminedStore.StartAsync("ceph");

        var check = await store.RunAsync(new UploadHeaderCheck());

        Assert.That((check.Result, store.Exam.Capabilities.PayloadHashes), Is.EqualTo((StoreCheckResult.Ok, (bool?)null)));
    }

    [TestCase(400, BadDigest, 400, InvalidRequest, true)]
    [TestCase(400, BadDigest, 400, BadDigest, false)]
    [TestCase(200, "", 200, "", false)]
    [TestCase(501, InvalidRequest, 400, InvalidRequest, false)]
    [TestCase(400, InvalidRequest, 400, InvalidRequest, false)]
    [TestCase(403, Denied, 403, Denied, null)]
    [TestCase(503, "", 503, "", null)]
    [TestCase(400, BadDigest, 503, "", null)]
    public async Task Malformed_checksum_shows_whether_the_store_verifies(
        int status, string body, int malformedStatus, string malformedBody, bool? verifies)
    {
        await using var store = await ExaminedStore.StartAsync();
        store.Exam.Capabilities = new StoreCapabilities { HeaderGuard = BarredHeaders.None };
        store.Instead = request => !request.Headers.ContainsKey("x-amz-checksum-sha256") ? null
            : request.Headers["x-amz-checksum-sha256"] == Malformed ? (malformedStatus, malformedBody)
            : (status, body);

        var check = await store.RunAsync(new UploadHeaderCheck());

        Assert.That(store.Exam.Capabilities.Checksums, Is.EqualTo(verifies));
        Assert.That(check.Result, Is.EqualTo(verifies is null ? StoreCheckResult.Warn : StoreCheckResult.Ok));
        Assert.That(
            check.Finding,
            Does.Contain(verifies switch { true => "store verifies", false => "does not verify", _ => "no clear answer" }));
    }

    [TestCase(411, "<Error><Code>MissingContentLength</Code></Error>", true)]
    [TestCase(400, BadDigest, false)]
    [TestCase(200, "", false)]
    [TestCase(501, "<Error><Code>NotImplemented</Code></Error>", null)]
    [TestCase(503, "", null)]
    public async Task Upload_without_a_length_shows_whether_the_store_needs_it(int status, string body, bool? isRequired)
    {
        await using var store = await ExaminedStore.StartAsync();
        store.Instead = request => request.ContentLength is null ? (status, body) : null;

        await store.RunAsync(new UploadHeaderCheck());

        Assert.That(store.Exam.Capabilities.LengthRequired, Is.EqualTo(isRequired));
    }
}

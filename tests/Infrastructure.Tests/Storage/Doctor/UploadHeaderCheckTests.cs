namespace S3Auth.Infrastructure.Tests.Storage.Doctor;

public sealed class UploadHeaderCheckTests
{
    private const string Malformed = "AAAA";
    private const string BadDigest = "<Error><Code>BadDigest</Code></Error>";
    private const string InvalidRequest = "<Error><Code>InvalidRequest</Code></Error>";
    private const string Denied = "<Error><Code>AccessDenied</Code></Error>";

    [TestCase("aws", true)]
    [TestCase("ceph", false)]
    public async Task Embedded_store_verifies_checksums_as_the_store_that_it_behaves_like(string behaviour, bool verifies)
    {
        await using var store = await ExaminedStore.StartAsync(behaviour);

        var check = await store.RunAsync(new UploadHeaderCheck());

        Assert.That((check.Result, store.Exam.Capabilities.Checksums), Is.EqualTo((StoreCheckResult.Ok, verifies)));
        Assert.That(await store.ListAsync(), Is.Empty);
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
        store.Instead = request =>
            request.Headers["x-amz-checksum-sha256"] == Malformed ? (malformedStatus, malformedBody) : (status, body);

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

namespace S3Auth.Infrastructure.Tests.Storage.Doctor;

public sealed class MultipartCheckTests
{
    private const string Denied = "<Error><Code>AccessDenied</Code></Error>";

    [Test]
    public async Task Store_with_multipart_uploads_is_fine_and_stays_empty()
    {
        await using var store = await ExaminedStore.StartAsync();

        var check = await store.RunAsync(new MultipartCheck());

        Assert.That(check.Result, Is.EqualTo(StoreCheckResult.Ok), check.Finding);
        Assert.That((store.Exam.Capabilities.Multipart, store.Exam.Capabilities.ETagsAreMd5), Is.EqualTo((true, true)));
        var left = await store.Exam.SendAsync(HttpMethod.Get, null, [new S3Parameter("uploads", "")], CancellationToken.None);
        Assert.That(StoreExam.Values(left.Xml("ListMultipartUploadsResult")!, "UploadId"), Is.Empty);
        Assert.That(await store.ListAsync(), Is.Empty);
    }

    [TestCase(403, Denied, null, "refuses to open", "s3:PutObject")]
    [TestCase(501, "<Error><Code>NotImplemented</Code></Error>", false, "no multipart uploads", "another store")]
    [TestCase(405, "<Error><Code>MethodNotAllowed</Code></Error>", false, "no multipart uploads", "another store")]
    [TestCase(503, "", null, "no clear answer", "again")]
    [TestCase(200, "<InitiateMultipartUploadResult><UploadId/></InitiateMultipartUploadResult>", null, "no clear answer", "again")]
    [TestCase(200, "<html/>", null, "no clear answer", "again")]
    public async Task Upload_that_does_not_open_is_explained(int status, string body, bool? isMultipart, string finding, string advice)
    {
        await using var store = await ExaminedStore.StartAsync();
        store.Instead = request => request.Query.ContainsKey("uploads") ? (status, body) : null;

        var check = await store.RunAsync(new MultipartCheck());

        Assert.That((check.Result, store.Exam.Capabilities.Multipart), Is.EqualTo((StoreCheckResult.Warn, isMultipart)));
        Assert.That(check.Finding, Does.Contain(finding));
        Assert.That(check.Advice, Does.Contain(advice));
    }

    [TestCase("aws", ConditionalWrites.Accepted)]
    [TestCase("ceph", ConditionalWrites.Accepted)]
    [TestCase("not implemented", ConditionalWrites.Refused)]
    [TestCase("busy", ConditionalWrites.Unknown)]
    public async Task Attempt_to_complete_a_missing_part_shows_whether_a_condition_is_accepted(string answer, ConditionalWrites found)
    {
        await using var store = await ExaminedStore.StartAsync(answer == "ceph" ? answer : "aws");
        store.Instead = request => request is not { Method: "POST", Headers.IfNoneMatch.Count: > 0 } ? null
            : answer == "busy" ? (503, "")
            : answer == "not implemented" ? (501, "<Error><Code>NotImplemented</Code></Error>")
            : null;

        await store.RunAsync(new MultipartCheck());

        Assert.That(store.Exam.Capabilities.ConditionalCompletion, Is.EqualTo(found));
        Assert.That(await store.ListAsync(), Is.Empty);
    }

    [TestCase(403, Denied)]
    [TestCase(200, "<ListMultipartUploadsResult></ListMultipartUploadsResult>")]
    public async Task Uploads_that_are_not_listed_are_reported(int status, string body)
    {
        await using var store = await ExaminedStore.StartAsync();
        store.Instead = request => request is { Method: "GET" } && request.Query.ContainsKey("uploads") ? (status, body) : null;

        var check = await store.RunAsync(new MultipartCheck());

        Assert.That((check.Result, store.Exam.Capabilities.Multipart), Is.EqualTo((StoreCheckResult.Warn, true)));
        Assert.That(check.Advice, Does.Contain("s3:ListBucketMultipartUploads"));
    }

    [Test]
    public async Task ETag_that_is_no_md5_is_reported()
    {
        await using var store = await ExaminedStore.StartAsync();
        store.Instead = WithListedPart(request =>
            IsPart(request, "PUT") ? WithETag(request, "\"0123456789abcdef0123456789abcdef\"") : null);

        var check = await store.RunAsync(new MultipartCheck());

        Assert.That((check.Result, store.Exam.Capabilities.ETagsAreMd5), Is.EqualTo((StoreCheckResult.Warn, false)));
        Assert.That(check.Advice, Does.Contain("KMS"));
    }

    [Test]
    public async Task ETag_may_have_upper_case_letters_and_no_quotes()
    {
        await using var store = await ExaminedStore.StartAsync();
        store.Instead = WithListedPart(request =>
            IsPart(request, "PUT") ? WithETag(request, "0CC175B9C0F1B6A831C399E269772661") : null);

        Assert.That((await store.RunAsync(new MultipartCheck())).Result, Is.EqualTo(StoreCheckResult.Ok));
        Assert.That(store.Exam.Capabilities.ETagsAreMd5, Is.True);
    }

    [TestCase("PUT")]
    [TestCase("GET")]
    public async Task Part_that_is_not_taken_or_not_listed_is_reported(string method)
    {
        await using var store = await ExaminedStore.StartAsync();
        store.Instead = request =>
        {
            // The ETag of an error is not the part's.
            request.HttpContext.Response.Headers.ETag = "\"error\"";
            return IsPart(request, method) ? (403, Denied) : null;
        };

        var check = await store.RunAsync(new MultipartCheck());

        Assert.That((check.Result, store.Exam.Capabilities.Multipart), Is.EqualTo((StoreCheckResult.Warn, false)));
        Assert.That(store.Exam.Capabilities.ETagsAreMd5, Is.EqualTo(method == "PUT" ? (bool?)null : true));
        Assert.That(check.Advice, Does.Contain("s3:ListMultipartUploadParts"));
    }

    [TestCase("DELETE", 403, Denied)]
    [TestCase("GET", 503, "", Description = "Whether the upload is aborted is unknown.")]
    public async Task Upload_that_may_be_left_is_named(string method, int status, string body)
    {
        await using var store = await ExaminedStore.StartAsync();
        var isAborted = false;
        store.Instead = request =>
        {
            isAborted |= IsPart(request, "DELETE");
            return IsPart(request, method) && isAborted ? (status, body) : null;
        };

        var check = await store.RunAsync(new MultipartCheck());

        Assert.That((check.Result, store.Exam.Capabilities.Multipart), Is.EqualTo((StoreCheckResult.Warn, true)));
        Assert.That(check.Finding, Does.Contain("may be left in the bucket, for the key data/x/.s3auth-put-probe/multipart"));
        Assert.That(check.Advice, Does.Contain("s3:AbortMultipartUpload"));
    }

    [Test]
    public async Task Upload_may_be_left_if_the_answer_to_the_abortion_cannot_be_read()
    {
        await using var store = await ExaminedStore.StartAsync();
        store.Instead = request => IsPart(request, "DELETE") ? (200, new string('x', ProbeClient.MaxAnswerBytes + 1)) : null;

        Assert.That((await store.RunAsync(new MultipartCheck())).Finding, Does.Contain("may be left"));
    }

    [Test]
    public async Task Upload_is_aborted_even_if_an_answer_cannot_be_read()
    {
        await using var store = await ExaminedStore.StartAsync();
        store.Instead = request => IsPart(request, "GET") ? (200, new string('x', ProbeClient.MaxAnswerBytes + 1)) : null;

        Assert.That(() => store.RunAsync(new MultipartCheck()), Throws.InstanceOf<HttpRequestException>());
        Assert.That(store.Asked, Has.Some.StartsWith("DELETE "));
    }

    private static bool IsPart(HttpRequest request, string method) => request.Method == method && request.Query.ContainsKey("uploadId");

    private static (int Status, string Body)? WithETag(HttpRequest request, string etag)
    {
        request.HttpContext.Response.Headers.ETag = etag;
        return (200, "");
    }

    // Lists the part until the upload is aborted.
    private static Func<HttpRequest, (int Status, string Body)?> WithListedPart(Func<HttpRequest, (int Status, string Body)?> instead)
    {
        var isAborted = false;
        return request =>
        {
            isAborted |= IsPart(request, "DELETE");
            return IsPart(request, "GET") && !isAborted
                ? (200, "<ListPartsResult><Part><PartNumber>1</PartNumber></Part></ListPartsResult>")
                : instead(request);
        };
    }
}

namespace S3Auth.Infrastructure.Tests.Storage.Doctor;

public sealed class ConditionalWriteCheckTests
{
    private const string BadDigest = "<Error><Code>BadDigest</Code></Error>";

    [Test]
    public async Task Store_that_refuses_to_overwrite_enforces_it_and_stays_empty()
    {
        await using var store = await ExaminedStore.StartAsync();
        (store.Exam.MayDelete, store.Exam.IsVersioned) = (true, false);

        var check = await store.RunAsync(new ConditionalWriteCheck());

        Assert.That(
            (check.Result, store.Exam.Capabilities.ConditionalWrites), Is.EqualTo((StoreCheckResult.Ok, ConditionalWrites.Enforced)));
        Assert.That(await store.ListAsync(), Is.Empty);
    }

    [TestCase("aws", ConditionalWrites.Enforced)]
    [TestCase("ceph", ConditionalWrites.Ignored)]
    public async Task Completion_is_tested_on_its_own(string behaviour, ConditionalWrites completion)
    {
        await using var store = await ExaminedStore.StartAsync(behaviour);
        (store.Exam.MayDelete, store.Exam.IsVersioned) = (true, false);

        var check = await store.RunAsync(new ConditionalWriteCheck());

        Assert.That(
            (store.Exam.Capabilities.ConditionalWrites, store.Exam.Capabilities.ConditionalCompletion),
            Is.EqualTo((ConditionalWrites.Enforced, completion)));
        Assert.That(
            check.Finding.Contains("not with a multipart upload", StringComparison.Ordinal),
            Is.EqualTo(completion == ConditionalWrites.Ignored));
        Assert.That(await store.ListAsync(), Is.Empty);
        Assert.That(store.Asked.Count(asked => asked.StartsWith("DELETE ", StringComparison.Ordinal)), Is.EqualTo(2));
    }

    [TestCase(412, "", ConditionalWrites.Enforced)]
    [TestCase(409, "", ConditionalWrites.Enforced)]
    [TestCase(200, "<Error><Code>PreconditionFailed</Code></Error>", ConditionalWrites.Enforced)]
    [TestCase(200, "<Error><Code>InternalError</Code></Error>", ConditionalWrites.Unknown)]
    [TestCase(501, "<Error><Code>NotImplemented</Code></Error>", ConditionalWrites.Refused)]
    [TestCase(503, "", ConditionalWrites.Unknown)]
    public async Task Answer_to_the_completion_decides(int status, string body, ConditionalWrites found)
    {
        await using var store = await ExaminedStore.StartAsync();
        (store.Exam.MayDelete, store.Exam.IsVersioned) = (true, false);
        store.Instead = request => request is { Method: "POST", Headers.IfNoneMatch.Count: > 0 } ? (status, body) : null;

        await store.RunAsync(new ConditionalWriteCheck());

        Assert.That(store.Exam.Capabilities.ConditionalCompletion, Is.EqualTo(found));
    }

    [TestCase(false, false)]
    [TestCase(null, false)]
    [TestCase(true, true)]
    [TestCase(true, null)]
    public async Task Nothing_is_written_where_it_would_stay(bool? mayDelete, bool? isVersioned)
    {
        await using var store = await ExaminedStore.StartAsync();
        (store.Exam.MayDelete, store.Exam.IsVersioned) = (mayDelete, isVersioned);

        var check = await store.RunAsync(new ConditionalWriteCheck());

        Assert.That(
            (check.Result, store.Exam.Capabilities.ConditionalWrites, store.Asked.Count),
            Is.EqualTo((StoreCheckResult.Ok, ConditionalWrites.Accepted, 1)));
        Assert.That(await store.ListAsync(), Is.Empty);
    }

    [TestCase(501, "<Error><Code>NotImplemented</Code></Error>", ConditionalWrites.Refused, StoreCheckResult.Ok)]
    [TestCase(403, "<Error><Code>AccessDenied</Code></Error>", ConditionalWrites.Unknown, StoreCheckResult.Warn)]
    [TestCase(503, "", ConditionalWrites.Unknown, StoreCheckResult.Warn)]
    public async Task Attempt_that_is_not_accepted_decides(int status, string body, ConditionalWrites found, StoreCheckResult result)
    {
        await using var store = await ExaminedStore.StartAsync();
        (store.Exam.MayDelete, store.Exam.IsVersioned) = (true, false);
        store.Instead = request => request.Headers.IfNoneMatch.Count > 0 ? (status, body) : null;

        var check = await store.RunAsync(new ConditionalWriteCheck());

        Assert.That((check.Result, store.Exam.Capabilities.ConditionalWrites), Is.EqualTo((result, found)));
        Assert.That(store.Asked, Has.Count.EqualTo(1));
    }

    [TestCase(200, 412, ConditionalWrites.Enforced)]
    [TestCase(200, 409, ConditionalWrites.Enforced)]
    [TestCase(200, 200, ConditionalWrites.Ignored)]
    [TestCase(200, 503, ConditionalWrites.Unknown)]
    [TestCase(503, 412, ConditionalWrites.Unknown)]
    [TestCase(503, 200, ConditionalWrites.Unknown)]
    public async Task Second_write_shows_whether_the_store_overwrites(int first, int second, ConditionalWrites found)
    {
        await using var store = await ExaminedStore.StartAsync();
        (store.Exam.MayDelete, store.Exam.IsVersioned) = (true, false);
        store.Instead = request => request.Method != "PUT" ? null
            : request.Headers.ContentMD5.Count > 0 ? (400, BadDigest)
            : request.Headers.IfNoneMatch == "*" ? (second, "")
            : (first, "");

        var check = await store.RunAsync(new ConditionalWriteCheck());

        Assert.That(store.Exam.Capabilities.ConditionalWrites, Is.EqualTo(found));
        Assert.That(check.Result, Is.EqualTo(found == ConditionalWrites.Unknown ? StoreCheckResult.Warn : StoreCheckResult.Ok));
        Assert.That(
            store.Asked.Count(asked =>
                asked.StartsWith("DELETE ", StringComparison.Ordinal) && !asked.Contains("uploadId", StringComparison.Ordinal)),
            Is.EqualTo(1));
    }

    [TestCase(ConditionalWrites.Enforced, "can refuse to overwrite")]
    [TestCase(ConditionalWrites.Ignored, "ignores If-None-Match")]
    public async Task Finding_says_what_it_means(ConditionalWrites found, string finding)
    {
        await using var store = await ExaminedStore.StartAsync();
        (store.Exam.MayDelete, store.Exam.IsVersioned) = (true, false);
        store.Instead = request => request.Method == "PUT" && request.Headers.ContentMD5.Count == 0
            ? (found == ConditionalWrites.Ignored || request.Headers.IfNoneMatch.Count == 0 ? 200 : 412, "")
            : null;

        Assert.That((await store.RunAsync(new ConditionalWriteCheck())).Finding, Does.Contain(finding));
    }

    [Test]
    public async Task Each_run_has_its_own_key()
    {
        await using var one = await ExaminedStore.StartAsync();
        await using var other = await ExaminedStore.StartAsync();

        Assert.That(one.Exam.ConditionalKey, Is.Not.EqualTo(other.Exam.ConditionalKey));
    }
}

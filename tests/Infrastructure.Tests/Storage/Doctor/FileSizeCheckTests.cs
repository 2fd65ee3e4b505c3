namespace S3Auth.Infrastructure.Tests.Storage.Doctor;

public sealed class FileSizeCheckTests
{
    private const long BytesPerMebibyte = 1024 * 1024;

    [Test]
    public async Task Store_that_waits_for_the_largest_file_is_fine_and_keeps_nothing()
    {
        await using var store = await ExaminedStore.StartAsync();

        var check = await store.RunAsync(new FileSizeCheck(FileSizeLimits.Default));

        Assert.That(check.Result, Is.EqualTo(StoreCheckResult.Ok), check.Finding);
        Assert.That(store.Asked, Has.Count.EqualTo(1));
        Assert.That(await store.ListAsync(), Is.Empty);
    }

    [TestCase(413, "<html/>", 2000, "413", "An upload of 1024 MiB passes.")]
    [TestCase(400, "<Error><Code>EntityTooLarge</Code></Error>", 1, "EntityTooLarge", "An upload of 1 MiB passes.")]
    [TestCase(413, "<html/>", 0, "413", "It refuses 1 MiB too.")]
    public async Task Limit_of_a_proxy_is_found(int status, string body, long limit, string answer, string passing)
    {
        await using var store = await ExaminedStore.StartAsync();
        store.Instead = request => request.ContentLength > limit * BytesPerMebibyte ? (status, body) : null;

        var check = await store.RunAsync(new FileSizeCheck(FileSizeLimits.Default));

        Assert.That(check.Result, Is.EqualTo(StoreCheckResult.Fail));
        Assert.That(check.Finding, Does.Contain(answer).And.Contain(passing));
        Assert.That(check.Advice, Does.Contain("client_max_body_size"));
    }

    [TestCase(20 * BytesPerMebibyte, 10, "an upload of 20 MiB", "An upload of 10 MiB passes.")]
    [TestCase(3_000_000, 1, "an upload of 3000000 bytes", "An upload of 1 MiB passes.")]
    [TestCase(2000, 0, "an upload of 2000 bytes", "It refuses 2000 bytes too.")]
    public async Task Only_sizes_up_to_the_configured_limit_are_tried(long max, long limit, string largest, string passing)
    {
        await using var store = await ExaminedStore.StartAsync();
        var check = new FileSizeCheck(new FileSizeLimits(0, max));
        var tried = new ConcurrentQueue<long>();
        store.Instead = request =>
        {
            tried.Enqueue(request.ContentLength!.Value);
            return request.ContentLength > limit * BytesPerMebibyte ? (413, "<html/>") : null;
        };

        var refused = await store.RunAsync(check);

        Assert.That(refused.Finding, Does.Contain(largest).And.Contain(passing));
        Assert.That(tried.Max(), Is.EqualTo(max));
        store.Instead = _ => null;
        Assert.That((await store.RunAsync(check)).Result, Is.EqualTo(StoreCheckResult.Ok));
    }

    [Test]
    public async Task First_refusal_is_reported()
    {
        await using var store = await ExaminedStore.StartAsync();
        store.Instead = request => request.ContentLength > 1024 * BytesPerMebibyte
            ? (413, "<html/>")
            : (400, ExaminedStore.Error("EntityTooLarge"));

        var check = await store.RunAsync(new FileSizeCheck(FileSizeLimits.Default));

        Assert.That(check.Finding, Does.Contain("413").And.Not.Contain("EntityTooLarge"));
    }

    [TestCase(403, "<Error><Code>AccessDenied</Code></Error>")]
    [TestCase(503, "")]
    public async Task Other_answers_say_nothing_about_sizes(int status, string body)
    {
        await using var store = await ExaminedStore.StartAsync();
        store.Instead = _ => (status, body);

        Assert.That((await store.RunAsync(new FileSizeCheck(FileSizeLimits.Default))).Result, Is.EqualTo(StoreCheckResult.Ok));
    }
}

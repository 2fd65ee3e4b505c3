namespace S3Auth.Infrastructure.Tests.Storage.Doctor;

public sealed class FileSizeCheckTests
{
    private const long BytesPerMebibyte = 1024 * 1024;

    [Test]
    public async Task Store_that_waits_for_the_largest_file_is_fine_and_keeps_nothing()
    {
        await using var store = await ExaminedStore.StartAsync();

        var check = await store.RunAsync(new FileSizeCheck());

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

        var check = await store.RunAsync(new FileSizeCheck());

        Assert.That(check.Result, Is.EqualTo(StoreCheckResult.Fail));
        Assert.That(check.Finding, Does.Contain(answer).And.Contain(passing));
        Assert.That(check.Advice, Does.Contain("client_max_body_size"));
    }

    [Test]
    public async Task First_refusal_is_reported()
    {
        await using var store = await ExaminedStore.StartAsync();
        store.Instead = request => request.ContentLength > 1024 * BytesPerMebibyte
            ? (413, "<html/>")
            : (400, ExaminedStore.Error("EntityTooLarge"));

        Assert.That((await store.RunAsync(new FileSizeCheck())).Finding, Does.Contain("413").And.Not.Contain("EntityTooLarge"));
    }

    [TestCase(403, "<Error><Code>AccessDenied</Code></Error>")]
    [TestCase(503, "")]
    public async Task Other_answers_say_nothing_about_sizes(int status, string body)
    {
        await using var store = await ExaminedStore.StartAsync();
        store.Instead = _ => (status, body);

        Assert.That((await store.RunAsync(new FileSizeCheck())).Result, Is.EqualTo(StoreCheckResult.Ok));
    }
}

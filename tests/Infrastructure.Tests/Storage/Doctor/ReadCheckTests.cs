namespace S3Auth.Infrastructure.Tests.Storage.Doctor;

public sealed class ReadCheckTests
{
    [Test]
    public async Task Keys_that_list_and_read_every_prefix_are_fine()
    {
        await using var store = await ExaminedStore.StartAsync();

        var check = await store.RunAsync(new ReadCheck());

        Assert.That(check.Result, Is.EqualTo(StoreCheckResult.Ok), check.Finding);
        Assert.That(check.Finding, Does.Contain("data/x/ and data/reddit/"));
    }

    [TestCase("data/x/")]
    [TestCase("data/reddit/")]
    public async Task Refused_listing_of_any_prefix_fails(string prefix)
    {
        await using var store = await ExaminedStore.StartAsync();
        store.Instead = request => request.Query["prefix"] == prefix ? (403, ExaminedStore.Error("AccessDenied")) : null;

        var check = await store.RunAsync(new ReadCheck());

        Assert.That((check.Result, check.Finding.Contains($"refuses to list {prefix}")), Is.EqualTo((StoreCheckResult.Fail, true)));
        Assert.That(check.Advice, Does.Contain("s3:ListBucket"));
    }

    [TestCase(404, "<html>Not Found</html>", "proxy", "proxy_intercept_errors")]
    [TestCase(404, "<Error><Code>NoSuchBucket</Code></Error>", "not with NoSuchKey", "s3:GetObject")]
    [TestCase(403, "<Error><Code>AccessDenied</Code></Error>", "not with NoSuchKey", "s3:GetObject")]
    [TestCase(200, "", "not with NoSuchKey", "s3:GetObject")]
    public async Task Download_that_is_not_answered_as_s3_does_fails(int status, string body, string finding, string advice)
    {
        await using var store = await ExaminedStore.StartAsync();
        store.Instead = request => request.Path.Value!.Contains("data/reddit/") ? (status, body) : null;

        var check = await store.RunAsync(new ReadCheck());

        Assert.That(check.Result, Is.EqualTo(StoreCheckResult.Fail));
        Assert.That(check.Finding, Does.Contain(finding));
        Assert.That(check.Advice, Does.Contain(advice));
    }
}

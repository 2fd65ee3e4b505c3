namespace S3Auth.Infrastructure.Tests.Storage.Doctor;

public sealed class VersioningCheckTests
{
    private const string Ns = "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";

    [TestCase(200, $"<VersioningConfiguration {Ns}><Status>Enabled</Status></VersioningConfiguration>", StoreCheckResult.Warn, true)]
    [TestCase(200, $"<VersioningConfiguration {Ns}><Status>Suspended</Status></VersioningConfiguration>", StoreCheckResult.Ok, true)]
    [TestCase(200, $"<VersioningConfiguration {Ns}/>", StoreCheckResult.Ok, false)]
    [TestCase(403, "<Error><Code>AccessDenied</Code></Error>", StoreCheckResult.Warn, null)]
    [TestCase(403, "<html>Forbidden</html>", StoreCheckResult.Warn, null)]
    [TestCase(401, "", StoreCheckResult.Warn, null)]
    [TestCase(501, "<Error><Code>NotImplemented</Code></Error>", StoreCheckResult.Ok, false)]
    [TestCase(400, "<Error><Code>InvalidArgument</Code></Error>", StoreCheckResult.Ok, false)]
    [TestCase(503, "<Error><Code>SlowDown</Code></Error>", StoreCheckResult.Warn, null)]
    [TestCase(200, "<html>Welcome</html>", StoreCheckResult.Warn, null)]
    public async Task Bucket_has_versions_unless_the_store_says_that_it_has_none(
        int status, string body, StoreCheckResult result, bool? isVersioned)
    {
        await using var store = await ExaminedStore.StartAsync();
        store.Instead = request => request.Query.ContainsKey("versioning") ? (status, body) : null;

        var check = await store.RunAsync(new VersioningCheck());

        Assert.That((check.Result, store.Exam.IsVersioned), Is.EqualTo((result, isVersioned)));
        Assert.That(check.Advice is null, Is.EqualTo(result == StoreCheckResult.Ok));
    }

    [TestCase(403, "s3:GetBucketVersioning")]
    [TestCase(401, "s3:GetBucketVersioning")]
    [TestCase(503, "Run the doctor again")]
    public async Task Advice_fits_the_answer(int status, string advice)
    {
        await using var store = await ExaminedStore.StartAsync();
        store.Instead = _ => (status, "");

        Assert.That((await store.RunAsync(new VersioningCheck())).Advice, Does.Contain(advice));
    }
}

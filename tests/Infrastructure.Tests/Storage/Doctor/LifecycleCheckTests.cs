namespace S3Auth.Infrastructure.Tests.Storage.Doctor;

/// <summary>The data prefixes of these tests are data/x/ and data/reddit/.</summary>
public sealed class LifecycleCheckTests
{
    private const string Abort =
        "<AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload>";
    private const string Days = "<Expiration><Days>30</Days></Expiration>";
    private const string OnDate = "<Expiration><Date>2030-01-01T00:00:00Z</Date></Expiration>";
    private const string Markers = "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>";
    private const string OldVersions = "<NoncurrentVersionExpiration><Days>3</Days></NoncurrentVersionExpiration>";

    [TestCase("", Abort, StoreCheckResult.Ok, "removes multipart uploads")]
    [TestCase("data/", Abort, StoreCheckResult.Ok, "removes multipart uploads")]
    [TestCase("data/x/", Abort, StoreCheckResult.Warn, "No lifecycle rule", Description = "not data/reddit/")]
    [TestCase("data/x/5F", Abort, StoreCheckResult.Warn, "No lifecycle rule")]
    [TestCase("logs/", Abort, StoreCheckResult.Warn, "No lifecycle rule")]
    [TestCase("", OldVersions, StoreCheckResult.Warn, "No lifecycle rule")]
    [TestCase("", Abort + Markers, StoreCheckResult.Ok, "removes multipart uploads")]
    [TestCase("", Abort + OldVersions, StoreCheckResult.Ok, "removes multipart uploads")]
    [TestCase("", Abort + Days, StoreCheckResult.Warn, "deletes miners' files")]
    [TestCase("", Abort + OnDate, StoreCheckResult.Warn, "deletes miners' files")]
    [TestCase("data/reddit/", Days, StoreCheckResult.Warn, "deletes miners' files")]
    [TestCase("data/x/5F", Days, StoreCheckResult.Warn, "deletes miners' files", Description = "one miner's")]
    [TestCase("logs/", Days, StoreCheckResult.Warn, "No lifecycle rule")]
    public async Task Rule_is_judged_by_its_prefix_and_actions(string prefix, string actions, StoreCheckResult result, string finding)
    {
        foreach (var filter in (string[])[$"<Prefix>{prefix}</Prefix>", $"<Filter><Prefix>{prefix}</Prefix></Filter>"])
        {
            var check = await RunAsync(200, Configuration(Rule(filter + actions)));

            Assert.That(check.Result, Is.EqualTo(result));
            Assert.That(check.Finding, Does.Contain(finding));
        }
    }

    [Test]
    public async Task Rule_without_a_prefix_is_for_all_objects() =>
        Assert.That((await RunAsync(200, Configuration(Rule(Abort)))).Result, Is.EqualTo(StoreCheckResult.Ok));

    [Test]
    public async Task Two_rules_may_cover_the_prefixes_together()
    {
        var rules = Rule($"<Prefix>data/x/</Prefix>{Abort}") + Rule($"<Prefix>data/reddit/</Prefix>{Abort}");

        Assert.That((await RunAsync(200, Configuration(rules))).Result, Is.EqualTo(StoreCheckResult.Ok));
    }

    [TestCase(Abort)]
    [TestCase(Abort + Days)]
    public async Task Disabled_rule_does_not_count(string actions) =>
        Assert.That(
            (await RunAsync(200, Configuration(Rule(actions, "Disabled")))).Finding, Does.Contain("No lifecycle rule"));

    [TestCase(404, "<Error><Code>NoSuchLifecycleConfiguration</Code></Error>", "No lifecycle rule", "docs/stores.md")]
    [TestCase(403, "<Error><Code>AccessDenied</Code></Error>", "may not read", "s3:GetLifecycleConfiguration")]
    [TestCase(501, "<Error><Code>NotImplemented</Code></Error>", "has no lifecycle rules", "Abort old multipart uploads")]
    [TestCase(400, "<Error><Code>InvalidArgument</Code></Error>", "has no lifecycle rules", "Abort old multipart uploads")]
    [TestCase(200, "<ListBucketResult/>", "has no lifecycle rules", "Abort old multipart uploads")]
    [TestCase(503, "", "503", "docs/stores.md")]
    [TestCase(200, "<html/>", "200", "docs/stores.md")]
    public async Task Answer_without_rules_is_explained(int status, string body, string finding, string advice)
    {
        var check = await RunAsync(status, body);

        Assert.That(check.Result, Is.EqualTo(StoreCheckResult.Warn));
        Assert.That(check.Finding, Does.Contain(finding));
        Assert.That(check.Advice, Does.Contain(advice));
    }

    private static string Configuration(string rules) =>
        $"<LifecycleConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{rules}</LifecycleConfiguration>";

    private static string Rule(string content, string status = "Enabled") => $"<Rule><ID>1</ID>{content}<Status>{status}</Status></Rule>";

    private static async Task<StoreCheck> RunAsync(int status, string body)
    {
        await using var store = await ExaminedStore.StartAsync();
        store.Instead = request => request.Query.ContainsKey("lifecycle") ? (status, body) : null;
        return await store.RunAsync(new LifecycleCheck());
    }
}

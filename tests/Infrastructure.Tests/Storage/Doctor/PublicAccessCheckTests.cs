namespace S3Auth.Infrastructure.Tests.Storage.Doctor;

public sealed class PublicAccessCheckTests
{
    [Test]
    public async Task Private_bucket_is_fine()
    {
        await using var store = await ExaminedStore.StartAsync();
        await store.PutAsync("data/x/file");

        var check = await store.RunAsync(new PublicAccessCheck());

        Assert.That(check.Result, Is.EqualTo(StoreCheckResult.Ok), check.Finding);
        Assert.That(await store.ListAsync(), Is.EqualTo(["data/x/file"]));
    }

    [TestCase("?list-type=2&max-keys=1")]
    [TestCase("?max-keys=1", Description = "the first version of listings, which some stores allow separately")]
    public async Task Bucket_that_anyone_can_list_fails(string query) => await FailsAsync(
        request => request.QueryString.Value == query ? (200, "<ListBucketResult/>") : null, "list the bucket");

    [Test]
    public async Task Bucket_that_anyone_can_list_in_both_ways_is_named_once() => await FailsAsync(
        request => IsUnsigned(request) && request.Query.ContainsKey("max-keys") ? (200, "<ListBucketResult/>") : null,
        "can list the bucket");

    [TestCase("/data/x/a b+c%", 206)]
    [TestCase("/data/x/a b+c%", 200)]
    [TestCase("/data/x/a b+c%", 416)]
    [TestCase("/data/x/third", 200)]
    [TestCase("/data/reddit/file", 200)]
    public async Task Bucket_with_an_object_that_anyone_can_read_fails(string path, int status) => await FailsAsync(
        request => IsUnsigned(request) && request.Method == "GET" && request.Path.Value!.EndsWith(path, StringComparison.Ordinal)
            && request.Headers.Range == "bytes=0-0" ? (status, "")
            : null,
        "can read the bucket",
        "data/x/a b+c%",
        "data/x/second",
        "data/x/third",
        "data/reddit/file");

    [Test]
    public async Task Few_objects_are_read()
    {
        await using var store = await ExaminedStore.StartAsync();
        foreach (var name in (string[])["1", "2", "3", "4"])
        {
            await store.PutAsync("data/x/" + name);
        }

        await store.RunAsync(new PublicAccessCheck());

        Assert.That(store.Asked.Count(asked => asked.StartsWith("GET /s3auth-dev/data/x/", StringComparison.Ordinal)), Is.EqualTo(3));
    }

    [TestCase(400, "<Error><Code>BadDigest</Code></Error>")]
    [TestCase(200, "")]
    public async Task Bucket_that_anyone_can_write_fails(int status, string body) => await FailsAsync(
        request => IsUnsigned(request) && request.Method == "PUT" ? (status, body) : null, "can write the bucket");

    private static bool IsUnsigned(HttpRequest request) => !request.Query.ContainsKey("X-Amz-Signature");

    private static async Task FailsAsync(Func<HttpRequest, (int Status, string Body)?> instead, string finding, params string[] keys)
    {
        await using var store = await ExaminedStore.StartAsync();
        foreach (var key in keys)
        {
            await store.PutAsync(key);
        }

        store.Instead = instead;
        var check = await store.RunAsync(new PublicAccessCheck());

        Assert.That(check.Result, Is.EqualTo(StoreCheckResult.Fail));
        Assert.That(check.Finding, Does.Contain(finding));
        Assert.That(check.Advice, Does.Contain("Block Public Access"));
    }
}

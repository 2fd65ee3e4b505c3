namespace S3Auth.DevelopmentStore.Tests;

internal sealed class HostStyleTests : StoreTests
{
    private string Host => $"{Bucket}.localhost:{Store.Endpoint.Port}";

    [Test]
    public async Task Bucket_in_the_host_works_for_every_signature()
    {
        Assert.That((await Signer.Authorize(AtHost("PUT", "/a%20b/c", Bytes("x"))).SendAsync()).Status, Is.EqualTo(200));
        Assert.That((await Signer.Authorize(AtHost("PUT", $"/{Bucket}/d", Bytes("y"))).SendAsync()).Status, Is.EqualTo(200));

        Assert.That((await GetAsync("a b/c")).Text, Is.EqualTo("x"), "Path style finds the same object.");
        Assert.That((await GetAsync($"{Bucket}/d")).Text, Is.EqualTo("y"), "The whole path is the key.");
        Assert.That((await Signer.Presign(AtHost("GET", "/a%20b/c")).SendAsync()).Text, Is.EqualTo("x"));
        Assert.That((await Signer.Authorize(AtHost("GET", "/?list-type=2")).SendAsync()).Element("KeyCount"), Is.EqualTo("2"));
        Assert.That((await Signer.Authorize(AtHost("HEAD", "/")).SendAsync()).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Form_at_the_host_answers_with_a_location_in_the_same_style()
    {
        var form = new TestForm(Store) { Target = "/" };
        form.Fields.Add(("x-ignore-a", "b"));
        var answer = await form.Build().Replace("Host", Host).SendAsync();

        Assert.That(answer.Status, Is.EqualTo(204));
        Assert.That(answer.Headers["Location"], Is.EqualTo($"http://{Host}/up/a.txt"));
    }

    [Test]
    public async Task Host_is_read_in_any_case_and_without_a_port()
    {
        foreach (var host in (string[])[$"{Bucket}.LOCALHOST", $"{Bucket.ToUpperInvariant()}.localhost:1"])
        {
            var request = Request("GET", "/none").Replace("Host", host);
            Assert.That((await Signer.Authorize(request).SendAsync()).Summary, Is.EqualTo("404 NoSuchKey"), host);
        }
    }

    [TestCase("other.localhost")]
    [TestCase("a.s3auth-dev.localhost")]
    [TestCase("s3auth-dev.s3.localhost")]
    public async Task Other_bucket_in_the_host_is_refused(string host)
    {
        var get = Signer.Authorize(Request("GET", $"/{Bucket}/key").Replace("Host", host));
        Assert.That((await get.SendAsync()).Summary, Is.EqualTo("404 NoSuchBucket"));
        var form = new TestForm(Store) { Target = "/" }.Build().Replace("Host", host);
        Assert.That((await form.SendAsync()).Summary, Is.EqualTo("404 NoSuchBucket"));
    }

    [TestCase("localhost")]
    [TestCase("127.0.0.1")]
    [TestCase("[::1]:9000")]
    [TestCase("store.example")]
    [TestCase("s3auth-dev.example")]
    public async Task Any_other_host_means_path_style(string host) => Assert.That(
        (await Signer.Authorize(On("GET", "none").Replace("Host", host)).SendAsync()).Summary, Is.EqualTo("404 NoSuchKey"));

    [Test]
    public async Task Signature_of_one_style_is_not_valid_in_the_other()
    {
        await PutAsync("key", Bytes("x"));
        var request = Signer.Presign(AtHost("GET", "/key"));
        request.Target = $"/{Bucket}{request.Target}";
        Assert.That((await request.SendAsync()).Summary, Is.EqualTo("403 SignatureDoesNotMatch"));
        request.Replace("Host", Store.Endpoint.Authority);
        Assert.That((await request.SendAsync()).Summary, Is.EqualTo("403 SignatureDoesNotMatch"));
    }

    private RawRequest AtHost(string method, string target, byte[]? body = null) => Request(method, target, body).Replace("Host", Host);
}

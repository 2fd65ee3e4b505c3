namespace S3Auth.DevelopmentStore.Tests;

internal sealed class GetObjectTests : StoreTests
{
    private const string Text = "0123456789";
    private const string ETag = "\"781e5e245d69b566979b86e28d23f2c7\""; // MD5 of the text

    [SetUp]
    public Task PutKey() => PutAsync("key", Bytes(Text));

    [Test]
    public async Task Get_returns_content_and_headers()
    {
        var answer = await GetAsync("key");

        Assert.That(answer.Text, Is.EqualTo(Text));
        Assert.That(answer.Headers["ETag"], Is.EqualTo(ETag));
        Assert.That(answer.Headers["Content-Type"], Is.EqualTo("binary/octet-stream"));
        Assert.That(answer.Headers["Content-Length"], Is.EqualTo("10"));
        Assert.That(answer.Headers["Accept-Ranges"], Is.EqualTo("bytes"));
        Assert.That(answer.Headers["Last-Modified"], Is.EqualTo(Store.Clock.GetUtcNow().ToString("R", CultureInfo.InvariantCulture)));
    }

    [Test]
    public async Task Head_returns_the_headers_of_Get()
    {
        var answer = await Signer.Authorize(On("HEAD", "key")).SendAsync();
        Assert.That(
            (answer.Status, answer.Headers["Content-Length"], answer.Headers["ETag"], answer.Body.Length),
            Is.EqualTo((200, "10", ETag, 0)));

        var missing = await Signer.Authorize(On("HEAD", "none")).SendAsync();
        Assert.That((missing.Status, missing.Body.Length), Is.EqualTo((404, 0)));
    }

    [TestCase("bytes=0-0", "0", "bytes 0-0/10")]
    [TestCase("bytes=2-4", "234", "bytes 2-4/10")]
    [TestCase("bytes=8-", "89", "bytes 8-9/10")]
    [TestCase("bytes=8-99", "89", "bytes 8-9/10")]
    [TestCase("bytes=0-9223372036854775807", Text, "bytes 0-9/10")]
    [TestCase("bytes=-3", "789", "bytes 7-9/10")]
    [TestCase("bytes=-99", Text, "bytes 0-9/10")]
    public async Task Range_returns_its_bytes(string range, string bytes, string contentRange)
    {
        var answer = await Signer.Authorize(On("GET", "key").With("Range", range)).SendAsync();
        Assert.That((answer.Status, answer.Text, answer.Headers["Content-Range"]), Is.EqualTo((206, bytes, contentRange)));
    }

    [TestCase("bytes=10-")]
    [TestCase("bytes=10-20")]
    [TestCase("bytes=-0")]
    public async Task Range_outside_the_object_is_refused(string range)
    {
        var answer = await Signer.Authorize(On("GET", "key").With("Range", range)).SendAsync();
        Assert.That((answer.Summary, answer.Headers["Content-Range"]), Is.EqualTo(("416 InvalidRange", "bytes */10")));
        Assert.That(answer.Headers, Does.Not.ContainKey("ETag"));
    }

    [TestCase("bytes=5-2")]
    [TestCase("bytes=a-b")]
    [TestCase("bytes=")]
    [TestCase("bytes=-")]
    [TestCase("bytes=0-1,3-4")]
    [TestCase("lines=0-1")]
    [TestCase("bytes=99999999999999999999-")]
    [TestCase("bytes=--1")]
    public async Task Invalid_range_is_ignored(string range)
    {
        var answer = await Signer.Authorize(On("GET", "key").With("Range", range)).SendAsync();
        Assert.That((answer.Status, answer.Text), Is.EqualTo((200, Text)));
    }

    [Test]
    public async Task Empty_object_has_no_ranges()
    {
        await PutAsync("empty", []);
        Assert.That((await GetAsync("empty")).Status, Is.EqualTo(200));
        foreach (var range in new[] { "bytes=0-", "bytes=0-0", "bytes=-1" })
        {
            Assert.That(
                (await Signer.Authorize(On("GET", "empty").With("Range", range)).SendAsync()).Summary,
                Is.EqualTo("416 InvalidRange"));
        }
    }

    [TestCase("If-Match", ETag, 200)]
    [TestCase("If-Match", "\"a\", " + ETag, 200)]
    [TestCase("If-Match", "*", 200)]
    [TestCase("If-Match", "\"a\"", 412)]
    [TestCase("If-None-Match", ETag, 304)]
    [TestCase("If-None-Match", "781e5e245d69b566979b86e28d23f2c7", 304)]
    [TestCase("If-None-Match", "\"a\"", 200)]
    [TestCase("If-Modified-Since", "0", 304)]
    [TestCase("If-Modified-Since", "-1", 200)]
    [TestCase("If-Modified-Since", "nonsense", 200)]
    [TestCase("If-Unmodified-Since", "0", 200)]
    [TestCase("If-Unmodified-Since", "-1", 412)]
    public async Task Conditions_are_evaluated(string header, string value, int expected)
    {
        if (int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
        {
            value = Store.Clock.GetUtcNow().AddSeconds(seconds).ToString("R", CultureInfo.InvariantCulture);
        }

        var answer = await Signer.Authorize(On("GET", "key").With(header, value)).SendAsync();
        Assert.That(answer.Status, Is.EqualTo(expected));
        Assert.That(answer.Text, expected == 200 ? Is.EqualTo(Text) : expected == 304 ? Is.Empty : Does.Contain("PreconditionFailed"));
    }

    [TestCase(ETag, 206)]
    [TestCase("\"a\"", 200)]
    public async Task If_range_decides_between_part_and_whole(string etag, int expected) =>
        Assert.That(
            (await Signer.Authorize(On("GET", "key").With("Range", "bytes=0-1").With("If-Range", etag)).SendAsync()).Status,
            Is.EqualTo(expected));

    [Test]
    public async Task Signed_response_overrides_are_obeyed_and_kept_clean()
    {
        var request = On("GET", "key");
        request.Target += "?response-content-disposition=attachment%3B%20filename%3D%22x.csv%22&response-content-type=text%2Fcsv";
        var answer = await Signer.Presign(request).SendAsync();
        Assert.That(answer.Headers["Content-Disposition"], Is.EqualTo("attachment; filename=\"x.csv\""));
        Assert.That(answer.Headers["Content-Type"], Is.EqualTo("text/csv"));

        request = On("GET", "key");
        request.Target += "?response-content-type=a%0D%0ASet-Cookie%3A%20b";
        Assert.That((await Signer.Presign(request).SendAsync()).Summary, Is.EqualTo("400 InvalidArgument"));
    }

    [TestCase("versionId=1")]
    [TestCase("partNumber=1")]
    [TestCase("torrent=")]
    public async Task Subresources_are_refused(string query)
    {
        var request = On("GET", "key");
        request.Target += "?" + query;
        Assert.That((await Signer.Authorize(request).SendAsync()).Summary, Is.EqualTo("501 NotImplemented"));
    }
}

using System.IO.Compression;

namespace S3Auth.Api.Tests;

/// <summary>
/// What never changes is made once and served from memory: the page's assets, the interactive page, the OpenAPI document.
/// </summary>
public sealed partial class StaticContentTests
{
    private const string Bundle = "/docs/swagger-ui-bundle.js";

    private static readonly string[] Paths =
        ["/page.css", "/page.js", "/icon.svg", "/openapi.json", "/docs/index.html", "/docs/index.js", "/docs/swagger-ui.css", Bundle];

    private Service _service = null!;
    private HttpClient _client = null!;

    [OneTimeSetUp]
    public void OneTimeSetUp()
    {
        _service = new Service();
        _client = _service.CreateClient();
    }

    [OneTimeTearDown]
    public void OneTimeTearDown()
    {
        _client.Dispose();
        _service.Dispose();
    }

    [TestCaseSource(nameof(Paths))]
    public async Task Content_is_the_same_in_every_encoding(string path)
    {
        using var plain = await SendAsync(HttpMethod.Get, path, "identity");
        using var gzip = await SendAsync(HttpMethod.Get, path, "gzip");
        using var brotli = await SendAsync(HttpMethod.Get, path, "gzip, deflate, br");
        var bytes = await plain.Content.ReadAsByteArrayAsync();

        Assert.That(plain.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(plain.Content.Headers.ContentEncoding, Is.Empty);
        Assert.That(gzip.Content.Headers.ContentEncoding, Is.EqualTo(new[] { "gzip" }));
        Assert.That(brotli.Content.Headers.ContentEncoding, Is.EqualTo(new[] { "br" }));
        Content.AssertSame(await UnpackAsync(gzip, stream => new GZipStream(stream, CompressionMode.Decompress)), bytes);
        Content.AssertSame(await UnpackAsync(brotli, stream => new BrotliStream(stream, CompressionMode.Decompress)), bytes);
        Assert.That(brotli.Content.Headers.ContentLength, Is.LessThan(bytes.Length));
        Assert.That(
            new[] { plain, gzip, brotli }
                .Select(
                    answer => (
                        answer.Headers.ETag?.ToString(),
                        string.Join(',', answer.Headers.Vary),
                        answer.Content.Headers.ContentType?.ToString()))
                .Distinct()
                .Count(),
            Is.EqualTo(1));
        Assert.That(string.Join(',', plain.Headers.Vary), Is.EqualTo("Accept-Encoding"));
    }

    [TestCase("", null)]
    [TestCase("br;q=0, gzip", "gzip")]
    [TestCase("br;q=0.5, gzip;q=0.9", "gzip")]
    [TestCase("*", "br")]
    [TestCase("br;q=0, *", "gzip")]
    [TestCase("deflate, zstd", null)]
    [TestCase("gzip;q=0", null)]
    [TestCase("BR", "br")]
    [TestCase(",;nonsense=\u0001", null)]
    public async Task Encoding_is_one_that_the_client_wants(string accepted, string? encoding)
    {
        using var answer = await SendAsync(HttpMethod.Get, "/page.css", accepted);

        Assert.That(
            (answer.StatusCode, answer.Content.Headers.ContentEncoding.SingleOrDefault()),
            Is.EqualTo((HttpStatusCode.OK, encoding)));
    }

    [TestCaseSource(nameof(Paths))]
    public async Task Head_says_what_get_sends(string path)
    {
        using var get = await SendAsync(HttpMethod.Get, path, "br");
        using var head = await SendAsync(HttpMethod.Head, path, "br");

        Assert.That(head.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(head.Content.Headers.ContentLength, Is.EqualTo((await get.Content.ReadAsByteArrayAsync()).Length));
        Assert.That(await head.Content.ReadAsByteArrayAsync(), Is.Empty);
        Assert.That(head.Headers.ETag, Is.EqualTo(get.Headers.ETag));
    }

    [TestCaseSource(nameof(Paths))]
    public async Task Client_that_has_it_is_told_so(string path)
    {
        using var first = await SendAsync(HttpMethod.Get, path, "br");
        var tag = first.Headers.ETag!.ToString();

        foreach (var (held, status) in new[]
        {
            (tag, 304), ($"\"other\", {tag}", 304), ("*", 304), (tag["W/".Length..], 304), ("\"other\"", 200), ("nonsense", 200),
        })
        {
            using var answer = await SendAsync(HttpMethod.Get, path, "br", held);
            Assert.That((int)answer.StatusCode, Is.EqualTo(status), held);
            Assert.That(answer.Headers.ETag?.ToString(), Is.EqualTo(tag));
            Assert.That(answer.Headers.CacheControl?.ToString(), Is.EqualTo("no-cache"));
        }
    }

    [Test]
    public async Task Page_finds_everything_that_it_names()
    {
        var page = await _client.GetStringAsync(new Uri("/docs/index.html", UriKind.Relative));
        var names = References().Matches(page).Select(match => match.Groups["name"].Value).ToList();

        Assert.That(names, Has.Count.GreaterThan(4));
        foreach (var name in names)
        {
            using var answer = await SendAsync(HttpMethod.Head, "/docs/" + name, "br");
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), name);
        }
    }

    // The package has more files, and reads other spellings of their names: unpacked anew each time, for anyone who asks.
    [TestCase("/docs/swagger-ui.js")]
    [TestCase("/docs/swagger-ui/bundle.js")]
    [TestCase("/docs//swagger-ui-bundle.js")]
    [TestCase("/docs/nothing")]
    public async Task No_other_path_reaches_the_package(string path)
    {
        using var answer = await SendAsync(HttpMethod.Get, path, "br");

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [TestCase("/docs", "docs/index.html")]
    [TestCase("/docs/", "index.html")]
    public async Task Folder_leads_to_its_page(string path, string location)
    {
        using var client = _service.CreateClient(new() { AllowAutoRedirect = false });
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));

        Assert.That((answer.StatusCode, answer.Headers.Location?.OriginalString), Is.EqualTo((HttpStatusCode.MovedPermanently, location)));
    }

    // Sending a megabyte takes what it takes; unpacking it anew, or making the document, allocates as much again and more.
    [TestCase(Bundle)]
    [TestCase("/openapi.json")]
    public async Task Content_is_made_once(string path)
    {
        // The first check of the store allocates too.
        await _service.WaitForUploadsAsync();
        using var first = await SendAsync(HttpMethod.Head, path, "br");
        var before = GC.GetTotalAllocatedBytes(precise: true);

        for (var i = 0; i < 20; i++)
        {
            using var answer = await SendAsync(HttpMethod.Head, path + $"?{i}", i % 2 == 0 ? "br" : "identity");
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        }

        Assert.That((GC.GetTotalAllocatedBytes(precise: true) - before) / 20, Is.LessThan(100_000), "bytes for each answer");
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string accepted, string? held = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        if (held is not null)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", held);
        }

        return await _client.SendAsync(request);
    }

    private static async Task<byte[]> UnpackAsync(HttpResponseMessage answer, Func<Stream, Stream> unpack)
    {
        await using var stream = unpack(await answer.Content.ReadAsStreamAsync());
        using var unpacked = new MemoryStream();
        await stream.CopyToAsync(unpacked);
        return unpacked.ToArray();
    }

    [GeneratedRegex("""(src|href)=["'](\./)?(?<name>[^"']+)["']""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex References();
}

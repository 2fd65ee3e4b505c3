using System.Text.Json;

namespace S3Auth.Cli.Tests;

/// <summary>Listings of a Hub or a mirror, with links to further pages.</summary>
public sealed class HubClientTests
{
    private const string Commit = "0123456789abcdef0123456789abcdef01234567";
    private const string Tree = "/api/datasets/o/n/tree/" + Commit;

    private LocalServer _hub = null!;
    private LocalServer _elsewhere = null!;

    [SetUp]
    public void SetUp() => (_hub, _elsewhere) = (new LocalServer(), new LocalServer());

    [TearDown]
    public async Task TearDown()
    {
        await _hub.DisposeAsync();
        await _elsewhere.DisposeAsync();
    }

    // Mirrors of huggingface.co return links that name huggingface.co.
    [TestCase("")]
    [TestCase("/mirror/hf")]
    public async Task Mirror_gets_all_requests_if_its_links_name_the_mirrored_Hub(string root)
    {
        _hub.Answer = context =>
            AnswerAsync(context, root, cursor => $"{_elsewhere.Address}{Tree[1..]}?recursive=true&cursor={cursor + 1}");

        Assert.That(await ListAsync(root), Is.EqualTo(["f0", "f1", "f2"]));
        Assert.That(_elsewhere.Asked, Is.Empty);
    }

    [TestCase("datasets/o/n")]
    [TestCase("/http://elsewhere.example/api/datasets/x")]
    public void Link_to_something_else_than_a_listing_is_not_followed(string next)
    {
        _hub.Answer = context => AnswerAsync(context, "", _ => _elsewhere.Address + next);

        Assert.That(() => ListAsync(""), Throws.TypeOf<HttpRequestException>().With.Message.Contains("is not followed"));
        Assert.That((_hub.Asked.Count, _elsewhere.Asked.Count), Is.EqualTo((1, 0)));
    }

    [Test]
    public void Looping_listing_of_the_Hub_ends()
    {
        _hub.Answer = context => AnswerAsync(context, "", cursor => $"{Tree}?cursor={(cursor + 1) % 2}");

        Assert.That(() => ListAsync(""), Throws.TypeOf<HttpRequestException>().With.Message.Contains("repeats itself"));
        Assert.That(_hub.Asked, Has.Count.LessThan(5));
    }

    [TestCase("""[null]""")]
    [TestCase("""[{"type":"file","oid":"0123456789abcdef0123456789abcdef01234567","size":1}]""")]
    [TestCase("""[{"type":"file","path":"a","oid":"0123456789abcdef0123456789abcdef01234567","size":-1}]""")]
    public void Invalid_listing_is_refused_with_a_hint_at_the_endpoint(string json)
    {
        _hub.Answer = context => LocalServer.WriteAsync(context, System.Text.Encoding.UTF8.GetBytes(json));

        Assert.That(() => ListAsync(""), Throws.TypeOf<HttpRequestException>().With.Message.Contains("HF_ENDPOINT"));
    }

    private async Task<List<string>> ListAsync(string root)
    {
        using var hub = new HubClient(new Uri(_hub.Address, root), "hf_secret", new Report(json: false, quiet: true));
        return await hub.ListAsync(HubDataset.Parse("o/n"), Commit, CancellationToken.None).Select(file => file.Path).ToListAsync();
    }

    private static Task AnswerAsync(HttpListenerContext context, string root, Func<int, string> next)
    {
        if (context.Request.Url!.AbsolutePath != root + Tree)
        {
            return LocalServer.WriteAsync(context, [], 404);
        }

        var cursor = int.Parse(context.Request.QueryString["cursor"] ?? "0", System.Globalization.CultureInfo.InvariantCulture);
        if (cursor < 2)
        {
            context.Response.Headers["Link"] = $"<{next(cursor)}>; rel=\"next\"";
        }

        return LocalServer.WriteAsync(
            context, JsonSerializer.SerializeToUtf8Bytes(new[] { new { type = "file", path = $"f{cursor}", oid = Commit, size = 2000 } }));
    }
}

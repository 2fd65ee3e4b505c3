using Microsoft.AspNetCore.Http.Features;

namespace S3Auth.Api.Tests;

/// <summary>Links to listings on the wire: what clients may append to them, and what changes nothing.</summary>
public sealed class ListingTests
{
    private const string Public = "https://s3-auth.example.com";
    private const string Key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    private Service _service = null!;
    private string _link = null!;

    private string Token => _link[$"{Public}/listing/".Length.._link.IndexOf('?', StringComparison.Ordinal)];

    [OneTimeSetUp]
    public async Task OneTimeSetUp()
    {
        _service = With(("SEAL_KEY", Key));
        _link = await LinkOf(_service);
    }

    [OneTimeTearDown]
    public void OneTimeTearDown() => _service.Dispose();

    [TestCase("", null, null)]
    [TestCase("&start-after=data%2Fx%2Fa.bin", "data%2Fx%2Fa.bin", null)]
    [TestCase("&start-after=data/x/a.bin", "data%2Fx%2Fa.bin", null)]
    [TestCase("&start-after=a+b%20c%2bd", "a%20b%20c%2Bd", null, Description = "a plus is a space")]
    [TestCase("&start-after=%ff%FE%00%c3%a9", "%FF%FE%00%C3%A9", null, Description = "bytes that are not UTF-8 stay")]
    [TestCase("&start-after=100%25", "100%25", null)]
    [TestCase("&start-after=100%", "100%25", null)]
    [TestCase("&start-after=a%2", "a%252", null)]
    [TestCase("&start-after=", null, null)]
    [TestCase("&start-after", null, null)]
    [TestCase("&start-after=a&start-after=b", "b", null, Description = "the newest")]
    [TestCase("&continuation-token=a%2Fb%3D%3D", null, "a%2Fb%3D%3D")]
    [TestCase("&continuation-token=", null, null)]
    [TestCase(
        "&prefix=secret%2F&delimiter=x&max-keys=5&list-type=1&encoding-type=z&X-Amz-Expires=9&X-Amz-Signature=0&versions",
        null,
        null,
        Description = "changes nothing")]
    [TestCase("&Start-After=x&%73tart-after=x", null, null)]
    public async Task Page_begins_where_the_link_was_told(string appended, string? startAfter, string? continuationToken)
    {
        var plain = await FollowAsync($"/listing/{Token}?list-type=2");
        foreach (var target in (string[])[
            $"/listing/{Token}?list-type=2{appended}", $"/listing/{Token}{appended}",
            $"/listing/{Token}{(appended.Length > 0 ? "?" + appended[1..] : "")}"])
        {
            var page = await FollowAsync(target);

            Assert.Multiple(() =>
            {
                Assert.That(page.Parameters.GetValueOrDefault("start-after"), Is.EqualTo(startAfter), target);
                Assert.That(page.Parameters.GetValueOrDefault("continuation-token"), Is.EqualTo(continuationToken), target);
                Assert.That(
                    page.Parameters.Keys.Except(["start-after", "continuation-token"]),
                    Is.EquivalentTo(plain.Parameters.Keys),
                    target);
                Assert.That((page.Parameters["prefix"], page.Parameters["list-type"]), Is.EqualTo(("data%2F", "2")), target);
                Assert.That(page.Origin, Is.EqualTo(plain.Origin), target);
            });
        }
    }

    [TestCase("&start-after=", 1025, "start-after")]
    [TestCase("&continuation-token=", 4097, "continuation-token")]
    public async Task Longer_than_a_store_takes_is_refused_by_name(string name, int length, string member)
    {
        var refused = await _service.GetAsync($"/listing/{Token}?list-type=2{name}{new string('a', length)}");

        Assert.That(
            (refused.Status, refused.Code, refused.Json["errors"]!.AsObject().Single().Key),
            Is.EqualTo((400, "invalid_request", member)));
        await FollowAsync($"/listing/{Token}?list-type=2{name}{new string('a', length - 1)}");
    }

    [Test]
    public async Task Continuation_token_is_text() =>
        Assert.That((await _service.GetAsync($"/listing/{Token}?continuation-token=%ff")).Code, Is.EqualTo("invalid_request"));

    [Test]
    public async Task What_is_no_link_of_this_server_is_refused_and_leads_nowhere()
    {
        using var other = With(("SEAL_KEY", new string('a', 64)));
        using var subnet = With(("SEAL_KEY", Key), ("NET_UID", "47"));
        var links = new[]
        {
            "x",
            Token[..^1],
            Token + "A",
            Token + "/",
            "%41" + Token,
            new string('A', 3000),
            await TokenOf(other),
            await TokenOf(subnet),
        };
        foreach (var token in links)
        {
            using var client = Client(_service);
            using var response = await client.GetAsync(new Uri($"/listing/{token}?list-type=2", UriKind.Relative));
            var refused = await Answer.ReadAsync(response);

            Assert.That(
                (refused.Status, refused.Code, refused.ContentType, response.Headers.Location),
                Is.EqualTo((403, "invalid_link", "application/problem+json", (Uri?)null)),
                token);
        }
    }

    [Test]
    public async Task Instances_with_one_key_take_each_others_links()
    {
        using var other = With(("SEAL_KEY", Convert.ToBase64String(Convert.FromHexString(Key))));

        Assert.That((await FollowAsync($"/listing/{Token}", other)).Parameters["prefix"], Is.EqualTo("data%2F"));
    }

    [Test]
    public async Task Link_costs_no_grant_and_is_kept_by_nobody()
    {
        using var client = Client(_service);
        using var response = await client.GetAsync(new Uri($"/listing/{Token}", UriKind.Relative));

        Assert.Multiple(() =>
        {
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.TemporaryRedirect));
            Assert.That(response.Headers.CacheControl!.NoStore, Is.True);
            Assert.That(response.Headers.Contains("RateLimit"), Is.False);
            Assert.That(_service.Log.Text, Does.Not.Contain(Token), "who reads the log lists nothing");
        });
    }

    [Test]
    public async Task Burst_of_one_address_is_refused()
    {
        using var service = With(("RATE_LIMIT_PER_MINUTE", "1"));
        Answer? last = null;
        for (var i = 0; i < 3; i++)
        {
            last = await service.GetAsync("/listing/x");
        }

        Assert.That(last!.Code, Is.EqualTo("rate_limited"));
    }

    [Test]
    public async Task Without_the_setting_there_are_no_links_and_none_is_followed()
    {
        using var plain = new Service
        {
            Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["SEAL_KEY"] = Key, ["PUBLIC_URL"] = Public },
        };

        Assert.That(await LinkOf(plain), Does.StartWith("http://127.0.0.1:").And.Contain("X-Amz-Signature"));

        // A redirect is not followed here: it would lead to nothing too.
        using var client = Client(plain);
        using var response = await client.GetAsync(new Uri($"/listing/{Token}", UriKind.Relative));
        var refused = await Answer.ReadAsync(response);
        Assert.That((refused.Status, refused.Code, response.Headers.Location), Is.EqualTo((404, "not_found", (Uri?)null)));
    }

    private static Service With(params (string Name, string Value)[] settings) => new()
    {
        Settings = new Dictionary<string, string>(
            settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)),
            StringComparer.Ordinal)
        {
            ["PUBLIC_URL"] = Public + "/",
            ["LISTING_REDIRECT"] = "true",
        },
    };

    private static HttpClient Client(Service service) => service.CreateClient(new() { AllowAutoRedirect = false });

    private static async Task<string> LinkOf(Service service)
    {
        using var hotkey = KeyPair.FromUri("//Alice");
        var timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var body = new JsonObject
        {
            ["hotkey"] = hotkey.AccountId.ToString(),
            ["timestamp"] = timestamp,
            ["signature"] = hotkey.Sign(System.Text.Encoding.UTF8.GetBytes($"s3:validator:access:{timestamp}")).ToString(),
        };
        return (string)(await service.PostAsync("/get-validator-access", body.ToJsonString())).Json["urls"]!["global"]!["list_all_data"]!;
    }

    private static async Task<string> TokenOf(Service service)
    {
        var link = await LinkOf(service);
        return link[$"{Public}/listing/".Length..link.IndexOf('?', StringComparison.Ordinal)];
    }

    private async Task<(string Origin, Dictionary<string, string> Parameters)> FollowAsync(string target, Service? service = null)
    {
        // The target as a client sends it: what sends requests in memory would normalise it.
        var answered = await (service ?? _service).Server.SendAsync(context =>
        {
            context.Request.Method = HttpMethods.Get;
            context.Request.Path = "/listing/token";
            context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = target;
        });
        Assert.That(answered.Response.StatusCode, Is.EqualTo(307), target);
        var location = answered.Response.Headers.Location.ToString();
        var query = location.IndexOf('?', StringComparison.Ordinal);
        var parameters = location[(query + 1)..].Split('&').Select(part => part.Split('='));
        return (location[..query], parameters.ToDictionary(part => part[0], part => part[1], StringComparer.Ordinal));
    }
}

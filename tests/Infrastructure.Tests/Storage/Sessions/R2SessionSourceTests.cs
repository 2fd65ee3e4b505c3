using System.Buffers.Text;
using System.Text.Json;

namespace S3Auth.Infrastructure.Tests.Storage.Sessions;

/// <summary>Credentials for Cloudflare R2. Python's hmac, hashlib and base64 made the expected ones.</summary>
public sealed class R2SessionSourceTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000).AddMilliseconds(987);
    private static readonly SigningCredentials Parent = new("0123456789abcdef0123456789abcdef", new string('5', 64));
    private static readonly SessionRequest Miner = new("5F", ["data/x/5F/", "data/reddit/5F/"], MayWrite: true);

    [TestCase(
        true,
        "17f12a82e75c2cd108c205652e8b6a9f1e8cff4d46ea0c52bb86d5f0fec5c1bb",
        "and0L2V5SmhiR2NpT2lKSVV6STFOaUlzSW5SNWNDSTZJa3BYVkNKOS5leUppZFdOclpYUWlPaUppZFdOclpYUXRNU0lzSW1GamRHbHZibk1pT2"
            + "xzaVIyVjBUMkpxWldOMElpd2lTR1ZoWkU5aWFtVmpkQ0lzSWt4cGMzUlBZbXBsWTNSelZqRWlMQ0pNYVhOMFQySnFaV04wYzFZeUlpd2lVSFYw"
            + "VDJKcVpXTjBJaXdpUTNKbFlYUmxUWFZzZEdsd1lYSjBWWEJzYjJGa0lpd2lWWEJzYjJGa1VHRnlkQ0lzSWtGaWIzSjBUWFZzZEdsd1lYSjBWWE"
            + "JzYjJGa0lpd2lRMjl0Y0d4bGRHVk5kV3gwYVhCaGNuUlZjR3h2WVdRaUxDSk1hWE4wVUdGeWRITWlYU3dpY0dGMGFITWlPbnNpY0hKbFptbDRV"
            + "R0YwYUhNaU9sc2laR0YwWVM5NEx6VkdMeUlzSW1SaGRHRXZjbVZrWkdsMEx6VkdMeUpkTENKdlltcGxZM1JRWVhSb2N5STZXMTE5TENKemRXSW"
            + "lPaUpoWTJNd01USXpJaXdpYVhOeklqb2lNREV5TXpRMU5qYzRPV0ZpWTJSbFpqQXhNak0wTlRZM09EbGhZbU5rWldZaUxDSmhkV1FpT2lKaFky"
            + "TXdNVEl6TG1WMUxuSXlMbU5zYjNWa1pteGhjbVZ6ZEc5eVlXZGxMbU52YlNJc0ltbGhkQ0k2TVRjd01EQXdNREF3TUN3aVpYaHdJam94TnpBd0"
            + "1EQXpOakF3ZlEuOWxRSjE3Snh5YmFuWWJNRVlPTXhrQ2t1R1ZZTkdNWjVKdjU3XzB0RzFrNA==")]
    [TestCase(
        false,
        "825b01f28059fa115459a480da87dec7d231846cf173a7d28b6a36be11148221",
        "and0L2V5SmhiR2NpT2lKSVV6STFOaUlzSW5SNWNDSTZJa3BYVkNKOS5leUppZFdOclpYUWlPaUppZFdOclpYUXRNU0lzSW1GamRHbHZibk1pT2"
            + "xzaVIyVjBUMkpxWldOMElpd2lTR1ZoWkU5aWFtVmpkQ0lzSWt4cGMzUlBZbXBsWTNSelZqRWlMQ0pNYVhOMFQySnFaV04wYzFZeUlsMHNJbkJo"
            + "ZEdoeklqcDdJbkJ5WldacGVGQmhkR2h6SWpwYkltUmhkR0V2ZUM4MVJpOGlMQ0prWVhSaEwzSmxaR1JwZEM4MVJpOGlYU3dpYjJKcVpXTjBVR0"
            + "YwYUhNaU9sdGRmU3dpYzNWaUlqb2lZV05qTURFeU15SXNJbWx6Y3lJNklqQXhNak0wTlRZM09EbGhZbU5rWldZd01USXpORFUyTnpnNVlXSmpa"
            + "R1ZtSWl3aVlYVmtJam9pWVdOak1ERXlNeTVsZFM1eU1pNWpiRzkxWkdac1lYSmxjM1J2Y21GblpTNWpiMjBpTENKcFlYUWlPakUzTURBd01EQX"
            + "dNREFzSW1WNGNDSTZNVGN3TURBd016WXdNSDAuQ2xlY0xJbW1hSDNSel9VVzc2T0RqLXYtYzBmQWoxeC1BQS1naUtfdU5uZw==")]
    public async Task Credentials_are_those_that_Python_makes(bool mayWrite, string secret, string token)
    {
        var session = await IssueAsync(Miner with { MayWrite = mayWrite });

        Assert.That(
            (session.AccessKeyId, session.SecretAccessKey, session.SessionToken), Is.EqualTo((Parent.AccessKey, secret, token)));
        Assert.That(
            (session.Start.ToUnixTimeSeconds(), session.Expiry),
            Is.EqualTo((1_700_000_000, DateTimeOffset.FromUnixTimeSeconds(1_700_003_600))));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Session_may_neither_delete_nor_copy(bool mayWrite)
    {
        var actions = await ClaimAsync(Miner with { MayWrite = mayWrite }, "actions");

        Assert.That(actions, Does.Contain("GetObject").And.Contain("ListObjectsV2").And.Not.Contain("Delete").And.Not.Contain("Copy"));
        Assert.That(actions.Contains("PutObject", StringComparison.Ordinal), Is.EqualTo(mayWrite));
    }

    [Test]
    public async Task Session_for_the_whole_bucket_has_no_paths() => Assert.That(
        await ClaimAsync(new SessionRequest("5F", [""], MayWrite: false), "paths"), Is.Null);

    [Test]
    public void Temporary_keys_cannot_be_a_parent()
    {
        var keys = new SigningCredentials("0123", "secret", "token");

        var refused = Assert.ThrowsAsync<SessionSourceException>(() => Source().IssueAsync(keys, Miner, TimeSpan.FromHours(1), default));

        Assert.That(refused!.Reason, Is.EqualTo(SessionSourceException.Kind.Refused));
        Assert.That(refused.Advice, Does.Contain("without AWS_SESSION_TOKEN"));
    }

    [Test]
    public async Task Session_is_current_while_its_parent_is()
    {
        var session = await IssueAsync(Miner);

        Assert.That(Source().IsCurrent(session, Parent), Is.True);
        Assert.That(Source().IsCurrent(session, new SigningCredentials("fedc", "secret")), Is.False);
        Assert.That(
            Source().IsCurrent(session, new SigningCredentials(Parent.AccessKey, "rolled")), Is.False, "The key has another secret.");
        Assert.That(Source().IsCurrent(session, null), Is.False);
    }

    [TestCase("https://abc.r2.cloudflarestorage.com", true)]
    [TestCase("https://abc.eu.r2.cloudflarestorage.com/", true)]
    [TestCase("http://abc.r2.cloudflarestorage.com", false)]
    [TestCase("https://r2.cloudflarestorage.com", false)]
    [TestCase("https://abc.r2.cloudflarestorage.com/bucket", false)]
    [TestCase("https://abc.r2.cloudflarestorage.com.example.com", false)]
    [TestCase("https://example.com", false)]
    public void Endpoint_names_the_account(string url, bool isR2) => Assert.That(SessionIssuerOptions.IsR2(new Uri(url)), Is.EqualTo(isR2));

    private static R2SessionSource Source() => new(
        new StorageOptions
        {
            Bucket = "bucket-1", Region = "auto", Endpoint = new Uri("https://acc0123.eu.r2.cloudflarestorage.com"),
        },
        new TestTime(Now));

    private static Task<Session> IssueAsync(SessionRequest request) => Source().IssueAsync(Parent, request, TimeSpan.FromHours(1), default);

    private static async Task<string?> ClaimAsync(SessionRequest request, string name)
    {
        var session = await IssueAsync(request);
        var token = Encoding.ASCII.GetString(Convert.FromBase64String(session.SessionToken)).Split('.');
        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(token[1]));
        return claims.RootElement.TryGetProperty(name, out var claim) ? claim.GetRawText() : null;
    }
}

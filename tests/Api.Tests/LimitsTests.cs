using System.Diagnostics;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Hosting;

namespace S3Auth.Api.Tests;

/// <summary>What a client sees of limits, and what every answer says.</summary>
public sealed class LimitsTests
{
    private const string Path = "/get-folder-access";
    private const string Token = "a-token-for-the-metrics";

    [Test]
    public async Task Proof_is_accepted_once_on_any_endpoint()
    {
        using var service = new Service();
        var body = Service.FolderAccess();

        var (first, again, elsewhere) = (
            await PostAsync(service, Path, body),
            await PostAsync(service, Path, body),
            await PostAsync(service, "/list-my-files", body));

        Assert.That(first.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await CodeOf(again), await CodeOf(elsewhere)), Is.EqualTo(("409 replayed_request", "409 replayed_request")));
    }

    [Test]
    public async Task Quota_is_in_headers_and_in_the_refusal()
    {
        using var service = new Service
        {
            Settings =
                new Dictionary<string, string>(StringComparer.Ordinal) { ["DAILY_LIMIT_PER_MINER"] = "2", ["TOTAL_DAILY_LIMIT"] = "50" },
        };

        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < 3; i++)
        {
            answers.Add(await PostAsync(service, Path, Service.FolderAccess()));
        }

        var other = await PostAsync(service, Path, Service.FolderAccess("//Charlie"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(answers.Select(answer => (int)answer.StatusCode), Is.EqualTo(new[] { 200, 200, 429 }));
            Assert.That(
                answers.Select(answer => Header(answer, "RateLimit-Policy")),
                Has.All.EqualTo("\"miner\";q=2;w=86400, \"files\";q=1000000;w=86400, \"total\";q=50;w=86400"));
            Assert.That(
                answers.Select(answer =>
                    Regex.Replace(Header(answer, "RateLimit")!, @"t=\d+", "t=n", RegexOptions.None, TimeSpan.FromSeconds(1))),
                Is.EqualTo(new[]
                {
                    "\"miner\";r=1;t=n, \"files\";r=1000000;t=n, \"total\";r=49;t=n",
                    "\"miner\";r=0;t=n, \"files\";r=1000000;t=n, \"total\";r=48;t=n",
                    "\"miner\";r=0;t=n, \"files\";r=1000000;t=n, \"total\";r=48;t=n",
                }));
            Assert.That(await CodeOf(answers[2]), Is.EqualTo("429 quota_exceeded"));
            Assert.That(answers[2].Headers.RetryAfter!.Delta, Is.GreaterThan(TimeSpan.Zero).And.LessThanOrEqualTo(TimeSpan.FromDays(1)));
            Assert.That(other.StatusCode, Is.EqualTo(HttpStatusCode.OK), "another miner's grants are its own");
        }

        using var client = service.CreateClient();
        var limits = await client.GetFromJsonAsync<Dictionary<string, object>>(new Uri("/rate-limits", UriKind.Relative));
        Assert.That(
            (limits!["daily_per_miner"].ToString(), limits["used_today"].ToString(), limits["remaining_today"].ToString()),
            Is.EqualTo(("2", "3", "47")));
    }

    [Test]
    public async Task Files_of_today_are_in_headers_and_in_the_refusal_of_miners_and_of_nobody_else()
    {
        using var service =
            new Service { Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["DAILY_FILES_PER_MINER"] = "1" } };
        var timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        using var validator = KeyPair.FromUri("//Alice");
        var signature = validator.Sign(Encoding.UTF8.GetBytes($"s3:validator:access:{timestamp}"));

        var first = await PostAsync(service, "/get-file-upload-url", NamedFile("//Bob"));
        var second = await PostAsync(service, "/get-file-upload-url", NamedFile("//Bob"));
        var folder = await PostAsync(service, Path, Service.FolderAccess());
        var read = await PostAsync(service, "/get-validator-access", new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["hotkey"] = validator.AccountId.ToString(), ["timestamp"] = timestamp, ["signature"] = signature.ToString(),
        });

        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)first.StatusCode, Is.EqualTo(200));
            Assert.That(Header(first, "RateLimit"), Does.Contain("\"files\";r=0;"));
            Assert.That(Header(first, "RateLimit-Policy"), Does.Contain("\"files\";q=1;w=86400"));
            Assert.That(await CodeOf(second), Is.EqualTo("429 quota_exceeded"));
            Assert.That((int)folder.StatusCode, Is.EqualTo(200), "A folder's form names no files.");
            Assert.That((int)read.StatusCode, Is.EqualTo(200));
            Assert.That(Header(read, "RateLimit"), Does.StartWith("\"validator\"").And.Not.Contain("files"));
            Assert.That(Header(read, "RateLimit-Policy"), Does.Not.Contain("files"));
        }

        Dictionary<string, object?> NamedFile(string miner)
        {
            var body = Service.FolderAccess(miner);
            body["filename"] = "a.bin";
            return body;
        }
    }

    [Test]
    public async Task Refunded_grant_is_counted_as_left_in_the_headers()
    {
        using var service =
            new Service { Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["DAILY_LIMIT_PER_MINER"] = "2" } };
        var body = Service.FolderAccess();
        body["cursor"] = "none-of-ours";

        var refused = await PostAsync(service, "/list-my-files", body);
        var granted = await PostAsync(service, Path, Service.FolderAccess());

        Assert.That((await CodeOf(refused), Header(refused, "RateLimit")![..11]), Is.EqualTo(("400 invalid_request", "\"miner\";r=2")));
        Assert.That(Header(granted, "RateLimit"), Does.StartWith("\"miner\";r=1"));
    }

    [Test]
    public async Task Burst_is_refused_before_the_body_is_read()
    {
        using var service =
            new Service { Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["RATE_LIMIT_PER_MINUTE"] = "5" } };

        // Another request is granted every twelve seconds, so that a slow machine sends a few more.
        var (time, answers) = (Stopwatch.StartNew(), new List<HttpResponseMessage>());
        do
        {
            answers.Add(await PostAsync(service, Path, new Dictionary<string, object?>(StringComparer.Ordinal)));
        }
        while (answers[^1].StatusCode == HttpStatusCode.BadRequest && answers.Count < 50);

        Assert.That(answers, Has.Count.GreaterThan(5).And.Count.LessThanOrEqualTo(7 + (int)time.Elapsed.TotalSeconds / 12));
        Assert.That(await CodeOf(answers[^1]), Is.EqualTo("429 rate_limited"));
        Assert.That(answers[^1].Headers.RetryAfter!.Delta, Is.GreaterThan(TimeSpan.Zero).And.LessThanOrEqualTo(TimeSpan.FromSeconds(13)));
        Assert.That(Header(answers[^1], "RateLimit-Policy"), Is.EqualTo("\"address\";q=5;w=60"));
        Assert.That((await service.GetAsync("/healthz")).Status, Is.EqualTo(200));
    }

    [TestCase("/get-folder-access")]
    [TestCase("/healthcheck")]
    [TestCase("/nowhere")]
    public async Task Every_answer_is_what_it_says_and_stands_in_no_other_page(string path)
    {
        using var service = new Service();
        using var client = service.CreateClient();
        using var answer = await client.PostAsync(new Uri(path, UriKind.Relative), JsonContent.Create(Service.FolderAccess()));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Header(answer, "X-Content-Type-Options"), Is.EqualTo("nosniff"));
            Assert.That(Header(answer, "X-Frame-Options"), Is.EqualTo("DENY"));
            Assert.That(Header(answer, "Content-Security-Policy"), Does.Contain("default-src 'none'"));
            Assert.That(Header(answer, "Cache-Control"), Does.Contain("no-store"));
            Assert.That(answer.Headers.Contains("Server"), Is.False);
        }
    }

    [Test]
    public async Task Pages_of_other_origins_may_call_only_if_they_are_configured()
    {
        using var closed = new Service();
        using var open = new Service
        {
            Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["CORS_ORIGINS"] = "https://dashboard.example.org" },
        };

        Assert.That(await AllowedAsync(closed, "https://dashboard.example.org"), Is.Null);
        Assert.That(await AllowedAsync(open, "https://dashboard.example.org"), Is.EqualTo("https://dashboard.example.org"));
        Assert.That(await AllowedAsync(open, "https://evil.example.org"), Is.Null);
    }

    [Test]
    public async Task Pages_of_configured_origins_may_send_every_kind_of_proof()
    {
        using var service = new Service
        {
            Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["CORS_ORIGINS"] = "https://dashboard.example.org" },
        };
        using var client = service.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Options, Path);
        request.Headers.Add("Origin", "https://dashboard.example.org");
        request.Headers.Add("Access-Control-Request-Method", "POST");
        using var answer = await client.SendAsync(request);

        string[] expected =
        [
            "Content-Type", .. SignedHeaders.Tao.Names, .. SignedHeaders.Epistula.Names, SignedHeaders.SignedFor,
            "Epistula-Secret-Signature-0", "Epistula-Secret-Signature-1", "Epistula-Secret-Signature-2",
        ];
        Assert.That(Header(answer, "Access-Control-Allow-Headers")!.Split(','), Is.SupersetOf(expected));
    }

    [Test]
    public async Task Metrics_are_open_without_a_token_and_name_no_address()
    {
        using var service = new Service();
        await PostAsync(service, Path, Service.FolderAccess());
        await PostAsync(service, Path, new Dictionary<string, object?>(StringComparer.Ordinal));

        // The duration of a request is recorded after its client has the answer.
        Answer metrics = null!;
        await Wait.UntilAsync(
            async () => (metrics = await service.GetAsync("/metrics")).Text
                .Contains("http_route=\"get-folder-access\"", StringComparison.Ordinal));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(metrics.Status, Is.EqualTo(200));
            Assert.That(
                metrics.Text,
                Does.Match(@"s3auth_decisions_total\{[^}]*action=""get_folder_access"",decision=""granted""[^}]*\} 1"));
            Assert.That(metrics.Text, Does.Match(@"s3auth_refusals_total\{[^}]*code=""invalid_request""[^}]*\} 1"));
            Assert.That(metrics.Text, Does.Match(@"s3auth_presigned_total\{[^}]*operation=""post""[^}]*\} 2"));
            Assert.That(metrics.Text, Does.Match(@"s3auth_signature_verification_duration_seconds_count\{[^}]*outcome=""valid""[^}]*\} 1"));
            Assert.That(
                metrics.Text,
                Does.Match(@"s3auth_signature_verification_duration_seconds_bucket\{[^}]*le=""5E-05"""),
                "its own buckets");
            Assert.That(
                metrics.Text,
                Does.Contain("s3auth_quota_used").And.Contain("s3auth_replay_remembered"));
            Assert.That(
                metrics.Text,
                Does.Not.Match("5[1-9A-HJ-NP-Za-km-z]{47}").And.Not.Contain("127.0.0.1").And.Not.Contain("localhost"));
        }
    }

    [Test]
    public async Task Counters_are_shown_before_the_first_request()
    {
        using var service = new Service();

        var metrics = await service.GetAsync("/metrics");

        Assert.That(
            metrics.Text,
            Does.Match(@"s3auth_quota_used\S* 0").And.Match(@"s3auth_quota_limit\S* 1000000").And.Match(@"s3auth_replay_remembered\S* 0"));
    }

    [TestCase(null, 401)]
    [TestCase("Bearer wrong", 401)]
    [TestCase("Basic " + Token, 401)]
    [TestCase(Token, 401)]
    [TestCase("Bearer " + Token, 200)]
    [TestCase("bearer " + Token, 200)]
    public async Task Metrics_with_a_token_want_it(string? authorization, int status)
    {
        using var service = new Service { Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["METRICS_TOKEN"] = Token } };
        using var client = service.CreateClient();
        if (authorization is not null)
        {
            client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);
        }

        using var answer = await client.GetAsync(new Uri("/metrics", UriKind.Relative));
        using var slashed = await client.GetAsync(new Uri("/METRICS/", UriKind.Relative));

        Assert.That(((int)answer.StatusCode, (int)slashed.StatusCode), Is.EqualTo((status, status)));
    }

    [Test]
    public async Task Stopping_process_answers_but_is_not_ready_and_closes_the_connection()
    {
        using var service = new Service();
        using var client = service.CreateClient();
        service.Services.GetRequiredService<ServiceStop>().Begin();

        using var ready = await client.GetAsync(new Uri("/readyz", UriKind.Relative));
        using var granted = await PostAsync(service, Path, Service.FolderAccess());

        Assert.That(((int)ready.StatusCode, (int)granted.StatusCode), Is.EqualTo((503, 200)));
        Assert.That(await ready.Content.ReadAsStringAsync(), Does.Contain("is stopping"));
        Assert.That(granted.Headers.ConnectionClose, Is.True);
    }

    [Test]
    public async Task Untrusted_proxy_is_logged_once()
    {
        using var service =
            new Service { Replace = services => services.AddSingleton<IStartupFilter>(new Remote(IPAddress.Parse("198.51.100.7"))) };
        using var client = service.CreateClient();
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "192.0.2.1");
        for (var i = 0; i < 3; i++)
        {
            using var answer = await client.GetAsync(new Uri("/healthz", UriKind.Relative));
        }

        Assert.That(service.Log.Text.Split("TRUSTED_PROXIES").Length - 1, Is.EqualTo(1), service.Log.Text);
    }

    [Test]
    public async Task Malformed_entry_of_a_trusted_proxy_is_logged_once_without_its_text()
    {
        using var service = new Service
        {
            Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["TRUSTED_PROXIES"] = "10.0.0.0/8" },
            Replace = services => services.AddSingleton<IStartupFilter>(new Remote(IPAddress.Parse("10.1.2.3"))),
        };
        using var client = service.CreateClient();
        for (var i = 0; i < 3; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/healthz");
            request.Headers.TryAddWithoutValidation("X-Forwarded-For", "203.0.113.7, forged entry, 10.9.9.9");
            using var answer = await client.SendAsync(request);
        }

        Assert.That(service.Log.Text.Split("is not an IP address").Length - 1, Is.EqualTo(1), service.Log.Text);
        Assert.That(service.Log.Text, Does.Not.Contain("forged"));
    }

    // The last that is not trusted is the client, whatever it says of itself.
    [TestCase("10.0.0.0/8", "10.1.2.3", "192.0.2.1", 1)]
    [TestCase("10.0.0.0/8", "10.1.2.3", "192.0.2.{0}", 8)]
    [TestCase("10.0.0.0/8", "10.1.2.3", "203.0.113.{0}, 192.0.2.1", 1)]
    [TestCase("10.0.0.0/8", "10.1.2.3", "203.0.113.{0}, 192.0.2.1, 10.9.9.9", 1)]
    [TestCase("10.0.0.0/8", "10.1.2.3", "192.0.2.{0}, 10.9.9.9", 8)]
    [TestCase("10.0.0.0/8", "10.1.2.3", "\"203.0.113.{0}, 192.0.2.1", 1)]
    [TestCase("10.0.0.0/8", "10.1.2.3", "192.0.2.{0}, \"10.9.9.9", 8)]
    [TestCase("10.0.0.0/8", "10.1.2.3", "192.0.2.{0}, unknown", 1)]
    [TestCase("10.0.0.0/8", "198.51.100.7", "192.0.2.{0}", 1)]
    [TestCase("10.0.0.0/8", "127.0.0.1", "192.0.2.{0}", 1)]
    [TestCase("10.0.0.0/8", "::1", "192.0.2.{0}", 1)]
    [TestCase("", "10.1.2.3", "192.0.2.{0}", 1)]
    [TestCase("10.0.0.0/8", "::ffff:10.1.2.3", "192.0.2.{0}", 8)]
    public async Task Client_is_who_the_trusted_proxies_say(string trusted, string peer, string forwarded, int clients)
    {
        using var service = new Service
        {
            Settings =
                new Dictionary<string, string>(StringComparer.Ordinal) { ["RATE_LIMIT_PER_MINUTE"] = "1", ["TRUSTED_PROXIES"] = trusted },
            Replace = services => services.AddSingleton<IStartupFilter>(new Remote(IPAddress.Parse(peer))),
        };
        using var client = service.CreateClient();
        var granted = 0;
        for (var i = 1; i <= 8; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/structure-info");
            request.Headers.TryAddWithoutValidation("X-Forwarded-For", string.Format(CultureInfo.InvariantCulture, forwarded, i));
            using var answer = await client.SendAsync(request);
            granted += answer.StatusCode == HttpStatusCode.OK ? 1 : 0;
        }

        Assert.That(granted, Is.EqualTo(clients));
    }

    private static async Task<HttpResponseMessage> PostAsync(Service service, string path, object body)
    {
        using var client = service.CreateClient();
        return await client.PostAsJsonAsync(new Uri(path, UriKind.Relative), body);
    }

    private static async Task<string> CodeOf(HttpResponseMessage answer) =>
        $"{(int)answer.StatusCode} {(await answer.Content.ReadFromJsonAsync<Dictionary<string, object>>())!["code"]}";

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    private static async Task<string?> AllowedAsync(Service service, string origin)
    {
        using var client = service.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/structure-info");
        request.Headers.Add("Origin", origin);
        using var answer = await client.SendAsync(request);
        return Header(answer, "Access-Control-Allow-Origin");
    }

    private sealed class Remote(IPAddress address) : IStartupFilter
    {
        public Action<Microsoft.AspNetCore.Builder.IApplicationBuilder> Configure(
            Action<Microsoft.AspNetCore.Builder.IApplicationBuilder> next) => app =>
        {
            app.Use(new Func<Microsoft.AspNetCore.Http.RequestDelegate, Microsoft.AspNetCore.Http.RequestDelegate>(rest => context =>
            {
                context.Connection.RemoteIpAddress = address;
                return rest(context);
            }));
            next(app);
        };
    }
}

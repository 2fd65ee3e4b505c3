using System.Net.Http.Headers;
using Moq;

namespace S3Auth.Api.Tests;

/// <summary>The page at <c>/</c> as the server sends it. Its behaviour in a browser is tested end to end.</summary>
public sealed partial class HomePageTests
{
    private const string Alice = Accounts.AliceAddress;
    private const string Bob = Accounts.BobAddress;

    private Service _service = null!;

    [OneTimeSetUp]
    public void OneTimeSetUp() => _service = new Service();

    [OneTimeTearDown]
    public void OneTimeTearDown() => _service.Dispose();

    [TestCase(null, "text/html")]
    [TestCase("*/*", "text/html")]
    [TestCase("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html")]
    [TestCase("text/html,application/json", "application/json")]
    [TestCase("application/json", "application/json")]
    [TestCase("application/json;q=0.5,text/html;q=0.9", "text/html")]
    [TestCase("application/json;q=0, */*", "text/html")]
    [TestCase("application/json, text/plain, */*", "application/json")]
    [TestCase("nonsense;;;q=,", "text/html")]
    public async Task Home_returns_a_page_or_an_index_by_the_accept_header(string? accept, string expected)
    {
        using var answer = await GetAsync("/", accept);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(answer.Content.Headers.ContentType?.MediaType, Is.EqualTo(expected));
            Assert.That(answer.Headers.Vary, Is.EqualTo(new[] { "Accept" }));
            Assert.That(answer.Headers.CacheControl?.NoStore, Is.True);
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Page_names_temporary_credentials_only_if_the_server_gives_them(bool hasSessions)
    {
        using var service = new Service
        {
            Settings = Set("PROJECT_URL", "https://example.org/s3auth/tree/main/"),
            Replace = services => services.AddSingleton(new PageOptions(new Uri("https://example.org/s3auth"), null, false, hasSessions)),
        };

        var page = (await service.GetAsync("/")).Text;

        Assert.That(page.Contains("s3auth configure aws", StringComparison.Ordinal), Is.EqualTo(hasSessions));
        Assert.That(page.Contains("/docs/tools.md", StringComparison.Ordinal), Is.EqualTo(hasSessions));
    }

    [Test]
    public async Task Index_names_the_service_and_its_links_work()
    {
        using var answer = await GetAsync("/", "application/json");
        var index = (await Answer.ReadAsync(answer)).Json;

        Assert.That(
            ((string?)index["service"], (string?)index["network"], (int?)index["netuid"], (string?)index["folder_layout"]),
            Is.EqualTo(("S3Auth", "static", 46, "coldkey")));
        Assert.That(index["links"]!.AsObject(), Has.Count.GreaterThan(5));
        foreach (var (name, link) in index["links"]!.AsObject())
        {
            Assert.That((await _service.GetAsync("/" + (string)link!)).Status, Is.EqualTo(200), name);
        }
    }

    [Test]
    public async Task Page_has_a_policy_that_allows_only_its_own_content()
    {
        using var answer = await GetAsync("/");
        var html = await answer.Content.ReadAsStringAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer.Headers.GetValues("Content-Security-Policy"), Is.EqualTo(new[]
            {
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
                    + "base-uri 'none'; frame-ancestors 'none'",
            }));
            Assert.That(answer.Headers.GetValues("X-Content-Type-Options"), Is.EqualTo(new[] { "nosniff" }));
            Assert.That(answer.Headers.GetValues("Referrer-Policy"), Is.EqualTo(new[] { "no-referrer" }));

            // The policy makes a browser ignore all of these, so the page must not rely on them.
            Assert.That(
                html,
                Does.Not.Contain("<style").And.Not.Match("\\sstyle=").And.Not.Match("\\son[a-z]+=").And.Not.Contain("javascript:"));
            Assert.That(Script().Matches(html).Select(match => match.Groups["inside"].Value), Is.EqualTo(new[] { "" }));
            Assert.That(
                Reference().Matches(html).Select(match => match.Groups["to"].Value),
                Has.All.Not.Match("^(//|[a-z]+:)"),
                "every reference is to this server");
        }
    }

    [Test]
    public async Task Page_has_every_element_that_its_script_uses()
    {
        var html = (await _service.GetAsync("/")).Text;
        var script = (await _service.GetAsync("/page.js")).Text;
        var refreshed = script.Split("REFRESHED_IDS = [", 2)[1].Split(']', 2)[0].Split(',').Select(id => id.Trim(' ', '\''));

        var used = ElementId().Matches(script).Select(match => match.Groups["id"].Value).Concat(refreshed).ToList();

        Assert.That(used, Has.Count.GreaterThan(5));
        Assert.That(used.Where(id => !html.Contains($"id=\"{id}\"", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public async Task Page_and_assets_are_small_and_assets_are_cached_by_version()
    {
        using var page = await GetAsync("/");
        var html = await page.Content.ReadAsStringAsync();
        var size = html.Length;
        var assets = Asset().Matches(html).Select(match => match.Groups["to"].Value).ToList();
        foreach (var asset in assets)
        {
            using var answer = await GetAsync("/" + asset);
            size += (await answer.Content.ReadAsByteArrayAsync()).Length;
            using var unknown = await GetAsync("/" + asset[..asset.IndexOf('?', StringComparison.Ordinal)] + "?v=of-another-version");
            using (Assert.EnterMultipleScope())
            {
                Assert.That(answer.Content.Headers.ContentType?.MediaType, Is.EqualTo(asset.Split('?')[0].Split('.')[1] switch
                {
                    "css" => "text/css", "js" => "text/javascript", _ => "image/svg+xml",
                }));
                Assert.That(answer.Headers.CacheControl?.ToString(), Is.EqualTo("public, max-age=31536000, immutable"));
                Assert.That((unknown.StatusCode, unknown.Headers.CacheControl?.ToString()), Is.EqualTo((HttpStatusCode.OK, "no-cache")));
            }
        }

        Assert.That(assets, Has.Count.EqualTo(3));
        Assert.That(size, Is.LessThan(100_000));
    }

    [Test]
    public async Task Page_encodes_whatever_the_visitor_enters()
    {
        var page = await _service.GetAsync(
            "/?hotkey=" + Uri.EscapeDataString("\"><script>alert(1)</script><img src=x onerror=alert(1)>" + new string('x', 3000)));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(page.Status, Is.EqualTo(200));
            Assert.That(page.Text, Does.Not.Contain("<script>").And.Not.Contain("<img").And.Not.Contain(new string('x', 100)));
            Assert.That(page.Text, Does.Contain("value=\"&quot;&gt;&lt;script&gt;"));
            Assert.That(page.Text, Does.Contain("This is not an SS58 address"));
        }
    }

    [TestCase(Alice, "May upload", "May download")]
    [TestCase(Bob, "May upload", "May not download", "has no validator permit")]
    [TestCase("5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFx", "Not an address", "its checksum does not match")]
    [TestCase("5CiPPseXPECbkjWCa6MnjNokrgYjMqmKndv2rSnekmSK2DjL", "Not registered", "it has no access here")]
    [TestCase("  ", "SS58 address of a hotkey or coldkey", "Upload, as a miner")]
    public async Task Page_shows_what_a_hotkey_may_do(string typed, params string[] expected)
    {
        var page = WebUtility.HtmlDecode((await _service.GetAsync("/?hotkey=" + Uri.EscapeDataString(typed))).Text);

        foreach (var text in expected)
        {
            Assert.That(page, Does.Contain(text));
        }
    }

    [Test]
    public async Task Page_shows_once_why_an_address_is_denied_and_what_an_unregistered_uploader_may_do()
    {
        using var coldkey = Substrate.KeyPair.FromUri("//Bob//cold");
        const string Uploader = "5CiPPseXPECbkjWCa6MnjNokrgYjMqmKndv2rSnekmSK2DjL";
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            file,
            $$"""
            {
              "denied": [{"coldkey": "{{coldkey.AccountId}}", "reason": "spam"}],
              "uploaders": [{"hotkey": "{{Uploader}}", "coldkey": "{{Alice}}", "until": "2100-01-01"}]
            }
            """);
        try
        {
            using var service = new Service { Settings = Set("ACCESS_FILE", file) };

            var denied = WebUtility.HtmlDecode((await service.GetAsync($"/?hotkey={Bob}")).Text);
            var owner = WebUtility.HtmlDecode((await service.GetAsync($"/?hotkey={coldkey.AccountId}")).Text);
            var uploader = WebUtility.HtmlDecode((await service.GetAsync($"/?hotkey={Uploader}")).Text);

            Assert.Multiple(() =>
            {
                Assert.That(denied.Split("for this reason: spam."), Has.Length.EqualTo(2));
                Assert.That(denied, Does.Contain("May not upload").And.Contain("May not download"));
                Assert.That(owner, Does.Contain("the operator denies access"));
                Assert.That(uploader, Does.Contain("Not registered").And.Contain("May upload").And.Contain("May not download"));
            });
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    public async Task Page_recognises_a_coldkey_and_shows_its_hotkeys()
    {
        using var coldkey = Substrate.KeyPair.FromUri("//Alice//cold");

        var page = WebUtility.HtmlDecode((await _service.GetAsync($"/?hotkey={coldkey.AccountId}")).Text);

        Assert.That(page, Does.Contain("It owns 1").And.Contain($"href=\"?hotkey={Alice}#check\"").And.Contain("upload, download"));
        Assert.That(page, Does.Not.Contain("Not registered").And.Not.Contain($"?hotkey={Bob}"));
    }

    [Test]
    public async Task Page_links_to_the_project_only_when_the_operator_names_it()
    {
        using var named = new Service { Settings = Set("PROJECT_URL", "https://example.org/s3auth/tree/main/") };

        var (with, without) = ((await named.GetAsync("/")).Text, (await _service.GetAsync("/")).Text);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(with, Does.Contain("href=\"https://example.org/s3auth/tree/main/docs/miners.md\""));
            Assert.That(with, Does.Contain("href=\"https://example.org/s3auth/tree/main/docs/validators.md\""));
            Assert.That(with, Does.Contain("href=\"https://example.org/s3auth/tree/main/docs/python.md\""));
            Assert.That(without, Does.Contain("docs/miners.md").And.Not.Contain("/docs/miners.md\""));
        }
    }

    [TestCase("https://example.org/b", "curl -fsSL https://example.org/b/install.sh | S3AUTH_DOWNLOAD_URL=https://example.org/b sh")]
    [TestCase("https://example.org/a/", "curl -fsSL https://example.org/a/install.sh | S3AUTH_DOWNLOAD_URL=https://example.org/a sh")]
    public async Task Page_shows_the_line_that_installs_the_tool_if_the_operator_offers_it(string url, string line)
    {
        using var offering = new Service { Settings = Set("TOOL_URL", url) };

        var (with, without) = (WebUtility.HtmlDecode((await offering.GetAsync("/")).Text), (await _service.GetAsync("/")).Text);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(with, Does.Contain(line).And.Not.Contain("dotnet tool install"));
            Assert.That(without, Does.Contain("dotnet tool install").And.Not.Contain("install.sh"));
        }
    }

    [Test]
    public async Task Page_shows_the_line_that_installs_the_python_package()
    {
        using var offering = new Service { Settings = Set("TOOL_URL", "https://example.org/a/") };

        var (with, without) = (WebUtility.HtmlDecode((await offering.GetAsync("/")).Text), (await _service.GetAsync("/")).Text);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                Regex.Count(
                    with,
                    $"<code>pip install bittensor https://example\\.org/a/s3auth-{ServiceVersion.Text}-py3-none-any\\.whl</code>",
                    RegexOptions.None,
                    TimeSpan.FromSeconds(1)),
                Is.EqualTo(2));
            Assert.That(without.Split("<code>pip install bittensor ./clients/python</code>"), Has.Length.EqualTo(3));
            Assert.That(without, Does.Contain("in the folder of S3Auth&#x27;s sources").And.Not.Contain(".whl"));
        }
    }

    [Test]
    public async Task Page_names_the_development_accounts_only_where_they_are_registered()
    {
        using var chain = new Service { Settings = Set("BT_NETWORK", "ws://127.0.0.1:9") };

        var (development, other) = ((await _service.GetAsync("/")).Text, (await chain.GetAsync("/")).Text);

        Assert.That(development, Does.Contain("--suri //Bob"));
        Assert.That(other, Does.Not.Contain("--suri"));
    }

    [Test]
    public async Task Hotkey_is_json_with_null_for_absent_values()
    {
        const string Unregistered = "5CiPPseXPECbkjWCa6MnjNokrgYjMqmKndv2rSnekmSK2DjL";
        var (registered, unknown) = (await _service.GetAsync("/hotkeys/" + Alice), await _service.GetAsync("/hotkeys/" + Unregistered));
        var problem = $"The hotkey {Unregistered} is not registered on netuid 46 of network static (block 1); register it, or try again in "
            + "30 s if you just did.";

        using var coldkey = Substrate.KeyPair.FromUri("//Alice//cold");
        Assert.That(registered.Text, Is.EqualTo(
            $$"""{"hotkey":"{{Alice}}","registered":true,"uid":0,"coldkey":"{{coldkey.AccountId}}","validator_permit":true,"alpha_stake":30000,"is_miner":true,"is_validator":true,"is_denied":false,"may_upload":true,"may_read":true,"block":1}"""));
        Assert.That(unknown.Text, Is.EqualTo(
            $$"""{"hotkey":"{{Unregistered}}","registered":false,"uid":null,"coldkey":null,"validator_permit":false,"alpha_stake":0,"is_miner":false,"is_validator":false,"is_denied":false,"may_upload":false,"upload_problem":"{{problem}}","may_read":false,"read_problem":"{{problem}}","block":1}"""));
    }

    [TestCase("5x", "48 characters")]
    [TestCase("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQX", "checksum")]
    [TestCase("15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5", "another network")]
    [TestCase("%0A<script>%22", "alphabet")]
    [TestCase("{address}", "alphabet")]
    public async Task Malformed_address_is_refused_with_the_reason(string address, string expected)
    {
        var answer = await _service.GetAsync("/hotkeys/" + address);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((answer.Status, answer.Code), Is.EqualTo((400, "invalid_request")), answer.Text);
            Assert.That(answer.Detail, Does.StartWith("Correct 'address': ").And.Contain(expected));
            Assert.That(answer.Json["errors"]!.AsObject().Single().Key, Is.EqualTo("address"));
        }
    }

    [Test]
    public async Task Burst_limit_applies_to_hotkey_lookups()
    {
        using var limited = new Service { Settings = Set("RATE_LIMIT_PER_MINUTE", "3") };

        var answers = new List<int>();
        for (var i = 0; i < 5; i++)
        {
            answers.Add((await limited.GetAsync(i % 2 == 0 ? "/hotkeys/" + Bob : "/?hotkey=" + Bob)).Status);
        }

        Assert.That(answers, Is.EqualTo(new[] { 200, 200, 200, 429, 429 }));
    }

    [Test]
    public async Task Only_answers_to_signed_requests_are_counted_by_code()
    {
        using var service = new Service();
        var body = Service.FolderAccess();
        await service.PostAsync("/get-folder-access", System.Text.Json.JsonSerializer.Serialize(body));
        await service.PostAsync("/get-folder-access", System.Text.Json.JsonSerializer.Serialize(body));
        await service.PostAsync("/list-files", "{}");
        await service.PostAsync("/get-validator-access", "not json");
        await service.PostAsync("/nothing", "{}");
        await service.GetAsync("/get-folder-access");
        await service.GetAsync("/hotkeys/5x");
        await service.GetAsync("/hotkeys/" + Bob);

        var activity = (await service.GetAsync("/status")).Json["activity"]!;

        using (Assert.EnterMultipleScope())
        {
            foreach (var part in new[] { activity["last_hour"]!, activity["last_day"]! })
            {
                Assert.That(((int)part["requests"]!, (int)part["granted"]!, (int)part["refused"]!), Is.EqualTo((4, 1, 3)));
                Assert.That(part["refused_by_reason"]!.ToJsonString(), Is.EqualTo("""{"replayed_request":1,"invalid_request":2}"""));
            }
        }
    }

    [Test]
    public async Task Requests_over_the_burst_limit_count_as_refused()
    {
        using var limited = new Service { Settings = Set("RATE_LIMIT_PER_MINUTE", "3") };
        for (var i = 0; i < 5; i++)
        {
            await limited.PostAsync("/list-files", "{}");
        }

        var counted = limited.Services.GetRequiredService<Application.Service.RecentAnswers>().Read();

        Assert.That(
            counted.Select(one => (one.Answer, one.Count)),
            Is.EquivalentTo(new[] { ("invalid_request", 3L), ("rate_limited", 2L) }));
    }

    [TestCase("/")]
    [TestCase("/page.css")]
    public async Task Page_answers_head_requests(string path)
    {
        using var client = _service.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri(path, UriKind.Relative));
        using var answer = await client.SendAsync(request);

        // Kestrel leaves out the body, not the application.
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase("/status")]
    [TestCase("/hotkeys/" + Bob)]
    [TestCase("/healthcheck")]
    public async Task Live_answers_are_not_cached(string path)
    {
        using var answer = await GetAsync(path);

        Assert.That(answer.Headers.CacheControl?.ToString(), Is.EqualTo("no-store"));
    }

    [Test]
    public void Shell_examples_have_no_comment_and_no_open_quote([Values("coldkey", "hotkey")] string layout, [Values] UploadMethod upload)
    {
        FolderLayout folders = layout == "hotkey" ? Layouts.ByHotkey : Layouts.ByColdkey("x");
        var snippets = new UsageSnippets("https://s3-auth.example.com", "finney", 17, folders, upload, toolUrl: null);

        foreach (var snippet in snippets.ForMiners.Concat(snippets.ForValidators).Where(snippet => snippet.Title is "s3auth" or "curl"))
        {
            // Where zsh is used interactively, # begins no comment.
            Assert.That(snippet.Text, Does.Not.Contain("#"), snippet.Id);
            Assert.That(snippet.Text, Does.StartWith("export S3AUTH_").And.Contain("https://s3-auth.example.com"), snippet.Id);
            Assert.That(snippet.Text.Count(c => c == '\'') % 2, Is.Zero, snippet.Id);
        }
    }

    [Test]
    public async Task Page_shows_the_title_of_each_refusal()
    {
        using var service = new Service();
        await service.PostAsync("/list-files", "{}");

        var page = await service.GetAsync("/");

        Assert.That(page.Text, Does.Contain("The request is malformed <code>invalid_request</code>"));
    }

    [Test]
    public async Task Problems_of_the_chain_are_shown_encoded()
    {
        var chain = new Mock<IMetagraph>();
        chain.SetupGet(port => port.Network).Returns("test");
        chain.Setup(port => port.Describe()).Returns(
            new MetagraphState(true, null, 0, null, null, null, "Runtime 360 has no `validator_permit`.")
            {
                Warnings = ["The node ws://<script>alert(1)</script> gives another answer."],
            });
        using var service = new Service { Replace = services => services.AddSingleton(chain.Object) };

        var page = (await service.GetAsync("/")).Text;

        Assert.That(
            page,
            Does.Contain("Runtime 360 has no `validator_permit`.").Or.Contain("Runtime 360 has no &#x60;validator_permit&#x60;."));
        Assert.That(page, Does.Contain("gives another answer.").And.Not.Contain("<script>alert"));
    }

    [Test]
    public async Task Name_of_the_chain_is_sanitized_in_page_and_examples()
    {
        var chain = new Mock<IMetagraph>();
        chain.SetupGet(port => port.Network).Returns("evil\nrm -rf ~ # </code><script>alert(1)</script>" + new string('y', 500));
        chain.SetupGet(port => port.Netuid).Returns(46);
        chain.Setup(port => port.Describe()).Returns(new MetagraphState(true, null, 0, null, null, null, null));
        using var service = new Service { Replace = services => services.AddSingleton(chain.Object) };

        var page = (await service.GetAsync("/")).Text;

        Assert.That(page, Does.Not.Contain("<script>alert"));
        var snippets = SnippetsOf(page);
        Assert.That(snippets, Has.Count.EqualTo(10));
        foreach (var snippet in snippets)
        {
            // Shell examples do not contain the name at all.
            Assert.That(
                snippet,
                snippet.StartsWith("export ", StringComparison.Ordinal)
                    ? Does.Not.Contain("evil")
                    : Does.Contain("Subnet 46 on evil_rm -rf _ _ __code__script_alert_1___script_yyyy")
                        .And.Not.Contain(new string('y', 65)));
        }
    }

    [TestCase(UploadMethod.Post, null, "uploads by form (POST)", "object store answers")]
    [TestCase(UploadMethod.Put, "It is not safe.", "no uploads", "object store takes no uploads")]
    public async Task Page_says_how_miners_upload_and_what_the_report_about_the_store_names(
        UploadMethod method, string? problem, string uploads, string line)
    {
        var store = new Mock<IStoreState>();
        store.SetupGet(port => port.Current).Returns(StoreFindings.None with
        {
            UploadMethod = method,
            PutProblem = problem,
            Checks = [new StoreCheck("public_access", StoreCheckResult.Fail, "Anyone can read it.")],
        });
        using var service = new Service { Replace = services => services.AddSingleton(store.Object) };

        var page = (await service.GetAsync("/")).Text;

        Assert.That(page, Does.Contain(uploads).And.Contain(line).And.Contain("failed for public_access"));
    }

    [Test]
    public async Task Examples_show_the_public_url()
    {
        using var service = new Service { Settings = Set("PUBLIC_URL", "https://s3-auth.example.com/data/") };

        var page = (await service.GetAsync("/")).Text;

        Assert.That(
            SnippetsOf(page),
            Has.Count.EqualTo(10).And.All.Contains("https://s3-auth.example.com/data").And.All.Not.Contains("localhost"));
        Assert.That(page, Does.Not.Contain("The operator has not set PUBLIC_URL"));
    }

    [TestCase("example.org", "https://example.org")]
    [TestCase("example.org:8443", "https://example.org:8443")]
    [TestCase("localhost:9000", "http://localhost:9000")]
    [TestCase("[::1]:8000", "http://[::1]:8000")]
    [TestCase("s3_auth-1:80", "https://s3_auth-1:80")]
    [TestCase("a'b", "http://localhost:8000")]
    [TestCase("a;rm", "http://localhost:8000")]
    [TestCase("$(rm)", "http://localhost:8000")]
    [TestCase("`rm`", "http://localhost:8000")]
    [TestCase("a\"b", "http://localhost:8000")]
    [TestCase("somebody@example.org", "http://localhost:8000")]
    [TestCase("a b", "http://localhost:8000")]
    [TestCase("localhost\\x", "http://localhost:8000")]
    [TestCase("localhost/$(x)/..", "http://localhost")]
    [TestCase("127.0.0.1#x", "http://localhost:8000")]
    [TestCase("", "http://localhost:8000")]
    [TestCase("größe.example", "http://localhost:8000")]
    [TestCase("a<b>", "http://localhost:8000")]
    public void Host_of_the_request_is_shown_only_if_it_is_safe(string host, string expected)
    {
        var context = new DefaultHttpContext();
        context.Request.Scheme = "http";
        context.Request.Headers.Host = host;

        Assert.That(new BaseUrl(publicUrl: null, 8000).Of(context.Request), Is.EqualTo(expected));
    }

    [Test]
    public void Every_example_is_filled_in_for_every_deployment(
        [Values("coldkey", "hotkey")] string layout, [Values] UploadMethod upload)
    {
        FolderLayout folders = layout == "hotkey" ? Layouts.ByHotkey : Layouts.ByColdkey("papers", "x");
        var snippets = new UsageSnippets("https://s3-auth.example.com", "finney", 17, folders, upload, toolUrl: null);

        using (Assert.EnterMultipleScope())
        {
            foreach (var snippet in snippets.ForMiners.Concat(snippets.ForValidators))
            {
                Assert.That(snippet.Text, Does.Contain("https://s3-auth.example.com"), snippet.Id);
                if (snippet.Title is "Python" or "Python (requests)" or "C#")
                {
                    Assert.That(snippet.Text, Does.Contain("ubnet 17 on finney").And.Contain(folders.Structure), snippet.Id);
                }

                Assert.That(snippet.Text, Does.Not.Match("<<[a-z_]*>>"), snippet.Id);
            }

            var upload1 = snippets.ForMiners.ToDictionary(snippet => snippet.Title, snippet => snippet.Text, StringComparer.Ordinal);
            Assert.That(upload1["s3auth"], layout == "hotkey" ? Does.Not.Contain("--source") : Does.Contain("--source papers"));
            Assert.That(upload1["C#"], Does.Contain(layout == "hotkey" ? "JobId = \"default\"" : "Source = \"papers\""));
            Assert.That(upload1["Python"], Does.Contain(layout == "hotkey" ? "job_id=\"default\"" : "source=\"papers\""));
            Assert.That(
                upload1["Python (requests)"],
                Does.Contain(upload == UploadMethod.Put ? "get-file-upload-url" : "get-folder-access"));
            Assert.That(
                snippets.ForValidators.Single(snippet => snippet.Title == "Python (requests)").Text,
                Does.Contain($"miner_{layout}="));
        }
    }

    private static Source SourceOf(string name) =>
        Source.TryParse(name, out var source) ? source : throw new ArgumentException(name, nameof(name));

    private static List<string> SnippetsOf(string page) =>
        [.. Snippet().Matches(page).Select(match => WebUtility.HtmlDecode(match.Groups["text"].Value))];

    private static Dictionary<string, string> Set(string name, string value) => new(StringComparer.Ordinal) { [name] = value };

    private async Task<HttpResponseMessage> GetAsync(string path, string? accept = null)
    {
        using var client = _service.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        return await client.SendAsync(request);
    }

    [GeneratedRegex(
        "<section id=\"(miner|validator)-[a-z0-9]+\".*?<pre[^>]*: to copy\"><code>(?<text>.*?)</code></pre>",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Snippet();

    [GeneratedRegex(
        "<script[^>]*>(?<inside>.*?)</script>",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Script();

    [GeneratedRegex(@"getElementById\('(?<id>[a-z]+)'\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ElementId();

    [GeneratedRegex("(src|href|action)=\"(?<to>[^\"]*)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Reference();

    [GeneratedRegex("(src|href)=\"(?<to>[a-z]+\\.[a-z]+\\?v=[0-9a-f]{16})\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Asset();
}

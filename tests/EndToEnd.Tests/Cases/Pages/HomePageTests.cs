using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace S3Auth.EndToEnd.Tests.Cases.Pages;

/// <summary>The page at <c>/</c> in a browser: widths, themes, with and without scripts, healthy and degraded.</summary>
internal sealed class HomePageTests
{
    private const int Narrow = 360;
    private const int Wide = 1600;
    private const int RefreshSeconds = 15;

    // The server caches its figures for five seconds.
    private static readonly TimeSpan CachedOnServer = TimeSpan.FromSeconds(6);

    // The rules of WCAG 2.2 A and AA, with contrast, and best practice.
    private const string Audit = """
        async () => {
          const found = await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
          return found.violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).join(' | ')}`)
            .concat(found.passes.some((pass) => pass.id === 'color-contrast') ? [] : ['contrast was not checked']);
        }
        """;

    private static readonly string[] Titles = ["s3auth", "Python", "Python (requests)", "curl", "C#"];

    private readonly List<WatchedPage> _pages = [];
    private ScratchFolder? _folder;
    private ApiProcess? _api;
    private Browser? _browser;

    private ApiProcess Api => _api ?? throw new InvalidOperationException("The service does not run yet.");

    [OneTimeSetUp]
    public async Task StartBrowser()
    {
        _browser = await Browser.NeedAsync();
        _folder = new ScratchFolder("page");
        _api = await ApiProcess.StartDevelopmentAsync(_folder.Sub("data"));

        // Some of everything that the page shows: grants, refusals, files of a miner.
        var bob = Miner.Development("Bob");
        using var bucket = BucketOf(_api);
        await bucket.PutAsync($"data/x/{bob.Coldkey}/a.bin", DeploymentFixture.Bytes(2000));
        for (var i = 0; i < 3; i++)
        {
            await _api.Client.PostAsync(ServiceClient.FolderAccessPath, ServiceClient.FolderAccessBody(bob));
        }

        await _api.Client.PostAsync(ServiceClient.FolderAccessPath, ServiceClient.FolderAccessBody(Miner.New()));
    }

    [OneTimeTearDown]
    public async Task StopBrowser()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        if (_api is not null)
        {
            await _api.DisposeAsync();
        }

        _folder?.Dispose();
    }

    [TearDown]
    public async Task ClosePages()
    {
        foreach (var page in _pages)
        {
            await page.DisposeAsync();
        }

        _pages.Clear();
    }

    [Test]
    public async Task Page_meets_wcag_and_fits_the_window(
        [Values(Narrow, Wide)] int width, [Values(ColorScheme.Light, ColorScheme.Dark)] ColorScheme theme)
    {
        await NodeSigner.NeedAsync();
        var page = await OpenAsync($"/?hotkey={Subnet.Validator.Hotkey}", width, theme);

        await Expect(page.Page.GetByText("All is well")).ToBeVisibleAsync();
        await page.ScreenshotAsync($"home-{width}-{theme.ToString().ToLowerInvariant()}.png");
        var overflow = await page.Page.EvaluateAsync<int>(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth");
        await page.Page.EvaluateAsync(await File.ReadAllTextAsync(NodeSigner.FileOf("axe-core", "axe.min.js")));
        var violations = await page.Page.EvaluateAsync<string[]>(Audit);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(overflow, Is.Zero, "nothing is wider than the window");
            Assert.That(violations, Is.Empty);
            page.AssertNoComplaint();
            page.AssertOneHost();
        }
    }

    [Test]
    public async Task Page_shows_state_and_activity()
    {
        var page = (await OpenAsync("/")).Page;

        await Expect(FactOf(page, "Chain")).ToContainTextAsync("static, subnet 46");
        await Expect(FactOf(page, "Registered hotkeys")).ToContainTextAsync("5");
        await Expect(FactOf(page, "Validators")).ToContainTextAsync("1");
        await Expect(FactOf(page, "Object store")).ToContainTextAsync("bucket s3auth-dev");
        await Expect(FactOf(page, "Store credentials")).ToContainTextAsync("Available");
        await Expect(FactOf(page, "Redis")).ToContainTextAsync("Not used");
        await Expect(FactOf(page, "Miners with files")).ToContainTextAsync("1");
        await Expect(FactOf(page, "Miners by source")).ToContainTextAsync("reddit 0");

        // If a new minute began meanwhile, the requests are in two bars.
        await Expect(page.GetByRole(AriaRole.Img, new PageGetByRoleOptions { Name = "Last hour" })).ToHaveAccessibleNameAsync(
            new Regex(
                "^Last hour, each bar a minute: 3 granted and 1 refused; at most [2-4] in one bar\\.$",
                RegexOptions.None,
                TimeSpan.FromSeconds(1)));
        await Expect(
            page.GetByRole(
                AriaRole.Row,
                new PageGetByRoleOptions { Name = "hotkey_not_registered" })).ToContainTextAsync("The hotkey is not registered");
        await Expect(page.Locator("#now")).ToContainTextAsync("3 of 1,000,000,000 grants are used");
    }

    [TestCase("For miners, with")]
    [TestCase("For validators, with")]
    public async Task Every_tab_shows_only_its_example(string group)
    {
        var watched = await OpenAsync("/");
        var page = watched.Page;
        var tabs = page.GetByRole(AriaRole.Tablist, new PageGetByRoleOptions { Name = group }).GetByRole(AriaRole.Tab);
        await Expect(tabs).ToHaveTextAsync(Titles);
        var panels = page.Locator($".snippets[data-label='{group}'] section");

        for (var i = 0; i < Titles.Length; i++)
        {
            await tabs.Nth(i).ClickAsync();
            await Expect(tabs.Nth(i)).ToHaveAttributeAsync("aria-selected", "true");
            for (var j = 0; j < Titles.Length; j++)
            {
                await Expect(panels.Nth(j)).ToBeVisibleAsync(new LocatorAssertionsToBeVisibleOptions { Visible = i == j });
            }

            await Expect(panels.Nth(i)).ToHaveAccessibleNameAsync(Titles[i]);
            await Expect(panels.Nth(i).Locator("code").Last).ToContainTextAsync(Api.Address.GetLeftPart(UriPartial.Authority));
        }

        await watched.ScreenshotAsync($"home-tab-{(group.Contains("miner", StringComparison.Ordinal) ? "miner" : "validator")}-csharp.png");

        // By keyboard: one tab stop for all tabs; arrow keys move between them and wrap around.
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(tabs.Nth(0)).ToBeFocusedAsync();
        await Expect(panels.Nth(0)).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("ArrowLeft");
        await Expect(panels.Nth(Titles.Length - 1)).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Home");
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(panels.Nth(1)).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Tab");
        await Expect(panels.Nth(1).Locator("pre").First).ToBeFocusedAsync();
        watched.AssertNoComplaint();
        watched.AssertOneHost();
    }

    [Test]
    public async Task Link_to_a_snippet_opens_its_tab()
    {
        var page = (await OpenAsync("/#miner-csharp")).Page;

        await Expect(page.Locator("#miner-csharp")).ToBeVisibleAsync();
        await Expect(page.Locator("#miner-s3auth")).ToBeHiddenAsync();
        await page.EvaluateAsync("() => { location.hash = '#validator-python'; }");
        await Expect(page.Locator("#validator-python")).ToBeVisibleAsync();
        await Expect(page.Locator("#miner-csharp")).ToBeVisibleAsync();
    }

    [Test]
    public async Task Snippet_is_copied_as_it_is_shown()
    {
        var page = (await OpenAsync("/", options: new BrowserNewPageOptions { Permissions = ["clipboard-read", "clipboard-write"] })).Page;
        var shown = await page.Locator("#miner-s3auth code").InnerTextAsync();

        await page.Locator("#miner-s3auth").GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Copy" }).ClickAsync();

        await Expect(page.Locator("#miner-s3auth button")).ToHaveTextAsync("Copied");
        Assert.That(await page.EvaluateAsync<string>("() => navigator.clipboard.readText()"), Is.EqualTo(shown + "\n"));
    }

    [TestCase("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY", "known", "Registered", "May download", "30,000")]
    [TestCase("5CiPPseXPECbkjWCa6MnjNokrgYjMqmKndv2rSnekmSK2DjL", "unknown", "Not registered", "it has no access here")]
    [TestCase("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQX", "malformed", "Not an address", "its checksum does not match")]
    [TestCase("<script>alert(1)</script>", "script", "Not an address", "outside the base58 alphabet")]
    public async Task Page_checks_a_hotkey(string address, string kind, params string[] expected)
    {
        var watched = await OpenAsync("/");
        var page = watched.Page;
        await page.GetByLabel("SS58 address of a hotkey or coldkey").FillAsync(address);

        await page.Keyboard.PressAsync("Enter");

        var answer = page.Locator("#answer");
        await Expect(answer).ToBeInViewportAsync();
        foreach (var text in expected)
        {
            await Expect(answer).ToContainTextAsync(text);
        }

        await Expect(page.GetByLabel("SS58 address of a hotkey or coldkey")).ToHaveValueAsync(address);
        await watched.ScreenshotAsync($"home-check-{kind}.png");
        watched.AssertNoComplaint();
        watched.AssertOneHost();
    }

    [Test]
    public async Task Page_is_complete_without_a_script()
    {
        var watched = await OpenAsync("/", Narrow, options: new BrowserNewPageOptions { JavaScriptEnabled = false });
        var page = watched.Page;

        // The two examples with the Python package have a command that installs it.
        await Expect(page.Locator(".snippets pre")).ToHaveCountAsync((2 * Titles.Length) + 2);
        foreach (var snippet in await page.Locator(".snippets pre").AllAsync())
        {
            await Expect(snippet).ToBeVisibleAsync();
        }

        await Expect(page.Locator("#miners h3")).ToHaveTextAsync(Titles);
        await page.GetByLabel("SS58 address of a hotkey or coldkey").FillAsync(Subnet.OrdinaryMiner.Hotkey.Address);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Check" }).ClickAsync();
        await Expect(page.Locator("#answer")).ToContainTextAsync("May upload");
        await watched.ScreenshotAsync("home-without-script.png");
    }

    [Test]
    public async Task Figures_refresh_and_keep_the_visitors_input()
    {
        using var folder = new ScratchFolder("fresh");
        await using var api = await ApiProcess.StartDevelopmentAsync(folder.Sub("data"));
        var opened = Stopwatch.StartNew();
        var watched = await OpenAsync("/", server: api.Address, hasOwnClock: true);
        var page = watched.Page;
        await Expect(page.Locator("#requests")).ToContainTextAsync("0 granted");
        await page.GetByRole(AriaRole.Tab, new PageGetByRoleOptions { Name = "Python", Exact = true }).First.ClickAsync();
        await page.GetByLabel("SS58 address of a hotkey or coldkey").FillAsync("5half");
        await api.Client.PostAsync(ServiceClient.FolderAccessPath, ServiceClient.FolderAccessBody(Miner.Development("Bob")));

        await page.EvaluateAsync("() => { window.marked = document.querySelector('#now h2'); }");

        // The page's clock also runs by itself, so on a slow machine the page may already have refreshed.
        var skipped = TimeSpan.FromSeconds(RefreshSeconds - 3) - opened.Elapsed;
        if (skipped > TimeSpan.Zero)
        {
            await page.Clock.FastForwardAsync((long)skipped.TotalMilliseconds);
            await Task.Delay(TimeSpan.FromSeconds(1)); // A request would be sent by now.
            var requests = watched.HomeRequests;
            if (opened.Elapsed + skipped < TimeSpan.FromSeconds(RefreshSeconds))
            {
                Assert.That(requests, Is.EqualTo(1), "It was refreshed early.");
            }
        }

        await UntilRefreshedAsync(page, "#requests", "1 granted");
        Assert.That(await page.EvaluateAsync<bool>("() => window.marked.isConnected"), "only what differs was changed");
        await Expect(page.Locator("#miner-python")).ToBeVisibleAsync();
        await Expect(page.GetByLabel("SS58 address of a hotkey or coldkey")).ToHaveValueAsync("5half");
        watched.AssertNoComplaint();

        // The visitor can pause the updates.
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Pause updates" }).ClickAsync();
        await api.Client.PostAsync(ServiceClient.FolderAccessPath, ServiceClient.FolderAccessBody(Miner.Development("Charlie")));
        await Task.Delay(CachedOnServer);
        await page.Clock.FastForwardAsync((RefreshSeconds + 3) * 1000);
        await Task.Delay(TimeSpan.FromSeconds(1)); // An answer would be here by now.
        await Expect(page.Locator("#requests")).ToContainTextAsync("1 granted");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Resume updates" }).ClickAsync();
        await UntilRefreshedAsync(page, "#requests", "2 granted");

        await api.StopAsync();
        await UntilRefreshedAsync(page, "#refresh", "does not answer");
        await Expect(page.Locator("#requests")).ToContainTextAsync("2 granted");
    }

    [Test]
    public async Task Page_shows_that_store_and_redis_are_away()
    {
        using var folder = new ScratchFolder("away");
        var settings = ApiProcess.ProductionSettings(
            await Subnet.Create(1).WriteAsync(folder),
            string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}"),
            "unreachable",
            "us-east-2",
            folder.Sub("data"),
            new AccessKeys("somebody", "some-secret-that-must-not-be-seen"));
        // The page is served even if signed requests are refused without Redis.
        settings["REDIS_REQUIRED"] = "true";
        settings["REDIS_URL"] = string.Create(CultureInfo.InvariantCulture, $"redis://:very-private@127.0.0.1:{FreePort.Next()}");
        await using var api = await ApiProcess.StartAsync(settings);

        var watched = await OpenAsync("/", server: api.Address);
        var page = watched.Page;

        await Expect(page.GetByText("Not all is well")).ToBeVisibleAsync();
        await Expect(FactOf(page, "Object store")).ToContainTextAsync("✗ Does not answer");
        await Expect(FactOf(page, "Redis")).ToContainTextAsync("✗ Does not answer");
        await Expect(page.Locator(".problems li")).ToHaveCountAsync(2);
        await Expect(page.Locator("#storage")).ToContainTextAsync("not counted yet");
        await watched.ScreenshotAsync("home-store-away.png");
        var html = await page.ContentAsync();
        await api.UntilLoggedAsync("PUBLIC_URL is not set");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(html, Does.Not.Contain("must-not-be-seen").And.Not.Contain("very-private").And.Not.Contain("redis://"));
            watched.AssertNoComplaint();
            watched.AssertOneHost();
        }
    }

    [Test]
    public async Task Page_shows_a_stale_chain()
    {
        using var folder = new ScratchFolder("stale");
        var node = await TestNode.StartAsync();

        // The block is always new, so that the metagraph is fresh until the node is gone.
        (node.State, node.BlockTime) = (RecordedAnswers.State("subnet"), _ => DateTimeOffset.UtcNow);
        var settings = ApiProcess.ProductionSettings(
            "", "http://127.0.0.1:9", "unreachable", "us-east-2", folder.Sub("data"), new AccessKeys("somebody", "secret"));
        settings.Remove("METAGRAPH_FILE");
        settings["BT_NETWORK"] = string.Create(CultureInfo.InvariantCulture, $"ws://127.0.0.1:{node.Address.Port}");
        settings["METAGRAPH_SYNC_INTERVAL"] = "1";
        settings["METAGRAPH_MAX_STALENESS"] = "20";
        await using var api = await ApiProcess.StartAsync(settings);
        var followed = (await OpenAsync("/", server: api.Address)).Page;
        await Expect(FactOf(followed, "Chain")).ToContainTextAsync("✓ Up to date");
        await Expect(FactOf(followed, "Block")).ToContainTextAsync("1,000");

        await node.DisposeAsync();
        await Wait.UntilAsync(
            async () => (int?)(await api.Client.GetAsync("/healthcheck")).Json["metagraph_syncer"]!["age_seconds"] > 20,
            "The chain does not become stale.");
        await Task.Delay(CachedOnServer);
        var watched = await OpenAsync($"/?hotkey={Subnet.OrdinaryMiner.Hotkey}", server: api.Address);
        var stale = watched.Page;

        await Expect(stale.GetByText("Not all is well")).ToBeVisibleAsync();
        await Expect(FactOf(stale, "Chain")).ToContainTextAsync("✗ Out of date");
        await Expect(FactOf(stale, "Block")).ToContainTextAsync("1,000");
        await Expect(FactOf(stale, "Validators")).ToContainTextAsync("unknown");
        await Expect(stale.Locator("#answer")).ToContainTextAsync("Cannot tell now");
        await watched.ScreenshotAsync("home-chain-stale.png");
        watched.AssertNoComplaint();
    }

    private static ILocator FactOf(IPage page, string name) =>
        page.Locator(".facts > div").Filter(
            new LocatorFilterOptions { Has = page.Locator("dt").GetByText(name, new LocatorGetByTextOptions { Exact = true }) });

    private static Bucket BucketOf(ApiProcess api) =>
        new(api.EmbeddedStore, ApiProcess.EmbeddedRegion, ApiProcess.EmbeddedBucket, ApiProcess.EmbeddedKeys);

    // Moves the clock of the page on by one refresh after the other.
    private static async Task UntilRefreshedAsync(IPage page, string element, string text) => await Wait.UntilAsync(
        async () =>
        {
            await page.Clock.FastForwardAsync(RefreshSeconds * 1000);
            await Task.Delay(TimeSpan.FromMilliseconds(200));
            return (await page.Locator(element).TextContentAsync())?.Contains(text, StringComparison.Ordinal) == true;
        });

    private async Task<WatchedPage> OpenAsync(
        string path,
        int width = Wide,
        ColorScheme theme = ColorScheme.Light,
        Uri? server = null,
        BrowserNewPageOptions? options = null,
        bool hasOwnClock = false)
    {
        options ??= new BrowserNewPageOptions();
        options.ViewportSize = new ViewportSize { Width = width, Height = 900 };
        options.ColorScheme = theme;
        var page = await _browser!.OpenAsync(server ?? Api.Address, path, options, hasOwnClock);
        _pages.Add(page);
        return page;
    }
}

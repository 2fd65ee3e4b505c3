using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using S3Auth.EndToEnd.Tests.Clients;
using S3Auth.EndToEnd.Tests.Servers;
using S3Auth.Tests;
using static Microsoft.Playwright.Assertions;

namespace S3Auth.EndToEnd.Tests.Cases;

/// <summary>The interactive page in a real browser: it loads from this server alone, and sends real signed requests.</summary>
[NonParallelizable]
internal sealed class DocumentationPageCases
{
    private static readonly string[] Browsers = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly ConcurrentQueue<string> _requested = new();

    private ScratchFolder? _folder;
    private ApiProcess? _api;
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private IPage? _page;

    private IPage Page => _page ?? throw new InvalidOperationException("There is no page yet.");

    private ApiProcess Api => _api ?? throw new InvalidOperationException("The service does not run yet.");

    [OneTimeSetUp]
    public async Task StartBrowser()
    {
        var program = Browsers.Select(Tool.Find).FirstOrDefault(path => path is not null);
        if (program is null)
        {
            Assert.Ignore("Skipped because there is no Chromium on the PATH; install chromium to run it.");
        }

        _folder = new ScratchFolder("docs");
        _api = await ApiProcess.StartDevelopmentAsync(_folder.Sub("data"));
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = program,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        });
    }

    [OneTimeTearDown]
    public async Task StopBrowser()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (_api is not null)
        {
            await _api.DisposeAsync();
        }

        _folder?.Dispose();
    }

    [SetUp]
    public async Task OpenPage()
    {
        _complaints.Clear();
        _requested.Clear();
        _page = await _browser!.NewPageAsync(new BrowserNewPageOptions { ViewportSize = new ViewportSize { Width = 1400, Height = 1600 } });
        Page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _complaints.Enqueue(message.Text);
            }
        };
        Page.PageError += (_, error) => _complaints.Enqueue(error);
        Page.Request += (_, request) => _requested.Enqueue(request.Url);
        await Page.GotoAsync(new Uri(Api.Address, "/docs").AbsoluteUri);
        await Expect(Page.Locator(".opblock").First).ToBeVisibleAsync();
    }

    [TearDown]
    public async Task ClosePage()
    {
        if (_page is not null)
        {
            await _page.CloseAsync();
        }
    }

    [Test]
    public async Task Page_shows_every_endpoint_without_a_complaint_and_without_another_host()
    {
        foreach (var path in (string[])["/get-folder-access", "/get-validator-access", "/healthcheck", "/commitment-formats"])
        {
            await Expect(Operation(path)).ToBeVisibleAsync();
        }

        await ScreenshotAsync("docs.png");
        Assert.That(_complaints, Is.Empty);
        AssertOneHost();
    }

    [Test]
    public async Task Signed_request_is_sent_from_the_page_and_answered()
    {
        var miner = Miner.Development("Bob");

        var (status, answer) = await ExecuteAsync("/get-folder-access", ServiceClient.FolderAccessBody(miner));

        await ScreenshotAsync("docs-folder-access.png");
        Assert.That(status, Is.EqualTo("200"));
        Assert.That(answer, Does.Contain($"\"folder\": \"data/x/{miner.Coldkey}/\""));
        Assert.That(_complaints, Is.Empty);
        AssertOneHost();
    }

    [Test]
    public async Task Wrongly_signed_request_shows_what_to_do()
    {
        var body = ServiceClient.FolderAccessBody(Miner.Development("Bob"));
        body["signature"] = Account.Development("//Charlie").SignHex("something else");

        var (status, answer) = await ExecuteAsync("/get-folder-access", body);

        await ScreenshotAsync("docs-wrong-signature.png");
        Assert.That(status, Is.EqualTo("401"));
        Assert.That(answer, Does.Contain("invalid_signature").And.Contain("The signature does not verify"));
        AssertOneHost();
    }

    private async Task ScreenshotAsync(string name) => await Page.ScreenshotAsync(new PageScreenshotOptions
    {
        Path = Path.Combine(Repository.Artifacts, name),
        FullPage = true,
    });

    private ILocator Operation(string path) =>
        Page.Locator(".opblock").Filter(new LocatorFilterOptions { Has = Page.Locator($".opblock-summary-path[data-path='{path}']") });

    private async Task<(string Status, string Answer)> ExecuteAsync(string path, JsonObject body)
    {
        var operation = Operation(path);
        await operation.Locator(".opblock-summary-control").ClickAsync();
        var editor = operation.Locator("textarea.body-param__text");
        var tryOut = operation.Locator(".try-out__btn");
        await Expect(tryOut).ToBeVisibleAsync();
        if (!await editor.IsVisibleAsync())
        {
            // A page may begin in this state; then the same button leaves it.
            await tryOut.ClickAsync();
        }

        await editor.FillAsync(body.ToJsonString());
        await operation.Locator("button.execute").ClickAsync();
        var answered = operation.Locator(".live-responses-table .response");
        await Expect(answered).ToBeVisibleAsync();
        return (
            (await answered.Locator(".response-col_status").InnerTextAsync()).Split('\n')[0].Trim(),
            await answered.Locator(".response-col_description .highlight-code, .response-col_description pre").First.InnerTextAsync());
    }

    private void AssertOneHost()
    {
        Assert.That(_requested, Is.Not.Empty);
        Assert.That(
            _requested.Where(url => !url.StartsWith(Api.Address.AbsoluteUri, StringComparison.Ordinal) && !url.StartsWith("data:", StringComparison.Ordinal)),
            Is.Empty);
    }
}

using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace S3Auth.EndToEnd.Tests.Cases.Pages;

/// <summary>The API explorer in a browser: it loads from this server only and sends signed requests.</summary>
internal sealed class DocumentationPageTests
{
    private ScratchFolder? _folder;
    private ApiProcess? _api;
    private Browser? _browser;
    private WatchedPage? _page;

    private WatchedPage Watched => _page ?? throw new InvalidOperationException("There is no page yet.");

    private IPage Page => Watched.Page;

    [OneTimeSetUp]
    public async Task StartBrowser()
    {
        _browser = await Browser.NeedAsync();
        _folder = new ScratchFolder("docs");
        _api = await ApiProcess.StartDevelopmentAsync(_folder.Sub("data"));
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

    [SetUp]
    public async Task OpenPage()
    {
        _page = await _browser!.OpenAsync(
            _api!.Address, "/docs", new BrowserNewPageOptions { ViewportSize = new ViewportSize { Width = 1400, Height = 1600 } });
        await Expect(Page.Locator(".opblock").First).ToBeVisibleAsync();
    }

    [TearDown]
    public async Task ClosePage()
    {
        if (_page is not null)
        {
            await _page.DisposeAsync();
        }
    }

    [Test]
    public async Task Page_shows_every_endpoint_without_a_complaint_and_without_another_host()
    {
        foreach (var path in (string[])["/get-folder-access", "/get-validator-access", "/healthcheck", "/commitment-formats"])
        {
            await Expect(Operation(path)).ToBeVisibleAsync();
        }

        await Watched.ScreenshotAsync("docs.png");
        Watched.AssertNoComplaint();
        Watched.AssertOneHost();
    }

    [Test]
    public async Task Signed_request_is_sent_from_the_page_and_answered()
    {
        var miner = Miner.Development("Bob");

        var (status, answer) = await ExecuteAsync("/get-folder-access", ServiceClient.FolderAccessBody(miner));

        await Watched.ScreenshotAsync("docs-folder-access.png");
        Assert.That(status, Is.EqualTo("200"));
        Assert.That(answer, Does.Contain($"\"folder\": \"data/x/{miner.Coldkey}/\""));
        Watched.AssertNoComplaint();
        Watched.AssertOneHost();
    }

    [Test]
    public async Task Wrongly_signed_request_shows_what_to_do()
    {
        var body = ServiceClient.FolderAccessBody(Miner.Development("Bob"));
        body["signature"] = Account.Development("//Charlie").SignHex("something else");

        var (status, answer) = await ExecuteAsync("/get-folder-access", body);

        await Watched.ScreenshotAsync("docs-wrong-signature.png");
        Assert.That(status, Is.EqualTo("401"));
        Assert.That(answer, Does.Contain("invalid_signature").And.Contain("The signature does not verify"));
        Watched.AssertOneHost();
    }

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
}

using Microsoft.Playwright;

namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>Chromium, as installed on this machine.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private static readonly string[] Programs = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Browser(IPlaywright playwright, IBrowser browser) => (_playwright, _browser) = (playwright, browser);

    /// <summary>Starts the browser. Skips the test, with the reason, if there is none.</summary>
    public static async Task<Browser> NeedAsync()
    {
        var program = Programs.Select(Tool.Find).FirstOrDefault(path => path is not null);
        if (program is null)
        {
            Assert.Ignore("Skipped because there is no Chromium on the PATH; install chromium to run it.");
        }

        // A busy machine takes longer than the default of 5 s.
        Assertions.SetDefaultExpectTimeout(30_000);
        var playwright = await Playwright.CreateAsync();
        return new Browser(playwright, await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = program,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        }));
    }

    /// <summary>Opens a page of a server in a new window.</summary>
    public async Task<WatchedPage> OpenAsync(Uri server, string path, BrowserNewPageOptions options, bool hasOwnClock = false)
    {
        var page = new WatchedPage(await _browser.NewPageAsync(options), server);
        if (hasOwnClock)
        {
            await page.Page.Clock.InstallAsync();
        }

        await page.GoAsync(path);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}

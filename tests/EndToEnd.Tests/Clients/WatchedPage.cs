using Microsoft.Playwright;

namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>A page in a browser, with its errors and its requests.</summary>
internal sealed class WatchedPage : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly ConcurrentQueue<string> _requested = new();
    private readonly Uri _server;

    internal WatchedPage(IPage page, Uri server)
    {
        Page = page;
        _server = server;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _complaints.Enqueue(message.Text);
            }
        };
        page.PageError += (_, error) => _complaints.Enqueue(error);
        page.Request += (_, request) => _requested.Enqueue(request.Url);
    }

    public IPage Page { get; }

    /// <summary>Number of requests for the home page, with its refreshes.</summary>
    public int HomeRequests => _requested.Count(url => string.Equals(url, _server.AbsoluteUri, StringComparison.Ordinal));

    public Task GoAsync(string path) => Page.GotoAsync(new Uri(_server, path).AbsoluteUri);

    /// <summary>Saves a screenshot to the artifacts.</summary>
    public Task ScreenshotAsync(string name) =>
        Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Repository.Artifacts, name), FullPage = true });

    /// <summary>Asserts that the page reported no error.</summary>
    public void AssertNoComplaint() => Assert.That(_complaints, Is.Empty);

    /// <summary>Asserts that the page sent requests to its own server only.</summary>
    public void AssertOneHost()
    {
        Assert.That(_requested, Is.Not.Empty);
        Assert.That(
            _requested.Where(
                url =>
                    !url.StartsWith(_server.AbsoluteUri, StringComparison.Ordinal) && !url.StartsWith("data:", StringComparison.Ordinal)),
            Is.Empty);
    }

    public async ValueTask DisposeAsync() => await Page.CloseAsync();
}

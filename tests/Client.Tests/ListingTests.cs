namespace S3Auth.Client.Tests;

/// <summary>Listings that loop, never end or are invalid, and keys that are not UTF-8.</summary>
public sealed class ListingTests
{
    private LocalServer _service = null!;
    private KeyPair _hotkey = null!;
    private S3AuthClient _client = null!;
    private int _pages;

    [SetUp]
    public void SetUp()
    {
        _service = new LocalServer();
        _hotkey = KeyPair.FromUri("//Alice");
        _client = new S3AuthClient(_service.Address, _hotkey, new S3AuthClientOptions { Attempts = 1 });
        _pages = 0;
    }

    [TearDown]
    public async Task TearDown()
    {
        _client.Dispose();
        _hotkey.Dispose();
        await _service.DisposeAsync();
    }

    [TestCase(1)]
    [TestCase(3)]
    public void Repeated_cursor_ends_the_listing(int circle)
    {
        Serve(page => ([FileOf($"k{page:D3}")], $"cursor{page % circle}"));

        Assert.That(CountAsync, Throws.TypeOf<ListingException>());
        Assert.That(_pages, Is.EqualTo(circle + 1));
    }

    [Test]
    public async Task Repeated_page_with_another_cursor_ends_the_listing_without_repeating_files()
    {
        Serve(page => ([FileOf("a"), FileOf("b")], $"cursor{page}"));
        var keys = new List<string>();

        Assert.That(
            async () =>
            {
                await foreach (var file in ListAsync())
                {
                    keys.Add(file.Key);
                }
            },
            Throws.TypeOf<ListingException>());
        await Task.CompletedTask;
        Assert.That(keys, Is.EqualTo(["a", "b"]));
    }

    [Test]
    public void Many_empty_pages_end_the_listing()
    {
        Serve(page => ([], $"cursor{page}"));

        Assert.That(CountAsync, Throws.TypeOf<ListingException>());
        Assert.That(_pages, Is.LessThan(20));
    }

    // The server also limits pages by bytes, so pages can be short.
    [Test]
    public async Task Listing_of_short_pages_is_read_to_its_end()
    {
        Serve(page => (page % 2 == 0 ? [] : [FileOf($"k{page:D3}")], page == 40 ? null : $"cursor{page}"));

        Assert.That(await CountAsync(), Is.EqualTo(20));
    }

    private static IEnumerable<TestCaseData> Broken() =>
    [
        Case("no key", new ListedFile { Key = "", Size = 1, Etag = "e", Download_url = "http://store/a" }),
        Case("negative size", new ListedFile { Key = "a", Size = -1, Etag = "e", Download_url = "http://store/a" }),
        Case("header in the ETag", new ListedFile { Key = "a", Size = 1, Etag = "e\r\nX-Other: 1", Download_url = "http://store/a" }),
        Case("no ETag", new ListedFile { Key = "a", Size = 1, Etag = null!, Download_url = "http://store/a" }),
    ];

    [TestCaseSource(nameof(Broken))]
    public void Invalid_entry_ends_the_listing(ListedFile file)
    {
        Serve(_ => ([file], null));

        Assert.That(CountAsync, Throws.TypeOf<ListingException>());
    }

    [TestCase("file:///etc/passwd")]
    [TestCase("ftp://store/a")]
    [TestCase("a")]
    [TestCase(null)]
    public async Task Url_that_is_not_http_is_ignored(string? url)
    {
        Serve(_ => ([new ListedFile { Key = "a", Size = 1, Etag = "e", Download_url = url }], null));

        await foreach (var file in ListAsync())
        {
            Assert.That(file.Url, Is.Null);
        }
    }

    // The keys have the same text in JSON. Only the URLs contain their bytes.
    [TestCase("http://store/bucket/data/x/5A/")]
    [TestCase("http://bucket.store/data/x/5A/")]
    public async Task Keys_that_are_not_utf8_get_distinct_names(string folder)
    {
        const string Key = "data/x/5A/a\uFFFDb";
        string[] escaped = ["a%FFb?X-Amz-Signature=1", "a%FEb", "a%EF%BF%BDb", "a%C3%28b"];
        Serve(_ => ([.. escaped.Select(name => UrlOf(Key, folder + name))], null));
        var names = new List<string>();
        await foreach (var file in ListAsync())
        {
            names.Add(LocalName.Of(file, out _));
        }

        Assert.That(names[..3], Is.EqualTo(["data/x/5A/a%FFb", "data/x/5A/a%FEb", "data/x/5A/a\uFFFDb"]));
        Assert.That(names[3], Does.StartWith("data/x/5A/a").And.Not.AnyOf(names[..3]));
    }

    private static TestCaseData Case(string name, ListedFile file) => new TestCaseData(file).SetArgDisplayNames(name);

    private static ListedFile UrlOf(string key, string url) => new() { Key = key, Size = 1, Etag = "e", Download_url = url };

    private static ListedFile FileOf(string key) => UrlOf(key, "http://store/" + key);

    private IAsyncEnumerable<RemoteFile> ListAsync() => _client.CreateReader().ListAsync(FileOwner.MinerOfHotkey(_hotkey.AccountId));

    private async Task<int> CountAsync() => await ListAsync().CountAsync();

    private void Serve(Func<int, (ListedFile[] Files, string? Next)> answer) => _service.Answer = context =>
    {
        var (files, next) = answer(++_pages);
        next = _pages < 200 ? next : null;
        return LocalServer.WriteJsonAsync(context, new FileList { Files = files, Next_cursor = next, Expires_in_seconds = 3600 });
    };
}

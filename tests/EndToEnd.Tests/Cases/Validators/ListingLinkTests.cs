namespace S3Auth.EndToEnd.Tests.Cases.Validators;

/// <summary>Listings that lead to the server, page after page, by programs that know nothing of it.</summary>
internal sealed class ListingLinkTests
{
    private const int Files = 1050;

    private ScratchFolder _folder = null!;
    private ApiProcess _api = null!;
    private Bucket _bucket = null!;
    private string[] _keys = [];

    [OneTimeSetUp]
    public async Task Start()
    {
        _folder = new ScratchFolder("links");
        _api = await ApiProcess.StartDevelopmentAsync(_folder.Sub("data"), new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PUBLIC_URL"] = "http://127.0.0.1:" + ApiProcess.PortPlaceholder,
            ["LISTING_REDIRECT"] = "true",
            ["LISTING_CACHE_SECONDS"] = "0",
        });
        _bucket = new Bucket(_api.EmbeddedStore, ApiProcess.EmbeddedRegion, ApiProcess.EmbeddedBucket, ApiProcess.EmbeddedKeys);
        var owner = Subnet.OrdinaryMiner;
        _keys =
        [
            .. Enumerable.Range(0, Files)
            .Select(i => FormattableString.Invariant($"data/x/{owner.Coldkey.Address}/größe & {i:00000}.bin"))
            .Order(StringComparer.Ordinal),
        ];
        await Parallel.ForEachAsync(
            _keys, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (key, _) => await _bucket.PutAsync(key, [1]));
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _bucket?.Dispose();
        if (_api is not null)
        {
            await _api.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Test]
    public async Task Python_pages_through_everything_by_appending_the_last_key()
    {
        var python = await Python.NeedAsync();
        var access = await _api.Client.GetValidatorAccessAsync(Subnet.Validator.Hotkey);
        var links = new[] { access.Urls.Global["list_all_data"], access.Miners.Single().Folders.Single().ListUrl };

        foreach (var link in links.Concat(links.Select(link => link[..link.IndexOf('?', StringComparison.Ordinal)])))
        {
            var listed = await python.RunAsync("listing_pages.py", new { Url = link });

            Assert.That(listed["keys"]!.AsArray().Select(key => (string?)key), Is.EqualTo(_keys), link);
            Assert.That((int?)listed["pages"], Is.EqualTo(2));
        }
    }

    [Test]
    public async Task Link_that_was_altered_leads_nowhere()
    {
        var link = new Uri((await _api.Client.GetValidatorAccessAsync(Subnet.Validator.Hotkey)).Urls.Global["list_all_data"]);
        var path = link.AbsolutePath;

        var answer = await _api.Client.GetAsync(path[..^2] + (path[^2] == 'A' ? "B" : "A") + path[^1]);

        Assert.That((answer.Status, answer.Code), Is.EqualTo((HttpStatusCode.Forbidden, "invalid_link")), answer.Text);
    }

    [Test]
    public async Task Tool_checks_the_listing_behind_the_link() =>
        Assert.That(
            (await new S3AuthTool(_api.Address, _folder).RunAsync("check", "--validator", "--suri", "//Alice")).Expect(),
            Does.Contain("list URL: works from here"));
}

namespace S3Auth.Client.Tests;

/// <summary>Lists the miner's own folder by its folder grant.</summary>
public sealed class OwnFolderTests
{
    private const string Entry =
        "<Contents><Key>f/a%20b.bin</Key><LastModified>2026-01-01T12:00:00.000Z</LastModified><ETag>&quot;0123&quot;</ETag><Size>7</Size>"
        + "</Contents>";

    private LocalServer _service = null!;
    private LocalServer _store = null!;
    private KeyPair _hotkey = null!;
    private S3AuthClient _client = null!;
    private string _listing = "";
    private int _grants;

    [SetUp]
    public void SetUp()
    {
        (_service, _store, _hotkey, _grants) = (new LocalServer(), new LocalServer(), KeyPair.FromUri("//Bob"), 0);
        _client = new S3AuthClient(
            _service.Address, _hotkey, new S3AuthClientOptions { Attempts = 2, FirstWait = TimeSpan.FromMilliseconds(1) });
        _listing = Page(Entry);
        _service.Answer = context =>
        {
            _grants++;
            return LocalServer.WriteJsonAsync(context, new FolderAccess
            {
                Folder = "f/",
                Url = "http://store",
                List_url = _store.Address + "list",
                Expiry_seconds = 3600,
                Folders = new Dictionary<string, FolderGrant>
                {
                    ["x"] = new FolderGrant { Folder = "f/", List_url = _store.Address + "list" },
                    ["reddit"] = new FolderGrant { Folder = "f/", List_url = _store.Address + "list?reddit" },
                },
            });
        };
        _store.Answer = context => LocalServer.WriteAsync(context, Encoding.UTF8.GetBytes(_listing));
    }

    [TearDown]
    public async Task TearDown()
    {
        _client.Dispose();
        _hotkey.Dispose();
        await _service.DisposeAsync();
        await _store.DisposeAsync();
    }

    [Test]
    public async Task Listings_cost_one_grant_together()
    {
        var listing = await ListAsync("x");

        var file = listing!.Files.Single();
        Assert.That(
            (file.Key, file.Size, file.ETag, file.LastModified, file.Url),
            Is.EqualTo(("f/a b.bin", 7L, "0123", new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero), (Uri?)null)));
        Assert.That(listing.ClockSkew, Is.EqualTo(TimeSpan.Zero).Within(TimeSpan.FromMinutes(1)));
        _listing = Page(Entry + Entry);
        Assert.That((await ListAsync("x"))!.Files, Has.Count.EqualTo(2), "The listing is a new one each time.");
        Assert.That((await ListAsync(source: null))!.Files, Has.Count.EqualTo(4), "All sources.");
        Assert.That(_grants, Is.EqualTo(1));
    }

    [TestCase("<Contents><Key>f/%FF.bin</Key><Size>7</Size></Contents>", TestName = "Key that is not UTF-8")]
    [TestCase("<Contents><Key>g/a.bin</Key><Size>7</Size></Contents>", TestName = "Key outside the folder")]
    [TestCase("<IsTruncated>true</IsTruncated>", TestName = "More than 1,000 files")]
    [TestCase("<Contents><Key>f/a.bin</Key><Size>7</Size><ETag>&#27;[31m</ETag></Contents>", TestName = "ETag with a terminal escape")]
    [TestCase("<Contents><Key>f/a.bin</Key><Size>7</Size><ETag>0&#13;1</ETag></Contents>", TestName = "ETag with a line break")]
    public async Task Incomplete_listing_is_not_returned(string content)
    {
        _listing = Page(content);

        Assert.That(await ListAsync("x"), Is.Null);
    }

    [TestCase("a", 1)]
    [TestCase("f/a b", 1)]
    [TestCase("b", null)]
    [TestCase("g/", null)]
    public async Task Prefix_selects_keys_with_or_without_the_folder(string prefix, int? count) =>
        Assert.That((await _client.OpenFolder(_hotkey.AccountId).ListAsync("x", prefix))?.Files.Count, Is.EqualTo(count));

    [TestCase("")]
    [TestCase("<html/>")]
    [TestCase("<ListBucketResult><Contents><Size>x</Size></Contents></ListBucketResult>")]
    [TestCase("<ListBucketResult><Contents><Size>99999999999999999999</Size></Contents></ListBucketResult>")]
    [TestCase("<!DOCTYPE a [<!ENTITY b \"c\">]><ListBucketResult/>")]
    public void Answer_that_is_not_a_listing_fails(string content)
    {
        _listing = content;

        Assert.That(() => ListAsync("x"), Throws.TypeOf<ListingException>());
    }

    // The files of another source must not be taken for those of this one.
    [Test]
    public void Source_without_a_folder_in_the_grant_is_refused() =>
        Assert.That(() => ListAsync("unknown"), Throws.TypeOf<UnacceptableFileException>());

    [Test]
    public async Task Deployment_without_folder_grants_returns_no_listing()
    {
        _service.Answer = context => UploadServer.RefuseAsync(context, "folder_upload_unsupported");

        Assert.That(await ListAsync("x"), Is.Null);
    }

    [Test]
    public async Task Failed_listing_is_retried_with_the_same_grant()
    {
        var answers = 0;
        _store.Answer = context => answers++ == 0
            ? UploadServer.RefuseAsStoreAsync(context, "SlowDown", 503)
            : LocalServer.WriteAsync(context, Encoding.UTF8.GetBytes(_listing));

        Assert.That(await ListAsync("x"), Is.Not.Null);
        Assert.That(_grants, Is.EqualTo(1));
    }

    [Test]
    public async Task Grant_that_the_store_refuses_is_replaced_once()
    {
        _store.Answer = context => UploadServer.RefuseAsStoreAsync(context, "AccessDenied", 403);

        Assert.That(() => ListAsync("x"), Throws.TypeOf<StoreException>());
        Assert.That(() => ListAsync("x"), Throws.TypeOf<StoreException>());
        Assert.That(_grants, Is.EqualTo(2), "A minute passes before the next one.");
    }

    private static string Page(string content) =>
        $"<ListBucketResult><EncodingType>url</EncodingType>{content}</ListBucketResult>";

    private Task<FolderListing?> ListAsync(string? source) => _client.OpenFolder(_hotkey.AccountId).ListAsync(source);
}

namespace S3Auth.Application.Tests;

public sealed class GetValidatorAccessTests
{
    private static GetValidatorAccessCommand AsAlice => new()
    {
        Hotkey = Subnet.Alice,
        Timestamp = Subnet.Now,
        Signature = Subnet.Good,
    };

    [Test]
    public async Task Each_miner_is_returned_once_with_its_folder_of_each_source()
    {
        using var subnet = new Subnet();
        Holds(subnet, "data/x/", $"data/x/{Subnet.Dave}/", $"data/x/{Subnet.Bob}/");
        Holds(subnet, "data/reddit/", $"data/reddit/{Subnet.Dave}/");

        var access = await subnet.SendAsync(AsAlice);

        var dave = access.Miners.Single(miner => miner.Id.Text == Subnet.Dave.ToString());
        var bob = access.Miners.Single(miner => miner.Id.Text == Subnet.Bob.ToString());
        Assert.Multiple(() =>
        {
            Assert.That(access.Miners, Has.Count.EqualTo(2));
            Assert.That(dave.Uid, Is.EqualTo(1));
            Assert.That(dave.Folders, Is.EqualTo(new[]
            {
                new MinerFolder("x", $"data/x/{Subnet.Dave}/", $"list data/x/{Subnet.Dave}/ by nothing until +86400"),
                new MinerFolder("reddit", $"data/reddit/{Subnet.Dave}/", $"list data/reddit/{Subnet.Dave}/ by nothing until +86400"),
            }));
            Assert.That(bob.Uid, Is.Null, "Bob's account owns no registered hotkey, but its data is still there");
        });
    }

    [Test]
    public async Task Folders_that_belong_to_no_miner_are_skipped()
    {
        using var subnet = new Subnet();
        Holds(subnet, "data/x/", "data/x/", "data/x/tmp/", $"data/x/{Subnet.Dave}x/", "data/x//");

        var access = await subnet.SendAsync(AsAlice);

        Assert.That(access.Miners, Is.Empty);
    }

    [TestCase("weights/{hotkey}/", "weights/")]
    [TestCase("{hotkey}/", "")]
    public async Task Listing_of_everything_and_the_record_have_the_root_of_the_layout(string template, string root)
    {
        using var subnet = new Subnet { Layout = Layouts.Of(template) };
        Holds(subnet, root);

        var access = await subnet.SendAsync(AsAlice);

        Assert.Multiple(() =>
        {
            Assert.That(access.Urls.Global.ListAllData.ToString(), Does.StartWith($"list {root} by nothing"));
            Assert.That(((IGranted)access).Granted.Prefixes, Is.EqualTo(new[] { root }));
        });
    }

    [Test]
    public async Task Signs_listings_of_everything_and_of_each_source()
    {
        using var subnet = new Subnet();

        var access = await subnet.SendAsync(AsAlice with { Expiry = Subnet.Now + 60 });

        Assert.Multiple(() =>
        {
            Assert.That(access.Bucket, Is.EqualTo("bucket"));
            Assert.That(access.ValidatorHotkey, Is.EqualTo(Subnet.Alice));
            Assert.That(access.ExpirySeconds, Is.EqualTo(60));
            Assert.That(access.Urls.Global.ListAllData.ToString(), Is.EqualTo("list data/ by nothing until +60"));
            Assert.That(access.Urls.Sources!["reddit"], Is.EqualTo(new SourceUrls("list data/reddit/ by / until +60", "data/reddit/")));
            Assert.That(access.Urls.Miners, Is.Null);
        });
    }

    [Test]
    public async Task Lists_hotkeys_in_the_hotkey_layout()
    {
        using var subnet = new Subnet { Layout = Layouts.ByHotkey };
        Holds(subnet, "data/hotkey=", $"data/hotkey={Subnet.Bob}/");

        var access = await subnet.SendAsync(AsAlice);

        var miner = access.Miners.Single();
        Assert.Multiple(() =>
        {
            Assert.That(miner.Id.Text, Is.EqualTo(Subnet.Bob.ToString()));
            Assert.That(miner.Uid, Is.EqualTo(1));
            Assert.That(miner.Folders.Single().Source, Is.Null);
            Assert.That(access.Urls.Miners!.ListAllMiners.ToString(), Is.EqualTo("list data/hotkey= by / until +86400"));
            Assert.That(access.Urls.Sources, Is.Null);
        });
    }

    [Test]
    public async Task Grant_starts_after_the_listing_of_the_store()
    {
        using var subnet = new Subnet();
        subnet.Store
            .Setup(port => port.ListFoldersAsync(It.IsAny<string>(), null, It.IsAny<CancellationToken>()))
            .Callback(() => subnet.Time.Advance(TimeSpan.FromSeconds(10)))
            .ReturnsAsync(new FolderPage([], HasMore: false));

        var access = await subnet.SendAsync(AsAlice with { Expiry = Subnet.Now + 60 });
        var refused = await subnet.RefuseAsync(AsAlice with { Expiry = Subnet.Now + 39 });

        Assert.Multiple(() =>
        {
            Assert.That(access.ExpirySeconds, Is.EqualTo(40), "two sources, ten seconds each");
            Assert.That(refused.Code, Is.EqualTo(RefusalCode.ExpiryInPast));
        });
    }

    [Test]
    public async Task Failing_store_is_refused_as_storage_unavailable()
    {
        using var subnet = new Subnet();
        subnet.Store
            .Setup(port => port.ListFoldersAsync(It.IsAny<string>(), null, It.IsAny<CancellationToken>()))
            .ThrowsAsync(new RefusedException(RefusalCode.StorageTimeout, "The store is slow."));

        var refused = await subnet.RefuseAsync(AsAlice);

        Assert.That(refused.Code, Is.EqualTo(RefusalCode.StorageTimeout));
    }

    private static void Holds(Subnet subnet, string root, params string[] folders) => subnet.Store
        .Setup(port => port.ListFoldersAsync(root, null, It.IsAny<CancellationToken>()))
        .ReturnsAsync(new FolderPage(folders, HasMore: false));
}

namespace S3Auth.EndToEnd.Tests.Cases.Miners;

/// <summary>A miner's <c>list_url</c> lists its own folder only, and any change of the URL is refused.</summary>
[TestFixtureSource(typeof(Deployments), nameof(Deployments.WithForms))]
internal sealed class MinerListingTests(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    internal override bool NeedsForms => true;

    [Test]
    public async Task Listing_shows_only_the_miners_own_files()
    {
        var miner = Deployment.NextMiner();
        var access = await Client.GetFolderAccessAsync(miner);
        var rival = Deployment.FolderOf(Deployment.NextMiner());
        string[] own = [access.Folder + Deployment.PathOf("a.bin"), access.Folder + Deployment.PathOf("b/c.bin")];
        var sibling = access.Folder.TrimEnd('/');
        string[] foreign = [rival + "secret.bin", sibling + "d/secret.bin", sibling + "0", sibling, sibling[..^1] + "/secret.bin"];
        await Bucket.PutAllAsync([.. own, .. foreign], Bytes(1024));

        var page = await Presigned.ListAsync(access.ListUrl);

        Assert.That(page.Keys, Is.EqualTo(own));
        Assert.That(page.CommonPrefixes, Is.Empty);
    }

    [Test]
    public async Task Listing_of_an_empty_folder_is_empty()
    {
        var access = await Client.GetFolderAccessAsync(Deployment.NextMiner());

        foreach (var grant in access.All)
        {
            Assert.That((await Presigned.ListAsync(grant.ListUrl)).Keys, Is.Empty);
        }
    }

    [Test]
    public async Task Every_granted_folder_has_its_own_listing()
    {
        var access = await Client.GetFolderAccessAsync(Deployment.NextMiner());

        foreach (var grant in access.All)
        {
            await Bucket.PutAsync(grant.Folder + Deployment.PathOf("own.bin"), Bytes(1024));
            Assert.That((await Presigned.ListAsync(grant.ListUrl)).Keys, Is.EqualTo([grant.Folder + Deployment.PathOf("own.bin")]));
        }
    }

    [Test]
    public async Task Altered_listing_is_refused()
    {
        var access = await Client.GetFolderAccessAsync(Deployment.NextMiner());
        var rival = Deployment.FolderOf(Deployment.NextMiner());
        await Bucket.PutAsync(rival + "secret.bin", Bytes(1024));
        var url = access.ListUrl;

        (string What, string Url)[] bent =
        [
            ("another miner's prefix", Presigned.With(url, "prefix", rival)),
            ("a shorter prefix", Presigned.With(url, "prefix", access.Folder[..^1])),
            ("everybody's prefix", Presigned.With(url, "prefix", "data/")),
            ("an empty prefix", Presigned.With(url, "prefix", "")),
            ("no prefix", Presigned.Without(url, "prefix")),
            ("a second prefix", Presigned.Adding(url, "prefix", rival)),
            ("a prefix in another case", Presigned.Adding(url, "Prefix", rival)),
            ("a delimiter", Presigned.Adding(url, "delimiter", "/")),
            ("a start", Presigned.Adding(url, "start-after", access.Folder)),
            ("more keys", Presigned.Adding(url, "max-keys", "1")),
            ("a token", Presigned.Adding(url, "continuation-token", "1")),
            ("another listing", Presigned.Adding(url, "versions", "")),
            ("a longer life", Presigned.With(url, "X-Amz-Expires", "604800")),
            ("a later date", Presigned.With(url, "X-Amz-Date", "20991124T000000Z")),
            ("a wrong signature", Presigned.With(url, "X-Amz-Signature", new string('0', 64))),
            ("no signature", Presigned.Without(url, "X-Amz-Signature")),
            ("another bucket", Presigned.OnBucket(url, Deployment.OtherBucket.Name)),
        ];

        foreach (var (what, bentUrl) in bent)
        {
            var answer = await Presigned.GetAsync(bentUrl);
            Assert.That(answer.Refused, $"{what}: {answer}");
            Assert.That(answer.Text, Does.Not.Contain("secret.bin"), what);
        }

        Assert.That((await Presigned.GetAsync(url)).Accepted, "The URL itself must be good, else this proves nothing.");
    }

    [Test]
    public async Task Listing_url_opens_no_object_and_changes_nothing()
    {
        var access = await Client.GetFolderAccessAsync(Deployment.NextMiner());
        var key = access.Folder + Deployment.PathOf("own.bin");
        await Bucket.PutAsync(key, Bytes(1024));
        var url = access.ListUrl;

        await AssertRefusedAsync(() => Presigned.GetAsync(Presigned.OnObject(url, key)), "GET of an object");
        await AssertRefusedAsync(
            () => Presigned.SendAsync(HttpMethod.Put, Presigned.OnObject(url, access.Folder + "new.bin"), Bytes(2000)), "PUT of an object");
        await AssertRefusedAsync(
            () => Presigned.SendAsync(HttpMethod.Put, Presigned.OnObject(url, key), Bytes(2000)), "PUT over an object");
        await AssertRefusedAsync(() => Presigned.SendAsync(HttpMethod.Delete, Presigned.OnObject(url, key)), "DELETE of an object");
        await AssertRefusedAsync(() => Presigned.SendAsync(HttpMethod.Put, url, []), "PUT of the bucket");
        await AssertRefusedAsync(() => Presigned.SendAsync(HttpMethod.Delete, url), "DELETE of the bucket");
        await AssertRefusedAsync(() => Presigned.SendAsync(HttpMethod.Post, url, Bytes(2000)), "POST to the bucket");
        Assert.That((await Presigned.ListAsync(url)).Keys, Is.EqualTo([key]));
    }
}

namespace S3Auth.EndToEnd.Tests.Cases.Miners;

/// <summary>A miner proves who it is and is told where it may upload.</summary>
[TestFixtureSource(typeof(Deployments), nameof(Deployments.OneStore))]
internal sealed class FolderAccessTests(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    [Test]
    public async Task Grant_names_the_miners_own_folder_and_nothing_else()
    {
        var miner = Deployment.NextMiner();

        var access = await Client.GetFolderAccessAsync(miner);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(access.Folder, Is.EqualTo(Deployment.FolderOf(miner)));
            Assert.That(access.Method, Is.EqualTo("POST"));
            Assert.That(access.MinBytes, Is.EqualTo(1024));
            Assert.That(access.MaxBytes, Is.EqualTo(5368709120));
            Assert.That(access.ExpirySeconds, Is.EqualTo(24 * 60 * 60));
            Assert.That(access.Fields["key"], Is.EqualTo(access.Folder + "${filename}"));
            Assert.That(access.Fields["acl"], Is.EqualTo("private"));
            Assert.That(access.Fields["x-amz-storage-class"], Is.EqualTo("STANDARD"));
            Assert.That(Presigned.Parameter(access.ListUrl, "prefix"), Is.EqualTo(access.Folder));
            Assert.That(access.StructureInfo.Description, Is.Not.Empty);
        }
    }

    [Test]
    public async Task Grant_holds_one_folder_for_each_source_of_the_layout()
    {
        var miner = Deployment.NextMiner();

        var access = await Client.GetFolderAccessAsync(miner);

        if (Deployment.Layout == FolderLayoutKind.Hotkey)
        {
            // There are no sources in this layout, so there is nothing to list them in.
            Assert.That(access.Folders, Is.Null);
            return;
        }

        Assert.That(access.Folders?.Keys, Is.EqualTo(Deployment.Sources));
        Assert.That(
            access.Folders.Select(one => one.Value.Folder),
            Is.EqualTo(Deployment.Sources.Select(source => Deployment.FolderOf(miner, source))));
    }

    [Test]
    public async Task Grant_for_a_source_holds_only_that_source_where_there_are_sources()
    {
        var miner = Deployment.NextMiner();

        var answer = await Client.PostAsync(ServiceClient.FolderAccessPath, ServiceClient.FolderAccessBody(miner, source: "reddit"));

        if (Deployment.Layout == FolderLayoutKind.Hotkey)
        {
            Assert.That(((int)answer.Status, answer.Code), Is.EqualTo((400, "invalid_request")), answer.ToString());
            return;
        }

        var access = ServiceClient.Read<FolderAccess>(answer);
        Assert.That(access.Folder, Is.EqualTo(Deployment.FolderOf(miner, "reddit")));
        Assert.That(access.Folders?.Keys, Is.EqualTo(["reddit"]));
    }

    [Test]
    public async Task Policy_says_exactly_what_may_be_uploaded()
    {
        var access = await Client.GetFolderAccessAsync(Deployment.NextMiner());

        var policy = JsonNode.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(access.Fields["policy"])))!;
        var conditions = policy["conditions"]!.AsArray().Select(one => one!.ToJsonString()).ToList();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(conditions, Has.One.EqualTo($$"""["starts-with","$key","{{access.Folder}}"]"""));
            Assert.That(conditions, Has.One.EqualTo("""["content-length-range",1024,5368709120]"""));
            Assert.That(conditions, Has.One.EqualTo("""["starts-with","$Content-Type",""]"""));
            Assert.That(conditions.Where(one => one.Contains("starts-with", StringComparison.Ordinal)), Has.Exactly(2).Items);
            Assert.That(conditions.Where(one => one.Contains("acl", StringComparison.Ordinal)), Has.Exactly(1).Items);
        }
    }

    [Test]
    public async Task Grant_ends_when_it_was_asked_to()
    {
        var before = ServiceClient.Now;
        var expiry = before + 1234;

        var access = await Client.GetFolderAccessAsync(Deployment.NextMiner(), expiry: expiry);

        var after = ServiceClient.Now;
        Assert.That(
            DateTimeOffset.ParseExact(access.Expiry, "yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture).ToUnixTimeSeconds(),
            Is.EqualTo(expiry));
        Assert.That(access.ExpirySeconds, Is.InRange(expiry - after - 1, expiry - before + 1));
        Assert.That(access.Expiry, Does.EndWith("+00:00"));
    }

    [Test]
    public async Task Grant_asked_for_ten_years_lasts_a_day()
    {
        var access = await Client.GetFolderAccessAsync(Deployment.NextMiner(), expiry: ServiceClient.Now + (10L * 365 * 24 * 60 * 60));

        Assert.That(access.ExpirySeconds, Is.EqualTo(24 * 60 * 60));
    }
}

namespace S3Auth.EndToEnd.Tests.Cases.Validators;

/// <summary>A validator finds every miner's folder among thousands.</summary>
[TestFixtureSource(typeof(Deployments), nameof(Deployments.LargeEverywhereButSwift))]
internal sealed class DiscoveryTests(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    private const int ManyMiners = 2500;

    // Listing thousands of folders one by one proves no more than listing some.
    private const int ListedFolders = 60;

    internal override DeploymentKind Kind => DeploymentKind.Large;

    [Test]
    public async Task Every_miner_folder_is_found_once_past_thousands_of_them()
    {
        IReadOnlyList<string> sources = Layout == FolderLayoutKind.Coldkey ? Deployment.Sources : ["x"];
        var strangers = Enumerable.Range(0, ManyMiners).Select(_ => Account.New().Address).ToList();
        await Bucket.PutAllAsync(
            strangers.SelectMany(address => sources.Select(source => Deployment.FolderOf(address, source) + Deployment.PathOf("seed.bin"))),
            Bytes(10));

        var access = await Client.GetValidatorAccessAsync(Subnet.Validator.Hotkey);

        var stored = await Bucket.ListKeysAsync("data/");
        var granted = access.Miners.SelectMany(miner => miner.Folders.Select(folder => (miner.Id, Folder: folder))).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(strangers.Except(access.Miners.Select(miner => miner.Id), StringComparer.Ordinal), Is.Empty);
            Assert.That(access.Miners.DistinctBy(miner => miner.Id, StringComparer.Ordinal).Count(), Is.EqualTo(access.Miners.Count));
            Assert.That(
                granted.Select(one => one.Folder.Prefix).Order(StringComparer.Ordinal),
                Is.EqualTo(MinerFoldersOf(stored)),
                "exactly the miners' folders that are there, each once");
            Assert.That(
                granted.Where(
                    one =>
                        !string.Equals(one.Folder.Prefix, Deployment.FolderOf(one.Id, one.Folder.Source ?? "x"), StringComparison.Ordinal)),
                Is.Empty);
            Assert.That(
                access.Miners.Where(miner => strangers.Contains(miner.Id, StringComparer.Ordinal) && miner.Folders.Count != sources.Count),
                Is.Empty);
        }

        var byFolder = stored.ToLookup(FolderOfKey, StringComparer.Ordinal);
        await Parallel.ForEachAsync(
            granted.Where((_, index) => index % (granted.Count / ListedFolders) == 0),
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (one, _) =>
            {
                var page = await Presigned.ListAsync(one.Folder.ListUrl);
                Assert.That(page.Keys, Is.EqualTo(byFolder[one.Folder.Prefix].Take(page.Keys.Count)).And.Not.Empty, one.Folder.Prefix);
                Assert.That(page.IsTruncated || page.Keys.Count == byFolder[one.Folder.Prefix].Count());
            });
    }

    /// <summary>The miners' folders among these keys, as the protocol lays them out.</summary>
    private IEnumerable<string> MinerFoldersOf(IEnumerable<string> keys) =>
        keys.Select(FolderOfKey).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private string? FolderOfKey(string key)
    {
        IEnumerable<string> parents =
            Layout == FolderLayoutKind.Coldkey ? Deployment.Sources.Select(source => $"data/{source}/") : ["data/hotkey="];
        return (from parent in parents
                where key.StartsWith(parent, StringComparison.Ordinal)
                let end = key.IndexOf('/', parent.Length)
                where end > 0 && Substrate.AccountId.TryParse(key[parent.Length..end], out _)
                select key[..(end + 1)]).SingleOrDefault();
    }
}

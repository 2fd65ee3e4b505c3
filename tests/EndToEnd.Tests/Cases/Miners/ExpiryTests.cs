namespace S3Auth.EndToEnd.Tests.Cases.Miners;

/// <summary>Grants are worthless after their expiry.</summary>
[TestFixtureSource(typeof(Deployments), nameof(Deployments.EachStore))]
internal sealed class ExpiryTests(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    // Long enough to use everything once before the end, also on a busy machine.
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(30);

    [Test]
    public async Task Everything_granted_ends_when_it_was_asked_to()
    {
        var miner = Deployment.NextMiner();
        await Bucket.PutAsync(Deployment.FolderOf(miner) + Deployment.PathOf("file.bin"), Bytes(1024));
        var end = DateTimeOffset.FromUnixTimeSeconds(ServiceClient.Now) + Life;
        var folder = Deployment.GrantsForms
            ? await Client.GetFolderAccessAsync(miner, expiry: end.ToUnixTimeSeconds())
            : null;
        var validator = await Client.GetValidatorAccessAsync(Subnet.Validator.Hotkey, expiry: end.ToUnixTimeSeconds());
        string[] listings =
        [
            .. folder is null ? (string[])[] : [folder.ListUrl],
            validator.Urls.Global["list_all_data"],
            validator.Urls.Sources?["x"].ListMiners ?? validator.Urls.Miners!["list_all_miners"],
            validator.Miners.Single(one => string.Equals(one.Id, Deployment.OwnerOf(miner), StringComparison.Ordinal)).Folders[0].ListUrl,
        ];
        foreach (var listing in listings)
        {
            Assert.That((await Presigned.GetAsync(listing)).Accepted, $"It must be good before, else this proves nothing: {listing}");
        }

        // Stores compare whole seconds.
        await Task.Delay(end + TimeSpan.FromSeconds(1.2) - DateTimeOffset.UtcNow);

        if (folder is not null)
        {
            await AssertRefusedAsync(FormUpload.Of(folder.Grant, Deployment.PathOf("late.bin"), Bytes(2000)).SendAsync, "the form");
        }

        foreach (var listing in listings)
        {
            Assert.That((await Presigned.GetAsync(listing)).Refused, listing);
        }
    }
}

namespace S3Auth.EndToEnd.Tests.Cases.Miners;

/// <summary>Grants are worthless after their expiry.</summary>
[TestFixtureSource(typeof(Deployments), nameof(Deployments.EachStore))]
internal sealed class ExpiryTests(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    [Test]
    public async Task Everything_granted_ends_when_it_was_asked_to()
    {
        var miner = Deployment.NextMiner();
        await Bucket.PutAsync(Deployment.FolderOf(miner) + Deployment.PathOf("file.bin"), Bytes(1024));
        var folder = Deployment.GrantsForms ? await Client.GetFolderAccessAsync(miner, expiry: ServiceClient.Now + 3) : null;
        var validator = await Client.GetValidatorAccessAsync(Subnet.Validator.Hotkey, expiry: ServiceClient.Now + 3);
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

        await Task.Delay(TimeSpan.FromSeconds(4.2));

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

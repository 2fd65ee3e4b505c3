namespace S3Auth.EndToEnd.Tests.Cases.Validators;

/// <summary>Lists of miners may be cached for <c>LISTING_CACHE_SECONDS</c>. Lists of files are never cached.</summary>
internal sealed class ListingCacheTests
{
    [Test]
    public async Task Discovery_is_as_old_as_it_may_be_and_files_are_never_old()
    {
        using var folder = new ScratchFolder("cache");
        await using var api = await ApiProcess.StartDevelopmentAsync(
            folder.Sub("data"), new Dictionary<string, string>(StringComparer.Ordinal) { ["LISTING_CACHE_SECONDS"] = "30" });
        var (bob, charlie) = (Miner.Development("Bob"), Miner.Development("Charlie"));
        await UploadAsync(api, bob);

        Assert.That(await MinersAsync(api), Is.EqualTo([bob.Coldkey.Address]));
        await UploadAsync(api, charlie);
        Assert.That(await MinersAsync(api), Is.EqualTo([bob.Coldkey.Address]), "kept");
        Assert.That(
            (await api.Client.AskAsync<FileList>(Call.MyFiles(charlie))).Files, Has.Count.EqualTo(1), "a miner sees what it uploaded");
        await Task.Delay(TimeSpan.FromSeconds(30.2));
        Assert.That(await MinersAsync(api), Is.EquivalentTo([bob.Coldkey.Address, charlie.Coldkey.Address]), "asked anew");
    }

    [Test]
    public async Task Discovery_is_up_to_two_seconds_old_when_nothing_is_set()
    {
        using var folder = new ScratchFolder("cache-default");
        await using var api = await ApiProcess.StartDevelopmentAsync(folder.Sub("data"));
        await MinersAsync(api);
        await UploadAsync(api, Miner.Development("Bob"));

        await Task.Delay(TimeSpan.FromSeconds(2.2));

        Assert.That(await MinersAsync(api), Has.Count.EqualTo(1));
    }

    private static async Task UploadAsync(ApiProcess api, Miner miner)
    {
        var access = await api.Client.GetFolderAccessAsync(miner);
        Assert.That((await FormUpload.Of(access.Grant, "file.bin", new byte[2000]).SendAsync()).Accepted);
    }

    private static async Task<List<string>> MinersAsync(ApiProcess api) =>
        [.. (await api.Client.GetValidatorAccessAsync(Subnet.Validator.Hotkey)).Miners.Select(miner => miner.Id)];
}

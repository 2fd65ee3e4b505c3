namespace S3Auth.EndToEnd.Tests.Cases.Validators;

/// <summary>A validator finds and lists every miner's folder, and can do nothing else.</summary>
internal sealed class ValidatorAccessTests(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    [Test]
    public async Task Uploaded_files_are_listed_under_their_miner_with_its_uid()
    {
        var miner = Deployment.NextMiner();
        IReadOnlyList<string?> sources = Layout == FolderLayoutKind.Coldkey ? [.. Deployment.Sources] : [null];
        foreach (var source in sources)
        {
            var upload = await Client.AskAsync<FileUpload>(Call.FileUpload(miner, "file.bin", Deployment.Job, source));
            Assert.That((await upload.SendAsync(Bytes(3000))).Accepted);
        }

        var validator = await Client.GetValidatorAccessAsync(Subnet.Validator.Hotkey);

        var found = validator.Miners.Single(one => string.Equals(one.Id, Deployment.OwnerOf(miner), StringComparison.Ordinal));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(found.Uid, Is.EqualTo(Deployment.Subnet.UidOf(miner)));
            Assert.That(found.Folders.Select(folder => folder.Prefix), Is.EquivalentTo(
                sources.Select(source => Deployment.FolderOf(miner, source ?? "x"))));
            Assert.That(found.Folders.Select(folder => folder.Source), Is.EquivalentTo(sources));
        }

        foreach (var folder in found.Folders)
        {
            Assert.That((await Presigned.ListAsync(folder.ListUrl)).Keys, Is.EqualTo([folder.Prefix + Deployment.PathOf("file.bin")]));
        }
    }

    [Test]
    public async Task Miner_that_is_no_longer_registered_is_found_without_a_uid()
    {
        var gone = Account.New().Address;
        await Bucket.PutAsync(Deployment.FolderOf(gone) + Deployment.PathOf("old.bin"), Bytes(1024));

        var access = await Client.GetValidatorAccessAsync(Subnet.Validator.Hotkey);

        Assert.That(access.Miners.Single(miner => string.Equals(miner.Id, gone, StringComparison.Ordinal)).Uid, Is.Null);
    }

    [Test]
    public async Task Folder_that_is_no_miners_is_not_granted_as_one()
    {
        var parent = Deployment.Layout == FolderLayoutKind.Coldkey ? "data/x/" : "data/hotkey=";
        string[] names = ["not-an-address", Account.New().Address[..^1], "5" + new string('0', 47), "..", " "];
        await Bucket.PutAllAsync(names.Select(name => $"{parent}{name}/file.bin"), Bytes(1024));
        await Bucket.PutAsync(Deployment.FolderOf(Deployment.NextMiner()) + Deployment.PathOf("file.bin"), Bytes(1024));

        var access = await Client.GetValidatorAccessAsync(Subnet.Validator.Hotkey);

        Assert.That(access.Miners.Select(miner => miner.Id), Is.Not.Empty.And.No.AnyOf([.. names]));
        Assert.That(
            access.Miners.SelectMany(miner => miner.Folders).Select(folder => folder.Prefix),
            Has.None.AnyOf([.. names.Select(name => $"{parent}{name}/")]));
    }

    [Test]
    public async Task Overview_urls_list_what_they_say()
    {
        var miner = Deployment.NextMiner();
        await Bucket.PutAsync(Deployment.FolderOf(miner) + Deployment.PathOf("file.bin"), Bytes(1024));
        await Bucket.PutAsync("beside-the-data/file.bin", Bytes(1024));

        var access = await Client.GetValidatorAccessAsync(Subnet.Validator.Hotkey);
        var all = await Presigned.ListAsync(access.Urls.Global["list_all_data"]);
        var stored = await Bucket.ListKeysAsync("data/");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(access.Bucket, Is.EqualTo(Bucket.Name));
            Assert.That(access.Region, Is.EqualTo(Bucket.Region));
            Assert.That(access.ValidatorHotkey, Is.EqualTo(Subnet.Validator.Hotkey.Address));
            Assert.That(access.ExpirySeconds, Is.EqualTo(24 * 60 * 60));
            // One page: a store gives at most a thousand keys at once, sometimes a few less, and says that there are more.
            Assert.That(all.Keys, Has.Count.InRange(Math.Min(stored.Count, 900), 1000));
            Assert.That(all.Keys, Is.EqualTo(stored.Take(all.Keys.Count)));
            Assert.That(all.IsTruncated, Is.EqualTo(stored.Count > all.Keys.Count));
        }

        if (Deployment.Layout == FolderLayoutKind.Hotkey)
        {
            Assert.That(access.Urls.Sources, Is.Null);
            await AssertListsFoldersAsync(access.Urls.Miners!["list_all_miners"], "data/hotkey=", stored);
            return;
        }

        Assert.That(access.Urls.Miners, Is.Null);
        Assert.That(access.Urls.Sources?.Keys, Is.EquivalentTo(Deployment.Sources));
        foreach (var (source, urls) in access.Urls.Sources)
        {
            Assert.That(urls.Prefix, Is.EqualTo($"data/{source}/"));
            await AssertListsFoldersAsync(urls.ListMiners, urls.Prefix, stored);
        }
    }

    [Test]
    public async Task Validators_urls_upload_change_and_open_nothing()
    {
        var miner = Deployment.NextMiner();
        var folder = Deployment.FolderOf(miner);
        var key = folder + Deployment.PathOf("file.bin");
        await Bucket.PutAsync(key, Bytes(1024));
        var access = await Client.GetValidatorAccessAsync(Subnet.Validator.Hotkey);
        string[] urls =
        [
            access.Miners.Single(one => string.Equals(one.Id, Deployment.OwnerOf(miner), StringComparison.Ordinal)).Folders[0].ListUrl,
            access.Urls.Global["list_all_data"],
            access.Urls.Sources?["x"].ListMiners ?? access.Urls.Miners!["list_all_miners"],
        ];

        foreach (var url in urls)
        {
            await AssertRefusedAsync(
                () => Presigned.SendAsync(HttpMethod.Put, Presigned.OnObject(url, folder + "new.bin"), Bytes(2000)), "PUT");
            await AssertRefusedAsync(() => Presigned.SendAsync(HttpMethod.Put, url, Bytes(2000)), "PUT of the bucket");
            await AssertRefusedAsync(() => Presigned.SendAsync(HttpMethod.Post, url, Bytes(2000)), "POST");
            await AssertRefusedAsync(() => Presigned.SendAsync(HttpMethod.Delete, Presigned.OnObject(url, key)), "DELETE");
            await AssertRefusedAsync(() => Presigned.GetAsync(Presigned.OnObject(url, key)), "GET of an object");
            await AssertRefusedAsync(() => Presigned.GetAsync(Presigned.With(url, "prefix", "")), "everything in the bucket");
        }
    }

    private static async Task AssertListsFoldersAsync(string url, string parent, IReadOnlyList<string> stored)
    {
        var page = await Presigned.ListAsync(url);
        // One page here too; a key directly below the parent counts like a folder.
        var entries = stored
            .Where(key => key.StartsWith(parent, StringComparison.Ordinal))
            .Select(key => key.IndexOf('/', parent.Length) is > 0 and var end ? key[..(end + 1)] : key)
            .Distinct(StringComparer.Ordinal)
            .ToList();
        var listed = page.CommonPrefixes.Concat(page.Keys).ToList();
        Assert.That(listed, Has.Count.InRange(Math.Min(entries.Count, 900), 1000));
        Assert.That(listed, Is.EquivalentTo(entries.Take(listed.Count)));
        Assert.That(page.IsTruncated, Is.EqualTo(entries.Count > listed.Count));
    }
}

using Parquet.Serialization;

namespace S3Auth.EndToEnd.Tests.Cases.Validators;

/// <summary>Validators download exactly the bytes that miners uploaded.</summary>
internal sealed class DownloadTests(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    [Test]
    public async Task Parquet_file_of_a_miner_is_found_downloaded_and_read_by_a_validator()
    {
        var rows = Enumerable.Range(0, 20_000).Select(number => new Post
        {
            Id = number,
            Text = $"post {number} · größe · 数据 · {Guid.NewGuid()}",
            Likes = number % 7 == 0 ? null : number * 3,
            PostedAt = new DateTime(2026, 11, 24, 0, 0, 0, DateTimeKind.Utc).AddSeconds(number),
        }).ToList();
        using var file = new MemoryStream();
        await ParquetSerializer.SerializeAsync(rows, file);
        var miner = Deployment.NextMiner();
        await Deployment.UploadAsync(miner, "data_20261124_062101_20000.parquet", file.ToArray());

        var access = await Client.GetValidatorAccessAsync(Subnet.Validator.Hotkey);
        var folder = access.Miners.Single(
            one => string.Equals(one.Id, Deployment.OwnerOf(miner), StringComparison.Ordinal)).Folders.Single();
        var key = (await Presigned.ListAsync(folder.ListUrl)).Keys.Single();
        var urls = await Client.GetFileUrlsAsync(Subnet.Validator.Hotkey, Deployment.OwnerMember, Deployment.OwnerOf(miner), key);
        var downloaded = await Presigned.DownloadAsync(urls.Urls[key].PresignedUrl);

        Content.AssertSame(downloaded, file.ToArray());
        using var copy = new MemoryStream(downloaded);
        Assert.That((await ParquetSerializer.DeserializeAsync<Post>(copy)).Data, Is.EqualTo(rows));
    }

    [TestCase("with space.bin")]
    [TestCase("plus+percent%20and=equals&more?#.bin")]
    [TestCase("schrift-größe-数据-🙂.bin")]
    public async Task Odd_keys_are_downloaded_as_they_were_uploaded(string file)
    {
        var miner = Deployment.NextMiner();
        var content = Bytes(12_345);
        await Deployment.UploadAsync(miner, file, content);

        var listed = await Client.AskAsync<FileList>(
            Call.Files(Subnet.Validator.Hotkey, Deployment.OwnerMember, Deployment.OwnerOf(miner)));
        var key = listed.Keys.Single();

        Content.AssertSame(await Presigned.DownloadAsync(await UrlAsync(miner, key)), content);
    }

    [Test]
    public async Task Download_url_opens_its_own_object_only()
    {
        var miner = Deployment.NextMiner();
        var folder = Deployment.FolderOf(miner);
        await Bucket.PutAllAsync([folder + "a.bin", folder + "b.bin"], Bytes(1024));
        var url = await UrlAsync(miner, folder + "a.bin");

        Assert.That((await Presigned.GetAsync(url)).Accepted);
        await AssertRefusedAsync(() => Presigned.GetAsync(url.Replace("a.bin", "b.bin", StringComparison.Ordinal)), "another object");
        await AssertRefusedAsync(() => Presigned.SendAsync(HttpMethod.Put, url, Bytes(2000)), "PUT");
        await AssertRefusedAsync(() => Presigned.SendAsync(HttpMethod.Delete, url), "DELETE");
    }

    [Test]
    public async Task Object_without_a_signature_stays_closed()
    {
        var miner = Deployment.NextMiner();
        var url = await UrlAsync(miner, await Deployment.UploadAsync(miner, "private.bin", Bytes(2000)));

        await AssertRefusedAsync(() => Presigned.GetAsync(url[..url.IndexOf('?', StringComparison.Ordinal)]));
    }

    [Test]
    public async Task Miner_is_named_by_its_hotkey_as_well()
    {
        var miner = Deployment.NextMiner();
        var key = Deployment.FolderOf(miner) + Deployment.PathOf("file.bin");
        var content = Bytes(3000);
        await Bucket.PutAsync(key, content);

        var urls = await Client.GetFileUrlsAsync(Subnet.Validator.Hotkey, "miner_hotkey", miner.Hotkey.Address, key);

        Content.AssertSame(await Presigned.DownloadAsync(urls.Urls[key].PresignedUrl), content);
    }

    [Test]
    public async Task File_of_a_miner_that_is_no_longer_registered_is_downloaded()
    {
        var gone = Account.New().Address;
        var key = Deployment.FolderOf(gone) + Deployment.PathOf("old.bin");
        var content = Bytes(3000);
        await Bucket.PutAsync(key, content);

        var urls = await Client.GetFileUrlsAsync(Subnet.Validator.Hotkey, Deployment.OwnerMember, gone, key);

        Content.AssertSame(await Presigned.DownloadAsync(urls.Urls[key].PresignedUrl), content);
    }

    [Test]
    public async Task Key_outside_of_the_miners_folders_is_never_signed()
    {
        var miner = Deployment.NextMiner();
        var folder = Deployment.FolderOf(miner);
        var rival = Deployment.FolderOf(Deployment.NextMiner());
        var good = folder + Deployment.PathOf("file.bin");
        await Bucket.PutAllAsync([good, rival + "file.bin"], Bytes(1024));
        string[] outside =
        [
            rival + "file.bin", folder.TrimEnd('/') + "d/file.bin", folder.TrimEnd('/'), folder, "", "/" + good, "data/", "file.bin",
            good.ToUpperInvariant(), "data/y/" + Deployment.OwnerOf(miner) + "/file.bin", "../" + good, new string('a', 2000),
        ];

        var urls = await Client.GetFileUrlsAsync(
            Subnet.Validator.Hotkey, Deployment.OwnerMember, Deployment.OwnerOf(miner), [good, .. outside]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(urls.Urls.Keys, Is.EqualTo([good]));
            Assert.That(urls.InvalidFiles, Is.EquivalentTo(outside));
            Assert.That(
                (urls.TotalRequestedFiles, urls.ValidFilesCount, urls.InvalidFilesCount),
                Is.EqualTo((outside.Length + 1, 1, outside.Length)));
        }
    }

    [Test]
    public async Task Steps_upwards_in_a_key_download_nothing_of_anybody_else()
    {
        var miner = Deployment.NextMiner();
        var folder = Deployment.FolderOf(miner);
        var rival = Deployment.FolderOf(Deployment.NextMiner());
        var secret = Bytes(1024);
        await Bucket.PutAsync(rival + "secret.bin", secret);
        // Such a key begins with the miner's folder, and to a store it is a name like any other.
        string[] keys =
        [
            folder + "../" + rival + "secret.bin", folder + "../../../" + rival + "secret.bin",
            folder + "..%2f..%2f..%2f" + rival + "secret.bin"
        ];

        var urls = await Client.GetFileUrlsAsync(Subnet.Validator.Hotkey, Deployment.OwnerMember, Deployment.OwnerOf(miner), keys);

        foreach (var url in urls.Urls.Values)
        {
            var answer = await Presigned.GetAsync(url.PresignedUrl);
            Assert.That(answer.Refused, $"{url.FileKey}: {answer}");
        }
    }

    [Test]
    public async Task Thousand_files_are_signed_at_once()
    {
        var miner = Deployment.NextMiner();
        var keys = Enumerable.Range(0, 1000).Select(
            number => $"{Deployment.FolderOf(miner)}{Deployment.PathOf($"{number}.bin")}").ToArray();
        await Bucket.PutAsync(keys[999], Bytes(1024));

        var urls = await Client.GetFileUrlsAsync(Subnet.Validator.Hotkey, Deployment.OwnerMember, Deployment.OwnerOf(miner), keys);

        Assert.That(urls.Urls.Keys, Is.EquivalentTo(keys));
        Assert.That((await Presigned.GetAsync(urls.Urls[keys[999]].PresignedUrl)).Accepted);
        Assert.That((int)(await Presigned.GetAsync(urls.Urls[keys[0]].PresignedUrl)).Status, Is.EqualTo(404), "a file that is not there");
    }

    [TestCase(ProofKind.Commitment)]
    [TestCase(ProofKind.Tao)]
    public async Task Thousand_keys_are_told_apart_into_the_miners_own_and_foreign_ones(ProofKind proof)
    {
        var miner = Deployment.NextMiner();
        var (folder, rival) = (Deployment.FolderOf(miner), Deployment.FolderOf(Deployment.NextMiner()));
        // Every third key is of another: by its folder, or by a folder that only looks like the miner's.
        var keys = Enumerable.Range(0, 1000).Select(number => (number % 9) switch
        {
            0 => $"{rival}{number}.bin",
            3 => $"{folder[..^1]}d/{number}.bin",
            6 => $"{folder}../{Deployment.OwnerOf(miner)}/{number}.bin",
            _ => folder + Deployment.PathOf($"{number}.bin"),
        }).ToArray();
        var foreign = keys.Where((_, number) => number % 3 == 0).ToList();
        var content = Bytes(1024);
        await Bucket.PutAllAsync([keys[1], keys[998], .. foreign.Take(9)], content);

        var urls = await Client.AskAsync<FileUrls>(
            Call.FileUrls(Subnet.Validator.Hotkey, Deployment.OwnerMember, Deployment.OwnerOf(miner), keys), proof);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(urls.Urls.Keys, Is.EquivalentTo(keys.Except(foreign, StringComparer.Ordinal)));
            Assert.That(urls.InvalidFiles, Is.EqualTo(foreign));
            Assert.That(
                (urls.TotalRequestedFiles, urls.ValidFilesCount, urls.InvalidFilesCount, urls.SuccessfulUrls),
                Is.EqualTo((1000, 666, 334, 666)));
            Assert.That(
                urls.Urls.Values.Where(
                    url => !new Uri(url.PresignedUrl).AbsolutePath.Contains(Deployment.OwnerOf(miner), StringComparison.Ordinal)),
                Is.Empty);
        }

        Content.AssertSame(await Presigned.DownloadAsync(urls.Urls[keys[1]].PresignedUrl), content);
        Content.AssertSame(await Presigned.DownloadAsync(urls.Urls[keys[998]].PresignedUrl), content);
    }

    [Test]
    public async Task Only_a_validator_gets_downloads()
    {
        var miner = Deployment.NextMiner();
        var key = Deployment.FolderOf(miner) + "file.bin";
        foreach (
            var caller in (Account[])[miner.Hotkey, Subnet.OrdinaryMiner.Hotkey, Subnet.WithoutStake.Hotkey, Subnet.WithTheMinimum.Hotkey])
        {
            var answer = await Client.PostAsync(
                ServiceClient.FileUrlsPath, ServiceClient.FileUrlsBody(caller, Deployment.OwnerMember, Deployment.OwnerOf(miner), [key]));

            Assert.That(((int)answer.Status, answer.Code), Is.EqualTo((403, "not_a_validator")), answer.ToString());
        }
    }

    [Test]
    public async Task Signature_for_one_miner_opens_no_other()
    {
        var (miner, rival) = (Deployment.NextMiner(), Deployment.NextMiner());
        var body = ServiceClient.FileUrlsBody(
            Subnet.Validator.Hotkey, Deployment.OwnerMember, Deployment.OwnerOf(miner), [Deployment.FolderOf(rival) + "file.bin"]);
        body[Deployment.OwnerMember] = Deployment.OwnerOf(rival);

        var answer = await Client.PostAsync(ServiceClient.FileUrlsPath, body);

        Assert.That(((int)answer.Status, answer.Code), Is.EqualTo((401, "invalid_signature")), answer.ToString());
    }

    private async Task<string> UrlAsync(Miner miner, string key) =>
        (
            await Client.GetFileUrlsAsync(
                Subnet.Validator.Hotkey, Deployment.OwnerMember, Deployment.OwnerOf(miner), key)).Urls[key].PresignedUrl;

    internal sealed record Post
    {
        public int Id { get; set; }

        public string Text { get; set; } = "";

        public int? Likes { get; set; }

        public DateTime PostedAt { get; set; }
    }
}

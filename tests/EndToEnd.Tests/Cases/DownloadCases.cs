using Parquet.Serialization;
using S3Auth.EndToEnd.Tests.Clients;
using S3Auth.EndToEnd.Tests.Stores;

namespace S3Auth.EndToEnd.Tests.Cases;

/// <summary>What a miner uploaded is what a validator reads, byte for byte.</summary>
internal sealed class DownloadCases(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
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
        var upload = await Client.GetFolderAccessAsync(miner);
        var name = Deployment.PathOf("data_20261124_062101_20000.parquet");
        Assert.That((await FormUpload.Of(upload.Grant, name, file.ToArray()).SendAsync()).Accepted);

        var access = await Client.GetValidatorAccessAsync(Subnet.Validator.Hotkey);
        var folder = access.Miners.Single(one => string.Equals(one.Id, Deployment.OwnerOf(miner), StringComparison.Ordinal)).Folders.Single();
        var key = (await Presigned.ListAsync(folder.ListUrl)).Keys.Single();
        var downloaded = await Presigned.DownloadAsync(DownloadUrls.Sign(Bucket, key));

        Content.AssertSame(downloaded, file.ToArray());
        using var copy = new MemoryStream(downloaded);
        Assert.That((await ParquetSerializer.DeserializeAsync<Post>(copy)).Data, Is.EqualTo(rows));
    }

    [TestCase("with space.bin")]
    [TestCase("plus+percent%20and=equals&more?#.bin")]
    [TestCase("schrift-größe-数据-🙂.bin")]
    public async Task Odd_keys_are_downloaded_as_they_were_uploaded(string file)
    {
        var access = await Client.GetFolderAccessAsync(Deployment.NextMiner());
        var content = Bytes(12_345);
        Assert.That((await FormUpload.Of(access.Grant, Deployment.PathOf(file), content).SendAsync()).Accepted);

        var key = (await Presigned.ListAsync(access.ListUrl)).Keys.Single();

        Content.AssertSame(await Presigned.DownloadAsync(DownloadUrls.Sign(Bucket, key)), content);
    }

    [Test]
    public async Task Download_url_opens_its_own_object_only()
    {
        var folder = Deployment.FolderOf(Deployment.NextMiner());
        await Bucket.PutAllAsync([folder + "a.bin", folder + "b.bin"], Bytes(1024));
        var url = DownloadUrls.Sign(Bucket, folder + "a.bin");

        Assert.That((await Presigned.GetAsync(url)).Accepted);
        await AssertRefusedAsync(() => Presigned.GetAsync(url.Replace("a.bin", "b.bin", StringComparison.Ordinal)), "another object");
        await AssertRefusedAsync(() => Presigned.SendAsync(HttpMethod.Put, url, Bytes(2000)), "PUT");
        await AssertRefusedAsync(() => Presigned.SendAsync(HttpMethod.Delete, url), "DELETE");
    }

    [Test]
    public async Task Object_without_a_signature_stays_closed()
    {
        var access = await Client.GetFolderAccessAsync(Deployment.NextMiner());
        Assert.That((await FormUpload.Of(access.Grant, Deployment.PathOf("private.bin"), Bytes(2000)).SendAsync()).Accepted);
        var url = DownloadUrls.Sign(Bucket, access.Folder + Deployment.PathOf("private.bin"));

        await AssertRefusedAsync(() => Presigned.GetAsync(url[..url.IndexOf('?', StringComparison.Ordinal)]));
    }

    internal sealed record Post
    {
        public int Id { get; set; }

        public string Text { get; set; } = "";

        public int? Likes { get; set; }

        public DateTime PostedAt { get; set; }
    }
}

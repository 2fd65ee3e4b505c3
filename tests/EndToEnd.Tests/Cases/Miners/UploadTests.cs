namespace S3Auth.EndToEnd.Tests.Cases.Miners;

/// <summary>What a miner uploads arrives, whatever it uploads with.</summary>
[TestFixtureSource(typeof(Deployments), nameof(Deployments.WithForms))]
internal sealed class UploadTests(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    internal override bool NeedsForms => true;

    [Test]
    public async Task One_grant_uploads_any_number_of_files()
    {
        var access = await Client.GetFolderAccessAsync(Deployment.NextMiner());
        var files = Enumerable.Range(0, 12).ToDictionary(
            number =>
                access.Folder + Deployment.PathOf($"data_20261124_062101_{number}.parquet"), number =>
                    Bytes(1024 + (number * 7919)), StringComparer.Ordinal);

        foreach (var (key, content) in files)
        {
            var answer = await FormUpload.Of(access.Grant, key[access.Folder.Length..], content).SendAsync();
            Assert.That(answer.Accepted, answer.ToString());
        }

        Assert.That(await Bucket.ListKeysAsync(access.Folder), Is.EquivalentTo(files.Keys));
        foreach (var (key, content) in files)
        {
            Content.AssertSame(await Bucket.GetAsync(key), content, key);
        }
    }

    [Test]
    public async Task Every_granted_folder_takes_uploads()
    {
        var access = await Client.GetFolderAccessAsync(Deployment.NextMiner());
        var content = Bytes(4096);

        foreach (var grant in access.All)
        {
            var answer = await FormUpload.Of(grant, Deployment.PathOf("file.bin"), content).SendAsync();
            Assert.That(answer.Accepted, answer.ToString());
            Content.AssertSame(await Bucket.GetAsync(grant.Folder + Deployment.PathOf("file.bin")), content);
        }
    }

    [Test]
    public async Task File_name_takes_the_place_of_its_variable_in_the_key()
    {
        var access = await Client.GetFolderAccessAsync(Deployment.NextMiner());
        var content = Bytes(2048);
        var upload = new FormUpload(access.Url, [.. access.Fields], content, "from-the-form.bin");

        var answer = await upload.SendAsync();

        Assert.That(answer.Accepted, answer.ToString());
        Content.AssertSame(await Bucket.GetAsync(access.Folder + "from-the-form.bin"), content);
    }

    [TestCase(null, "binary/octet-stream")]
    [TestCase("application/vnd.apache.parquet", "application/vnd.apache.parquet")]
    [TestCase("text/csv; charset=utf-8", "text/csv; charset=utf-8")]
    public async Task Object_has_the_type_that_its_uploader_names(string? named, string type)
    {
        var access = await Client.GetFolderAccessAsync(Deployment.NextMiner());
        var path = Deployment.PathOf("typed.bin");
        var upload = FormUpload.Of(access.All.First(), path, Bytes(2048));

        var answer = await (named is null ? upload : upload.With("Content-Type", named)).SendAsync();

        Assert.That(answer.Accepted, answer.ToString());
        Assert.That(await Bucket.TypeOfAsync(access.All.First().Folder + path), Is.EqualTo(type));
    }

    [TestCase("with space.bin")]
    [TestCase("plus+percent%20and=equals&more.bin")]
    [TestCase("schrift-größe-数据-🙂.bin")]
    [TestCase("deep/er/and/deep/er.bin")]
    [TestCase("'quotes'(and)[brackets]{braces}~!*.bin")]
    public async Task Odd_file_names_arrive_as_they_are(string file)
    {
        var access = await Client.GetFolderAccessAsync(Deployment.NextMiner());
        var content = Bytes(1500);

        var answer = await FormUpload.Of(access.Grant, Deployment.PathOf(file), content).SendAsync();

        Assert.That(answer.Accepted, answer.ToString());
        Assert.That((await Presigned.ListAsync(access.ListUrl)).Keys, Is.EqualTo([access.Folder + Deployment.PathOf(file)]));
        Content.AssertSame(await Bucket.GetAsync(access.Folder + Deployment.PathOf(file)), content);
    }

    [Test]
    public async Task Smallest_allowed_file_is_accepted()
    {
        var access = await Client.GetFolderAccessAsync(Deployment.NextMiner());

        var answer = await FormUpload.Of(access.Grant, Deployment.PathOf("smallest.bin"), Bytes(1024)).SendAsync();

        Assert.That(answer.Accepted, answer.ToString());
        Assert.That((await Bucket.ListAsync(access.Folder)).Select(one => one.Size), Is.EqualTo([1024]));
    }

    [Test]
    public async Task Large_file_arrives_whole()
    {
        var access = await Client.GetFolderAccessAsync(Deployment.NextMiner());
        var content = Bytes((24 * 1024 * 1024) + 17);

        var answer = await FormUpload.Of(access.Grant, Deployment.PathOf("large.bin"), content).SendAsync();

        Assert.That(answer.Accepted, answer.ToString());
        Content.AssertSame(await Bucket.GetAsync(access.Folder + Deployment.PathOf("large.bin")), content);
    }

    [Test]
    public async Task Later_upload_of_the_same_name_replaces_the_first()
    {
        var access = await Client.GetFolderAccessAsync(Deployment.NextMiner());
        var second = Bytes(3000);

        Assert.That((await FormUpload.Of(access.Grant, Deployment.PathOf("again.bin"), Bytes(2000)).SendAsync()).Accepted);
        Assert.That((await FormUpload.Of(access.Grant, Deployment.PathOf("again.bin"), second).SendAsync()).Accepted);

        Content.AssertSame(await Bucket.GetAsync(access.Folder + Deployment.PathOf("again.bin")), second);
    }
}

namespace S3Auth.EndToEnd.Tests.Cases.CommandLine;

/// <summary><c>s3auth</c> with <c>UPLOAD_METHOD=PUT</c>.</summary>
[TestFixtureSource(typeof(Deployments), nameof(Deployments.EachStore))]
internal sealed class ToolPutModeTests(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    internal override DeploymentKind Kind => DeploymentKind.Put;

    [Test]
    public async Task Files_arrive_and_a_second_run_sends_none()
    {
        using var folder = new ScratchFolder("tool");
        var tool = new S3AuthTool(Client.Address, folder);
        var miner = Deployment.NextMiner();
        var wallet = await tool.WalletOfAsync(miner);
        var content = Bytes(2_000_000);
        await File.WriteAllBytesAsync(Path.Combine(folder.Sub("data"), "größe & mehr.bin"), content);

        (await tool.RunAsync(["upload", "data", .. wallet])).Expect();
        var (again, records) = await tool.RunJsonAsync(["upload", "data", .. wallet]);

        again.Expect();
        Assert.That((long)records[^1]["already_there"]!, Is.EqualTo(1));
        (await tool.RunAsync(["download", "--to", "mine", .. wallet])).Expect();
        var key = Deployment.FolderOf(miner) + Deployment.PathOf("größe & mehr.bin");
        Content.AssertSame(await File.ReadAllBytesAsync(Path.Combine(folder.Path, "mine", S3AuthTool.DownloadedName(key))), content);
        Content.AssertSame(await Bucket.GetAsync(key), content);
    }

    [Test]
    public async Task Check_walks_the_whole_way()
    {
        using var folder = new ScratchFolder("tool");
        var tool = new S3AuthTool(Client.Address, folder);
        var miner = Deployment.NextMiner();

        var (result, records) = await tool.RunJsonAsync(["check", "--upload", .. await tool.WalletOfAsync(miner)]);

        result.Expect();
        Assert.That(records.Select(step => (bool)step["ok"]!), Has.All.True);
        Assert.That((string)records[^1]["step"]!, Is.EqualTo("upload"));
        Assert.That(await Bucket.ListKeysAsync(Deployment.FolderOf(miner)), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Folders_and_changed_files_arrive_too()
    {
        using var folder = new ScratchFolder("tool");
        var tool = new S3AuthTool(Client.Address, folder);
        var miner = Deployment.NextMiner();
        var wallet = await tool.WalletOfAsync(miner);
        var file = Path.Combine(folder.Sub("data"), "a.bin");
        await File.WriteAllBytesAsync(file, Bytes(2000));
        (await tool.RunAsync(["upload", "data", .. wallet])).Expect();
        var (changed, inFolder) = (Bytes(2000), Bytes(2000));
        await File.WriteAllBytesAsync(file, changed);
        await File.WriteAllBytesAsync(Path.Combine(folder.Sub("data/sub"), "b.bin"), inFolder);

        (await tool.RunAsync(["upload", "data", .. wallet])).Expect();

        Content.AssertSame(await Bucket.GetAsync(Deployment.FolderOf(miner) + Deployment.PathOf("a.bin")), changed);
        Content.AssertSame(await Bucket.GetAsync(Deployment.FolderOf(miner) + Deployment.PathOf("sub/b.bin")), inFolder);
    }
}

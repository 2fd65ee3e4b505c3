namespace S3Auth.EndToEnd.Tests.Cases.CommandLine;

/// <summary>What <c>s3auth</c> reads.</summary>
[TestFixtureSource(typeof(Deployments), nameof(Deployments.EachStore))]
internal sealed class ToolDownloadTests(StoreKind store, FolderLayoutKind layout) : ToolFixture(store, layout)
{
    [Test]
    public async Task Second_download_fetches_only_missing_or_changed_files()
    {
        var miner = Deployment.NextMiner();
        var folder = Deployment.FolderOf(miner);
        var contents = new[] { "same.bin", "other.bin", "missing.bin" }.ToDictionary(
            name => folder + name, _ => Bytes(3000), StringComparer.Ordinal);
        await Bucket.PutAllAsync(contents);
        string[] download = ["download", "--to", "got", "--miner", Deployment.OwnerOf(miner), "--suri", "//Alice"];
        (await Cli.RunAsync(download)).Expect();
        // Same size, so only the bytes differ.
        await File.WriteAllBytesAsync(Local("got", S3AuthTool.DownloadedName(folder + "other.bin")), Bytes(3000));
        File.Delete(Local("got", S3AuthTool.DownloadedName(folder + "missing.bin")));
        // A changed time alone is no change.
        File.SetLastWriteTimeUtc(Local("got", S3AuthTool.DownloadedName(folder + "same.bin")), DateTime.UtcNow);

        var (again, records) = await Cli.RunJsonAsync(download);

        again.Expect();
        Assert.That(
            records.Where(record => (string)record["type"]! == "file").Select(file => ((string)file["key"]!, (string)file["status"]!)),
            Is.EquivalentTo(
                new[]
                {
                    (folder + "same.bin", "already_there"),
                    (folder + "other.bin", "downloaded"),
                    (folder + "missing.bin", "downloaded"),
                }));
        foreach (var (key, content) in contents)
        {
            Content.AssertSame(await File.ReadAllBytesAsync(Local("got", S3AuthTool.DownloadedName(key))), content, key);
        }
    }

    // Downloads stay below the target folder, whatever the names are.
    [Test]
    public async Task Hostile_keys_stay_below_the_folder()
    {
        var miner = Deployment.NextMiner();
        var folder = Deployment.FolderOf(miner);
        var content = Bytes(2000);
        string[] names =
        [
            "a//b", "/absolute", "C:\\windows\\x", "nul.txt", "tab\tand\u001b[31mred", "x", "x/y", "trailing./dot.", "\u202Egnp.exe",
            "back\\slash", new string('l', 300)
        ];
        try
        {
            await Bucket.PutAllAsync(names.Select(name => folder + name), content);

            var result = await Cli.RunAsync("download", "--to", "got/there", "--miner", Deployment.OwnerOf(miner), "--suri", "//Alice");

            result.Expect();
            var files = Directory.EnumerateFiles(Folder.Path, "*", SearchOption.AllDirectories)
                .Where(file => !file.StartsWith(Cli.State, StringComparison.Ordinal)).ToList();
            using (Assert.EnterMultipleScope())
            {
                Assert.That(files, Has.Count.EqualTo(names.Length).And.All.StartsWith(Path.Combine(Folder.Path, "got", "there") + "/"));
                Assert.That(result.Output + result.Errors, Does.Not.Contain("\u001b").And.Not.Contain("\u202E").And.Not.Contain("\t"));
                Assert.That(result.Errors, Does.Contain("is saved as"));
            }

            foreach (var file in files)
            {
                Content.AssertSame(await File.ReadAllBytesAsync(file), content, file);
            }
        }
        finally
        {
            // Other cases read listings of the whole bucket.
            await Bucket.DeleteAllAsync(names.Select(name => folder + name));
        }
    }

    [Test]
    public async Task Check_walks_a_validators_way()
    {
        var (result, records) = await Cli.RunJsonAsync("check", "--validator", "--suri", "//Alice");

        result.Expect();
        Assert.That(
            records.Select(step => ((string)step["step"]!, (bool)step["ok"]!)),
            Is.EqualTo(
                new[]
                {
                    "server", "TLS", "clock", "chain", "store", "hotkey", "permit and stake", "signature", "grant", "quota",
                    "store address", "list URL",
                }.Select(step => (step, true))));
        Assert.That(
            (string)records.Single(record => (string)record["step"]! == "permit and stake")["detail"]!,
            Does.Contain("a validator permit and 30000"));
    }
}

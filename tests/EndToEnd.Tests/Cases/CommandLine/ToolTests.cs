namespace S3Auth.EndToEnd.Tests.Cases.CommandLine;

/// <summary>What <c>s3auth</c> uploads, where folders are granted.</summary>
[TestFixtureSource(typeof(Deployments), nameof(Deployments.EachStoreWithForms))]
internal sealed class ToolTests(StoreKind store, FolderLayoutKind layout) : ToolFixture(store, layout)
{
    internal override bool NeedsForms => true;

    [Test]
    public async Task Files_arrive_are_listed_and_come_back()
    {
        var miner = Deployment.NextMiner();
        var wallet = await Cli.WalletOfAsync(miner);
        var contents = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["a.bin"] = Bytes(5000),
            ["sub/b.bin"] = Bytes(1024),
            ["sub/größe 数据.bin"] = Bytes(2_500_000),
        };
        Write("data", contents);

        (await Cli.RunAsync(["upload", "data", .. wallet])).Expect();

        var root = Deployment.FolderOf(miner) + Deployment.PathOf("");
        Assert.That(await Bucket.ListKeysAsync(Deployment.FolderOf(miner)), Is.EquivalentTo(contents.Keys.Select(path => root + path)));

        var (listed, records) = await Cli.RunJsonAsync(["ls", .. wallet]);
        listed.Expect();
        Assert.That(
            FilesOf(records).Select(file => ((string)file["key"]!, (long)file["size"]!)),
            Is.EquivalentTo(contents.Select(file => (root + file.Key, (long)file.Value.Length))));

        (await Cli.RunAsync(["download", "--to", "mine", .. wallet])).Expect();
        (await Cli.RunAsync(["download", "--to", "theirs", "--miner", Deployment.OwnerOf(miner), "--suri", "//Alice"])).Expect();
        foreach (var (path, content) in contents)
        {
            Content.AssertSame(await File.ReadAllBytesAsync(Local("mine", S3AuthTool.DownloadedName(root + path))), content, path);
            Content.AssertSame(await File.ReadAllBytesAsync(Local("theirs", S3AuthTool.DownloadedName(root + path))), content, path);
        }

        Assert.That(Directory.EnumerateFiles(Folder.Path, "*.s3auth-part", SearchOption.AllDirectories), Is.Empty);
    }

    [Test]
    public async Task Second_run_sends_only_what_is_new_or_changed()
    {
        var miner = Deployment.NextMiner();
        var wallet = await Cli.WalletOfAsync(miner);
        Write("data", new() { ["same.bin"] = Bytes(3000), ["changed.bin"] = Bytes(3000) });
        (await Cli.RunAsync(["upload", "data", .. wallet])).Expect();
        var changed = Bytes(3000);
        Write("data", new() { ["changed.bin"] = changed, ["new.bin"] = Bytes(2000) });

        var (result, records) = await Cli.RunJsonAsync(["upload", "data", .. wallet]);

        result.Expect();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                StatusesOf(records),
                Is.EquivalentTo(new[] { ("changed.bin", "uploaded"), ("new.bin", "uploaded"), ("same.bin", "already_there") }));
            Assert.That((long)records[^1]["done"]!, Is.EqualTo(2));
            Assert.That((long)records[^1]["already_there"]!, Is.EqualTo(1));
        }

        Content.AssertSame(await Bucket.GetAsync(Deployment.FolderOf(miner) + Deployment.PathOf("changed.bin")), changed);
    }

    [Test]
    public async Task Runs_without_changes_cost_no_grant_and_say_what_is_left()
    {
        var wallet = await Cli.WalletOfAsync(Deployment.NextMiner());
        Write("data", new() { ["a.bin"] = Bytes(3000), ["b.bin"] = Bytes(4000) });
        var left = await LeftAfterAsync(["upload", "data", .. wallet]);

        (await Cli.RunAsync(["upload", "data", "--dry-run", .. wallet])).Expect();
        Assert.That(await LeftAfterAsync(["upload", "data", .. wallet]), Is.EqualTo(left));
        Assert.That(await LeftAfterAsync(["sync", "data", .. wallet]), Is.EqualTo(left));

        // A new file with the kept grant costs one batch.
        Write("data", new() { ["c.bin"] = Bytes(3000) });
        Assert.That(await LeftAfterAsync(["upload", "data", .. wallet]), Is.EqualTo(left - 1));
        var people = await Cli.RunAsync(["upload", "data", .. wallet]);
        Assert.That(people.Errors, Does.Match($"{left - 1} of [0-9]+ grants and [0-9]+ files left at [0-9:]+ UTC; the quota resets"));
    }

    private async Task<long> LeftAfterAsync(IEnumerable<string> command)
    {
        var (result, records) = await Cli.RunJsonAsync(command);
        result.Expect();
        return (long)records[^1]["quota"]!["left"]!;
    }

    [Test]
    public async Task Files_that_are_too_small_are_refused_by_name_and_the_others_go()
    {
        var miner = Deployment.NextMiner();
        var wallet = await Cli.WalletOfAsync(miner);
        Write("data", new() { ["small.bin"] = Bytes(1023), ["enough.bin"] = Bytes(1024) });

        var result = await Cli.RunAsync(["upload", "data", .. wallet]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.ExitCode, Is.EqualTo(4));
            Assert.That(result.Errors, Does.Contain("small.bin has 1023 bytes"));
            Assert.That(await Bucket.ListKeysAsync(Deployment.FolderOf(miner)), Has.Count.EqualTo(1));
        }
    }

    [Test]
    public async Task Job_and_folder_are_part_of_the_key()
    {
        var miner = Deployment.NextMiner();
        var wallet = await Cli.WalletOfAsync(miner);
        Write("data", new() { ["a.bin"] = Bytes(2000), ["b.txt"] = Bytes(2000) });

        (await Cli.RunAsync(["upload", "data/*.bin", "--job", "job-7", "--to", "deep/er", .. wallet])).Expect();

        Assert.That(
            await Bucket.ListKeysAsync(Deployment.FolderOf(miner)),
            Is.EqualTo([Deployment.FolderOf(miner) + "job_id=job-7/deep/er/a.bin"]));
    }

    [Test]
    public async Task Dry_run_says_what_would_be_and_does_nothing()
    {
        var miner = Deployment.NextMiner();
        var wallet = await Cli.WalletOfAsync(miner);
        Write("data", new() { ["a.bin"] = Bytes(2000) });

        var (result, records) = await Cli.RunJsonAsync(["upload", "data", "--dry-run", .. wallet]);

        result.Expect();
        Assert.That(StatusesOf(records), Is.EqualTo([("a.bin", "would_upload")]));
        Assert.That(await Bucket.ListKeysAsync(Deployment.FolderOf(miner)), Is.Empty);
    }

    [Test]
    public async Task Sync_sends_what_differs_once_and_lists_what_is_only_in_the_store()
    {
        var miner = Deployment.NextMiner();
        var wallet = await Cli.WalletOfAsync(miner);
        await File.WriteAllBytesAsync(Path.Combine(Folder.Sub("data"), "a.bin"), Bytes(2000));
        await File.WriteAllBytesAsync(Path.Combine(Folder.Sub("data/sub"), "b.bin"), Bytes(3000));
        (await Cli.RunAsync(["sync", "data", .. wallet])).Expect();
        File.Delete(Path.Combine(Folder.Path, "data/sub/b.bin"));

        var (again, records) = await Cli.RunJsonAsync(["sync", "data", .. wallet]);

        again.Expect();
        Assert.That((long)records[^1]["already_there"]!, Is.EqualTo(1));
        Assert.That((long)records[^1]["done"]!, Is.Zero);
        Assert.That(
            records.Where(record => (string?)record["status"] == "only_in_store").Select(record => (string)record["key"]!),
            Is.EqualTo([Deployment.FolderOf(miner) + Deployment.PathOf("sub/b.bin")]));
        Assert.That(await Bucket.ListKeysAsync(Deployment.FolderOf(miner)), Has.Count.EqualTo(2), "It deletes nothing.");

        // The same size and an old time: only the content differs.
        var changed = Bytes(2000);
        await File.WriteAllBytesAsync(Path.Combine(Folder.Path, "data", "a.bin"), changed);
        File.SetLastWriteTimeUtc(Path.Combine(Folder.Path, "data", "a.bin"), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        (await Cli.RunAsync(["sync", "data", "--checksum", .. wallet])).Expect();
        Content.AssertSame(await Bucket.GetAsync(Deployment.FolderOf(miner) + Deployment.PathOf("a.bin")), changed);
    }

    [Test]
    public async Task Watching_uploads_what_appears_once_it_rests()
    {
        var miner = Deployment.NextMiner();
        var wallet = await Cli.WalletOfAsync(miner);
        Write("data", new() { ["first.bin"] = Bytes(2000) });
        using var process = Cli.Start(["upload", "data", "--watch", "--watch-period", "0.3", .. wallet]);
        try
        {
            await WaitForAsync(miner, 1);
            Write("data", new() { ["later/second.bin"] = Bytes(2000) });
            await WaitForAsync(miner, 2);
        }
        finally
        {
            process.Kill();
        }
    }

    // What was there at the first look is not what is there after another upload.
    [Test]
    public async Task Watching_uploads_a_file_that_changes_and_then_back()
    {
        var miner = Deployment.NextMiner();
        var key = Deployment.FolderOf(miner) + Deployment.PathOf("a.bin");
        var (first, second) = (Bytes(3000), Bytes(3000));
        await Bucket.PutAsync(key, first);
        Write("data", new() { ["a.bin"] = first });
        using var process = Cli.Start(
            ["upload", "data", "--watch", "--watch-period", "0.2", "--json", .. await Cli.WalletOfAsync(miner)]);
        try
        {
            Assert.That(await process.StandardOutput.ReadLineAsync(), Does.Contain("already_there"));
            foreach (var content in (byte[][])[second, first])
            {
                Write("data", new() { ["a.bin"] = content });
                Assert.That(await process.StandardOutput.ReadLineAsync(), Does.Contain("uploaded"));
                Content.AssertSame(await Bucket.GetAsync(key), content);
            }
        }
        finally
        {
            process.Kill();
        }
    }

    [Test]
    public async Task Check_walks_the_whole_way()
    {
        var miner = Deployment.NextMiner();
        var (result, records) = await Cli.RunJsonAsync(["check", "--upload", .. await Cli.WalletOfAsync(miner)]);

        result.Expect();
        Assert.That(
            records.Select(step => ((string)step["step"]!, (bool)step["ok"]!)),
            Is.EqualTo(
                new[]
                {
                    "server", "TLS", "clock", "chain", "store", "uploads", "hotkey", "coldkey", "signature", "grant", "quota",
                    "store address", "list URL", "upload",
                }.Select(step => (step, true))));
        Assert.That(records.Select(step => (string)step["result"]!), Has.All.EqualTo("ok"));
        Assert.That(
            (string)records.Single(record => (string)record["step"]! == "coldkey")["detail"]!, Does.StartWith(miner.Coldkey.Address));
    }

    private Task WaitForAsync(Miner miner, int files) => Wait.UntilAsync(
        async () => (await Bucket.ListKeysAsync(Deployment.FolderOf(miner))).Count == files, $"There are not {files} files.");

    private void Write(string folder, Dictionary<string, byte[]> contents)
    {
        foreach (var (path, content) in contents)
        {
            var file = Path.Combine(Folder.Path, folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            AtomicFile.Write(file, content);
        }
    }

    private static IEnumerable<JsonObject> FilesOf(IEnumerable<JsonObject> records) =>
        records.Where(record => (string)record["type"]! == "file");

    private static IEnumerable<(string Path, string Status)> StatusesOf(IEnumerable<JsonObject> records) =>
        FilesOf(records).Select(record => ((string)record["path"]!, (string)record["status"]!));
}

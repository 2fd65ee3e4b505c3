namespace S3Auth.EndToEnd.Tests.Cases.CommandLine;

/// <summary><c>s3auth</c> on every store and in every layout.</summary>
internal sealed class ToolTests(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    private ScratchFolder _folder = null!;
    private S3AuthTool _tool = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new ScratchFolder("tool");
        _tool = new S3AuthTool(Client.Address, _folder);
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task Files_arrive_are_listed_and_come_back()
    {
        var miner = Deployment.NextMiner();
        var wallet = await _tool.WalletOfAsync(miner);
        var contents = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["a.bin"] = Bytes(5000),
            ["sub/b.bin"] = Bytes(1024),
            ["sub/größe 数据.bin"] = Bytes(2_500_000),
        };
        await WriteAsync("data", contents);

        (await _tool.RunAsync(["upload", "data", .. wallet])).Expect();

        var root = Deployment.FolderOf(miner) + Deployment.PathOf("");
        Assert.That(await Bucket.ListKeysAsync(Deployment.FolderOf(miner)), Is.EquivalentTo(contents.Keys.Select(path => root + path)));

        var (listed, records) = await _tool.RunJsonAsync(["ls", .. wallet]);
        listed.Expect();
        Assert.That(
            FilesOf(records).Select(file => ((string)file["key"]!, (long)file["size"]!)),
            Is.EquivalentTo(contents.Select(file => (root + file.Key, (long)file.Value.Length))));

        (await _tool.RunAsync(["download", "--to", "mine", .. wallet])).Expect();
        (await _tool.RunAsync(["download", "--to", "theirs", "--miner", Deployment.OwnerOf(miner), "--suri", "//Alice"])).Expect();
        foreach (var (path, content) in contents)
        {
            Content.AssertSame(await File.ReadAllBytesAsync(Local("mine", root + path)), content, path);
            Content.AssertSame(await File.ReadAllBytesAsync(Local("theirs", root + path)), content, path);
        }

        Assert.That(Directory.EnumerateFiles(_folder.Path, "*.s3auth-part", SearchOption.AllDirectories), Is.Empty);
    }

    [Test]
    public async Task Second_run_sends_only_what_is_new_or_changed()
    {
        var miner = Deployment.NextMiner();
        var wallet = await _tool.WalletOfAsync(miner);
        await WriteAsync("data", new() { ["same.bin"] = Bytes(3000), ["changed.bin"] = Bytes(3000) });
        (await _tool.RunAsync(["upload", "data", .. wallet])).Expect();
        var changed = Bytes(3000);
        await WriteAsync("data", new() { ["changed.bin"] = changed, ["new.bin"] = Bytes(2000) });

        var (result, records) = await _tool.RunJsonAsync(["upload", "data", .. wallet]);

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
    public async Task Second_download_brings_only_what_is_missing_or_other()
    {
        var miner = Deployment.NextMiner();
        var folder = Deployment.FolderOf(miner);
        var contents = new[] { "same.bin", "other.bin", "missing.bin" }.ToDictionary(
            name => folder + name, _ => Bytes(3000), StringComparer.Ordinal);
        await Bucket.PutAllAsync(contents);
        string[] download = ["download", "--to", "got", "--miner", Deployment.OwnerOf(miner), "--suri", "//Alice"];
        (await _tool.RunAsync(download)).Expect();
        // Same size, so only the bytes differ.
        await File.WriteAllBytesAsync(Local("got", folder + "other.bin"), Bytes(3000));
        File.Delete(Local("got", folder + "missing.bin"));
        // A changed time alone is no change.
        File.SetLastWriteTimeUtc(Local("got", folder + "same.bin"), DateTime.UtcNow);

        var (again, records) = await _tool.RunJsonAsync(download);

        again.Expect();
        Assert.That(
            FilesOf(records).Select(file => ((string)file["key"]!, (string)file["status"]!)),
            Is.EquivalentTo(
                new[]
                {
                    (folder + "same.bin", "already_there"),
                    (folder + "other.bin", "downloaded"),
                    (folder + "missing.bin", "downloaded"),
                }));
        foreach (var (key, content) in contents)
        {
            Content.AssertSame(await File.ReadAllBytesAsync(Local("got", key)), content, key);
        }
    }

    [Test]
    public async Task Files_that_are_too_small_are_refused_by_name_and_the_others_go()
    {
        var miner = Deployment.NextMiner();
        var wallet = await _tool.WalletOfAsync(miner);
        await WriteAsync("data", new() { ["small.bin"] = Bytes(1023), ["enough.bin"] = Bytes(1024) });

        var result = await _tool.RunAsync(["upload", "data", .. wallet]);

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
        var wallet = await _tool.WalletOfAsync(miner);
        await WriteAsync("data", new() { ["a.bin"] = Bytes(2000), ["b.txt"] = Bytes(2000) });

        (await _tool.RunAsync(["upload", "data/*.bin", "--job", "job-7", "--to", "deep/er", .. wallet])).Expect();

        Assert.That(
            await Bucket.ListKeysAsync(Deployment.FolderOf(miner)),
            Is.EqualTo([Deployment.FolderOf(miner) + "job_id=job-7/deep/er/a.bin"]));
    }

    [Test]
    public async Task Dry_run_says_what_would_be_and_does_nothing()
    {
        var miner = Deployment.NextMiner();
        var wallet = await _tool.WalletOfAsync(miner);
        await WriteAsync("data", new() { ["a.bin"] = Bytes(2000) });

        var (result, records) = await _tool.RunJsonAsync(["upload", "data", "--dry-run", .. wallet]);

        result.Expect();
        Assert.That(StatusesOf(records), Is.EqualTo([("a.bin", "would_upload")]));
        Assert.That(await Bucket.ListKeysAsync(Deployment.FolderOf(miner)), Is.Empty);
    }

    [Test]
    public async Task Watching_uploads_what_appears_once_it_rests()
    {
        var miner = Deployment.NextMiner();
        var wallet = await _tool.WalletOfAsync(miner);
        await WriteAsync("data", new() { ["first.bin"] = Bytes(2000) });
        using var process = _tool.Start(["upload", "data", "--watch", "--watch-period", "0.3", .. wallet]);
        try
        {
            await WaitForAsync(miner, 1);
            await WriteAsync("data", new() { ["later/second.bin"] = Bytes(2000) });
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
        await WriteAsync("data", new() { ["a.bin"] = first });
        using var process = _tool.Start(
            ["upload", "data", "--watch", "--watch-period", "0.2", "--json", .. await _tool.WalletOfAsync(miner)]);
        try
        {
            Assert.That(await process.StandardOutput.ReadLineAsync(), Does.Contain("already_there"));
            foreach (var content in (byte[][])[second, first])
            {
                await WriteAsync("data", new() { ["a.bin"] = content });
                Assert.That(await process.StandardOutput.ReadLineAsync(), Does.Contain("uploaded"));
                Content.AssertSame(await Bucket.GetAsync(key), content);
            }
        }
        finally
        {
            process.Kill();
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

            var result = await _tool.RunAsync("download", "--to", "got/there", "--miner", Deployment.OwnerOf(miner), "--suri", "//Alice");

            result.Expect();
            var files = Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories).ToList();
            using (Assert.EnterMultipleScope())
            {
                Assert.That(
                    files, Has.Count.EqualTo(names.Length).And.All.StartsWith(Path.Combine(_folder.Path, "got", "there", "data") + "/"));
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
    public async Task Check_walks_the_whole_way()
    {
        var miner = Deployment.NextMiner();
        var (result, records) = await _tool.RunJsonAsync(["check", "--upload", .. await _tool.WalletOfAsync(miner)]);

        result.Expect();
        Assert.That(
            records.Select(step => ((string)step["step"]!, (bool)step["ok"]!)),
            Is.EqualTo(
                new[] { "server", "TLS", "clock", "chain", "store", "hotkey", "coldkey", "signature", "grant", "list URL", "upload" }
                    .Select(step => (step, true))));
        Assert.That(
            (string)records.Single(record => (string)record["step"]! == "coldkey")["detail"]!, Does.StartWith(miner.Coldkey.Address));
    }

    [Test]
    public async Task Check_walks_a_validators_way()
    {
        var (result, records) = await _tool.RunJsonAsync("check", "--validator", "--suri", "//Alice");

        result.Expect();
        Assert.That(
            records.Select(step => ((string)step["step"]!, (bool)step["ok"]!)),
            Is.EqualTo(
                new[] { "server", "TLS", "clock", "chain", "store", "hotkey", "permit and stake", "signature", "grant", "list URL" }
                    .Select(step => (step, true))));
        Assert.That(
            (string)records.Single(record => (string)record["step"]! == "permit and stake")["detail"]!,
            Does.Contain("a validator permit and 30000"));
    }

    [Test]
    public async Task Check_says_which_step_fails()
    {
        var stranger = await _tool.WalletOfAsync(Miner.New());
        var wrongColdkey = await _tool.WalletOfAsync(new Miner(Deployment.NextMiner().Hotkey, Account.New()));

        await AssertFailsAtAsync("hotkey", 3, stranger);
        Assert.That(await AssertFailsAtAsync("coldkey", 3, wrongColdkey), Does.Contain("owns the hotkey on the chain, not "));
        Assert.That(
            await AssertFailsAtAsync("permit and stake", 3, ["--validator", "--suri", "//Eve"]), Does.Contain("a validator permit and "));
        Assert.That(
            await AssertFailsAtAsync("permit and stake", 3, ["--validator", "--suri", "//Bob"]),
            Does.Contain("no validator permit and 0 alpha"));
        await AssertFailsAtAsync(
            "server",
            5,
            ["--suri", "//Bob", "--server", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}")]);
    }

    [TestCase("folder-access", "//Bob")]
    [TestCase("validator-access", "//Alice")]
    [TestCase("folders", "//Alice")]
    [TestCase("miner", "//Alice", "--miner")]
    [TestCase("files", "//Alice", "--miner", "--file")]
    public async Task Signed_command_is_taken_as_it_is_printed(string kind, string suri, params string[] needs)
    {
        var bash = Tool.Need("bash", "bash");
        Tool.Need("curl", "curl");
        var owner = Deployment.OwnerOf(Subnet.OrdinaryMiner);
        List<string> arguments = ["sign", kind, "--suri", suri];
        arguments.AddRange(needs.Contains("--miner") ? ["--miner", owner] : Array.Empty<string>());
        arguments.AddRange(needs.Contains("--file") ? ["--file", Deployment.FolderOf(owner) + "it's a file.bin"] : Array.Empty<string>());

        var (result, records) = await _tool.RunJsonAsync(arguments);
        result.Expect();
        var answer = await Tool.RunAsync(bash, ["-c", (string)records.Single()["curl"]! + " --noproxy '*' -f"]);

        Assert.That(JsonNode.Parse(answer.Expect())!.AsObject(), Is.Not.Empty);
    }

    [Test]
    public async Task Refusal_is_said_in_the_servers_words()
    {
        var (result, records) = await _tool.RunJsonAsync("miners", "--suri", "//Eve");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.ExitCode, Is.EqualTo(3));
            Assert.That((string)records.Single()["code"]!, Is.EqualTo("not_a_validator"));
            Assert.That(result.Errors, Does.Contain("needs a permit"));
        }
    }

    [TestCase("upload")]
    [TestCase("bogus")]
    [TestCase("ls", "--suri", "bottom drive obey lake")]
    [TestCase("ls", "--suri", "//Bob", "--wallet", "x")]
    [TestCase("ls", "--wallet", "../x")]
    [TestCase("ls", "--wallet", "nobody")]
    [TestCase("ls")]
    [TestCase("ls", "--suri", "//Bob", "--coldkey", "5x")]
    [TestCase("ls", "--suri", "//Bob", "--newer", "soon")]
    [TestCase("ls", "--suri", "//Bob", "--server", "nowhere")]
    [TestCase("ls", "--suri", "//Bob", "--server", "http://somebody@127.0.0.1:9")]
    [TestCase("ls", "--suri", "//Bob", "--server", "http://127.0.0.1:9/?a=b")]
    [TestCase("upload", "nothing-there", "--suri", "//Bob")]
    [TestCase("upload", "*.nothing", "--suri", "//Bob")]
    [TestCase("upload", ".", "--suri", "//Bob", "--parallel", "0")]
    [TestCase("download", "--suri", "//Alice", "--all", "--miner", "1")]
    [TestCase("check", "--suri", "//Bob", "--upload", "--validator")]
    [TestCase("migrate", "huggingface", "../../x", "--suri", "//Bob")]
    public async Task What_was_typed_wrong_is_said_and_nothing_is_done(params string[] arguments)
    {
        var result = await _tool.RunAsync(arguments);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.ExitCode, Is.EqualTo(2), result.Errors);
            Assert.That(result.Errors, Does.StartWith("error: ").And.Not.Contain("   at "));
            Assert.That(result.Output, Is.Empty);
            Assert.That(result.Errors, Does.Not.Contain("obey lake"));
        }
    }

    private async Task<string> AssertFailsAtAsync(string step, int exitCode, string[] arguments)
    {
        var (result, records) = await _tool.RunJsonAsync(["check", .. arguments]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.ExitCode, Is.EqualTo(exitCode), result.Errors);
            Assert.That(records.SkipLast(1).Select(record => (bool)record["ok"]!), Has.All.True);
            Assert.That((string)records[^1]["step"]!, Is.EqualTo(step));
            Assert.That((bool)records[^1]["ok"]!, Is.False);
            Assert.That((string)records[^1]["what_to_do"]!, Is.Not.Empty);
        }

        return (string)records[^1]["detail"]!;
    }

    private Task WaitForAsync(Miner miner, int files) => Wait.UntilAsync(
        async () => (await Bucket.ListKeysAsync(Deployment.FolderOf(miner))).Count == files, $"There are not {files} files.");

    private async Task WriteAsync(string folder, Dictionary<string, byte[]> contents)
    {
        foreach (var (path, content) in contents)
        {
            var file = Path.Combine(_folder.Path, folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllBytesAsync(file, content);
        }
    }

    private string Local(string folder, string key) => Path.Combine(_folder.Path, folder, key);

    private static IEnumerable<JsonObject> FilesOf(IEnumerable<JsonObject> records) =>
        records.Where(record => (string)record["type"]! == "file");

    private static IEnumerable<(string Path, string Status)> StatusesOf(IEnumerable<JsonObject> records) =>
        FilesOf(records).Select(record => ((string)record["path"]!, (string)record["status"]!));
}

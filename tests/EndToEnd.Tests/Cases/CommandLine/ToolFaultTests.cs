namespace S3Auth.EndToEnd.Tests.Cases.CommandLine;

/// <summary><c>s3auth</c> with a real store: network failures, and kills in the middle of a transfer.</summary>
internal sealed class ToolFaultTests
{
    private const int Files = 1000;

    private ScratchFolder _folder = null!;
    private Miner _miner = null!;
    private Bucket _bucket = null!;
    private Subnet _subnet = null!;

    private string FolderOfMiner => $"data/x/{_miner.Coldkey}/";

    [SetUp]
    public async Task SetUp()
    {
        if (RealStoreHost.WhyNot is { } reason)
        {
            Assert.Ignore(reason);
        }

        var store = await TestRun.Current.RealStore.GetAsync();
        _folder = new ScratchFolder("tool-faults");
        _subnet = Subnet.Create(1);
        _miner = _subnet.Miners[0];
        _bucket = new Bucket(store.Endpoint, store.Region, $"s3auth-tool-{Guid.NewGuid():N}"[..30], store.Keys);
        await _bucket.CreateAsync();
    }

    [TearDown]
    public async Task TearDown()
    {
        if (_bucket is not null)
        {
            await _bucket.RemoveAsync();
            _bucket.Dispose();
        }

        _folder?.Dispose();
    }

    [Test]
    public async Task Everything_arrives_once_and_intact_where_one_request_in_twenty_fails()
    {
        await using var storeProxy = new FlakyProxy(_bucket.Endpoint.Port, oneIn: 20);
        await using var api = await StartApiAsync(storeProxy.Port);
        await using var apiProxy = new FlakyProxy(api.Address.Port, oneIn: 20);
        var tool = new S3AuthTool(AddressOf(apiProxy.Port), _folder);
        var wallet = await tool.WalletOfAsync(_miner);
        var contents = Write(Files, 3000);

        var (uploaded, records) = await tool.RunJsonAsync(["upload", "data", .. wallet]);
        uploaded.Expect();
        var failedUp = storeProxy.Failed;
        var downloaded = await tool.RunAsync(["download", "--to", "back", .. wallet]);
        downloaded.Expect();

        Figures.Print(
            "Tool",
            $"{Files} files up and down where one request in 20 fails: {failedUp} and {storeProxy.Failed - failedUp} failed, all arrived");
        Assert.That(
            records.Where(record => (string)record["type"]! == "file").Select(record => (string)record["status"]!),
            Has.Exactly(Files).EqualTo("uploaded"));
        Assert.That(failedUp, Is.GreaterThan(Files / 40), "the proxy did fail");
        Assert.That(await _bucket.ListKeysAsync(), Is.EquivalentTo(contents.Keys.Select(path => FolderOfMiner + path)));
        foreach (var (path, content) in contents)
        {
            Content.AssertSame(
                await File.ReadAllBytesAsync(Path.Combine(_folder.Path, "back", S3AuthTool.DownloadedName(FolderOfMiner + path))),
                content,
                path);
        }
    }

    [Test]
    public async Task Killed_in_the_middle_of_uploading_it_goes_on_with_what_is_missing()
    {
        const int AtOnce = 2;
        await using var stalling = new StallingProxy(_bucket.Endpoint.Port);
        await using var api = await StartApiAsync(stalling.Port);
        var tool = new S3AuthTool(api.Address, _folder);
        var wallet = await tool.WalletOfAsync(_miner);
        var contents = Write(600, 100_000);

        // More than 50 files fit into this, but not all 600.
        stalling.StallAfter(12_000_000);
        using (var process = tool.Start(
            ["upload", "data", "--parallel", AtOnce.ToString(CultureInfo.InvariantCulture), "--quiet", .. wallet]))
        {
            await Wait.UntilAsync(async () => (await _bucket.ListKeysAsync()).Count >= 50);
            process.Kill();
            await process.WaitForExitAsync();
            stalling.GoOn();
        }

        var before = (await _bucket.ListAsync()).ToDictionary(one => one.Key, StringComparer.Ordinal);
        var (result, records) = await tool.RunJsonAsync(["upload", "data", .. wallet]);

        result.Expect();
        var after = (await _bucket.ListAsync()).ToDictionary(one => one.Key, StringComparer.Ordinal);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(before, Has.Count.InRange(50, contents.Count - 1), "it was in the middle");
            Assert.That(after.Keys, Is.EquivalentTo(contents.Keys.Select(path => FolderOfMiner + path)));
            Assert.That(before.Values.Where(one => after[one.Key] != one), Is.Empty, "what was there was not sent again");

            // Uploads in progress may have ended after the kill.
            Assert.That((long)records[^1]["already_there"]!, Is.InRange(before.Count, before.Count + AtOnce));
        }

        Content.AssertSame(await _bucket.GetAsync(FolderOfMiner + "0599.bin"), contents["0599.bin"]);
    }

    [Test]
    public async Task Killed_in_the_middle_of_a_large_file_it_sends_only_the_missing_parts()
    {
        await using var stalling = new StallingProxy(_bucket.Endpoint.Port);
        await using var api = await StartApiAsync(stalling.Port);
        var tool = new S3AuthTool(api.Address, _folder);
        var wallet = await tool.WalletOfAsync(_miner);
        var content = Write(1, 100 * 1024 * 1024)["0000.bin"];

        // Two parts of 16 MiB are sent at once, so at least one of them arrives.
        stalling.StallAfter(40 * 1024 * 1024);
        using (var process = tool.Start(["upload", "data", "--quiet", "--parallel", "2", .. wallet]))
        {
            await Wait.UntilAsync(async () => await _bucket.SizeOfUploadAsync(FolderOfMiner + "0000.bin") > 0);
            process.Kill();
            await process.WaitForExitAsync();
            stalling.GoOn();
        }

        Assert.That(await _bucket.ListKeysAsync(), Is.Empty);
        (await tool.RunAsync(["upload", "data", .. wallet])).Expect();

        Content.AssertSame(await _bucket.GetAsync(FolderOfMiner + "0000.bin"), content);
        await Wait.UntilAsync(
            () => api.ReadLog().Any(
                entry => entry.Level == LogEntry.AuditLevel && entry.Text.Contains("list_upload_parts", StringComparison.Ordinal)),
            "The second run does not resume.");
    }

    [Test]
    public async Task Killed_in_the_middle_of_a_download_it_goes_on_at_that_byte()
    {
        await using var slow = new StallingProxy(_bucket.Endpoint.Port);
        await using var api = await StartApiAsync(slow.Port);
        var tool = new S3AuthTool(api.Address, _folder);
        var wallet = await tool.WalletOfAsync(_miner);
        var content = new byte[40_000_000];
        Random.Shared.NextBytes(content);
        await _bucket.PutAsync(FolderOfMiner + "large.bin", content);
        string[] Parts() => Directory.Exists(Path.Combine(_folder.Path, "back"))
            ? Directory.GetFiles(Path.Combine(_folder.Path, "back"), ".*.s3auth-part", SearchOption.AllDirectories)
            : [];
        slow.StallAfter(content.Length / 4);
        using (var process = tool.Start(["download", "--to", "back", "--quiet", .. wallet]))
        {
            await Wait.UntilAsync(() => Task.FromResult(Parts() is [var part] && new FileInfo(part).Length > 0));
            process.Kill();
            await process.WaitForExitAsync();
            slow.GoOn();
        }

        var left = new FileInfo(Parts().Single()).Length;
        (await tool.RunAsync(["download", "--to", "back", .. wallet])).Expect();

        Assert.That(left, Is.InRange(1, content.Length - 1), "it was in the middle");
        Assert.That(Parts(), Is.Empty);
        Content.AssertSame(
            await File.ReadAllBytesAsync(Path.Combine(_folder.Path, "back", S3AuthTool.DownloadedName(FolderOfMiner + "large.bin"))),
            content);
    }

    [TestCase("-10m", "behind")]
    [TestCase("+10m", "ahead of")]
    public async Task Clock_that_is_wrong_is_said_once_and_stops_nothing(string time, string how)
    {
        if (FaultTests.FakeTime is not { } library)
        {
            Assert.Ignore("There is no libfaketime.");
            return;
        }

        await using var api = await StartApiAsync(storePort: null);
        var tool = new S3AuthTool(api.Address, _folder)
        {
            Environment =
                { ["LD_PRELOAD"] = library, ["FAKETIME"] = time, ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1", ["DONT_FAKE_MONOTONIC"] = "1" },
        };
        var contents = Write(5, 2000);

        var result = await tool.RunAsync(["upload", "data", .. await tool.WalletOfAsync(_miner)]);

        result.Expect();
        Assert.That(await _bucket.ListKeysAsync(), Has.Count.EqualTo(contents.Count));
        Assert.That(
            result.Errors.Split('\n').Where(line => line.Contains("Clock", StringComparison.Ordinal)),
            Is.EqualTo([$"warning: Clock is 10 min {how} the server; signing with the server's time. Run `timedatectl set-ntp true`."]));
    }

    [Test]
    public async Task Files_that_are_replaced_after_they_were_listed_cost_no_grant()
    {
        await using var api = await StartApiAsync(storePort: null);
        var keys = Enumerable.Range(0, 401).Select(
            number => string.Create(CultureInfo.InvariantCulture, $"{FolderOfMiner}{number:D4}.bin")).ToList();
        var content = new byte[2048];
        await _bucket.PutAllAsync(keys, content.AsSpan(0, 1500).ToArray());
        using var client = new S3AuthClient(api.Address, Subnet.Validator.Hotkey.Keys);
        var reader = client.CreateReader();
        var files = await reader.ListAsync(FileOwner.MinerOfColdkey(_miner.Coldkey.Keys.AccountId)).ToListAsync();
        await _bucket.PutAllAsync(keys, content);

        var folder = _folder.Sub("back");
        await Parallel.ForEachAsync(
            files,
            async (file, token) =>
                await reader.DownloadAsync(file, Path.Combine(folder, Path.GetFileName(file.Key)), cancellationToken: token));

        Assert.That(Directory.EnumerateFiles(folder).Select(path => new FileInfo(path).Length), Has.Exactly(401).EqualTo(content.Length));
        await Wait.UntilAsync(() => Audited() > 0, "The listing is not in the audit.");
        Assert.That(Audited(), Is.EqualTo(1));

        int Audited() => api.ReadLog().Count(entry => entry.Level == LogEntry.AuditLevel);
    }

    [TestCase(0, Category = "Nightly")]
    [TestCase(1)]
    public async Task Watching_outlasts_a_server_and_a_store_that_are_away(int way)
    {
        await using var storeProxy = new FlakyProxy(_bucket.Endpoint.Port, oneIn: int.MaxValue);
        await using var api = await StartApiAsync(storeProxy.Port);
        await using var apiProxy = new FlakyProxy(api.Address.Port, oneIn: int.MaxValue);
        var tool = new S3AuthTool(AddressOf(apiProxy.Port), _folder);
        var wallet = await tool.WalletOfAsync(_miner);
        Write(1, 2000);
        using var process = tool.Start(["upload", "data", "not-there-yet", "--watch", "--watch-period", "0.2", .. wallet]);
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await Wait.UntilAsync(async () => (await _bucket.ListKeysAsync()).Count == 1);

            // The tool ends its first round, which still asks the server.
            await Task.Delay(TimeSpan.FromSeconds(2));

            // Nothing is answered any more, until the tool has given up the six tries of both files and tries again.
            (storeProxy.Way, storeProxy.OneIn, apiProxy.OneIn) = (way, 1, 1);
            var failed = storeProxy.Failed;
            var contents = Write(2, 2000);
            await Wait.UntilAsync(() => storeProxy.Failed > failed + 12, timeout: TimeSpan.FromSeconds(90));
            Assert.That(process.HasExited, Is.False);
            (storeProxy.OneIn, apiProxy.OneIn) = (int.MaxValue, int.MaxValue);

            await Wait.UntilAsync(
                async () =>
                {
                    var keys = await _bucket.ListKeysAsync();
                    return keys.Count == 2
                        && (await _bucket.GetAsync(keys[0])).AsSpan().SequenceEqual(contents["0000.bin"])
                        && (await _bucket.GetAsync(keys[1])).AsSpan().SequenceEqual(contents["0001.bin"]);
                });
            Assert.That(process.HasExited, Is.False);

            // And that was all: nothing is sent again and again. Looks come every fifth of a second, times are told in seconds.
            await Task.Delay(TimeSpan.FromSeconds(1));
            var arrived = await _bucket.ListAsync();
            await Task.Delay(TimeSpan.FromSeconds(2));
            Assert.That(await _bucket.ListAsync(), Is.EqualTo(arrived));
        }
        finally
        {
            process.Kill();
        }

        Assert.That(await errors, Does.Contain("warning: There is no file or folder not-there-yet."));
        // Listing and uploading use one grant.
        Assert.That(
            api.ReadLog().Count(
                entry => entry.Level == LogEntry.AuditLevel && entry.Text.Contains("\"decision\":\"granted\"", StringComparison.Ordinal)),
            Is.EqualTo(1));
    }

    [Test]
    public async Task Server_on_the_network_without_tls_draws_a_warning()
    {
        var tool = new S3AuthTool(new Uri("http://server.invalid:9/"), _folder);

        var result = await tool.RunAsync("ls", "--suri", "//Bob");

        Assert.That(result.ExitCode, Is.EqualTo(5), result.Errors);
        Assert.That(result.Errors, Does.StartWith("warning: The connection to server.invalid:9 has no TLS"));
    }

    [TestCase("INT")]
    [TestCase("TERM")]
    public async Task Stopped_it_says_how_to_go_on(string signal)
    {
        var bash = Tool.Need("bash", "bash");
        if (signal == "INT" && await IgnoresInterruptsAsync())
        {
            Assert.Ignore("This run ignores SIGINT, as jobs in the background do, and all that it starts does too.");
        }

        await using var api = await StartApiAsync(storePort: null);
        var tool = new S3AuthTool(api.Address, _folder);
        var wallet = await tool.WalletOfAsync(_miner);
        Write(1, 2000);
        using var process = tool.Start(["upload", "data", "--watch", .. wallet]);
        await Wait.UntilAsync(async () => (await _bucket.ListKeysAsync()).Count == 1);
        await Tool.RunAsync(bash, ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -{signal} {process.Id}")]);

        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var errors = await process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(process.ExitCode, Is.EqualTo(130));
            Assert.That(errors, Does.Contain("Run the same command again"));
        }
    }

    // Bit 1 of a mask in hex: signal 2.
    private static async Task<bool> IgnoresInterruptsAsync() =>
        File.Exists("/proc/self/status")
        && (await File.ReadAllLinesAsync("/proc/self/status")).FirstOrDefault(
            line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) is { } ignored
        && (Convert.ToUInt64(ignored["SigIgn:".Length..].Trim(), 16) & 2) != 0;

    private static Uri AddressOf(int port) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));

    private async Task<ApiProcess> StartApiAsync(int? storePort)
    {
        var settings = ApiProcess.ProductionSettings(
            await _subnet.WriteAsync(_folder), _bucket.Endpoint.GetLeftPart(UriPartial.Authority), _bucket.Name, _bucket.Region, _folder
                .Sub("server"), _bucket.Keys);
        if (storePort is { } port)
        {
            settings["S3_PUBLIC_ENDPOINT"] = AddressOf(port).GetLeftPart(UriPartial.Authority);
        }

        return await ApiProcess.StartAsync(settings);
    }

    private Dictionary<string, byte[]> Write(int count, int size)
    {
        var contents = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var (path, content) = (string.Create(CultureInfo.InvariantCulture, $"{i:D4}.bin"), new byte[size]);
            Random.Shared.NextBytes(content);
            AtomicFile.Write(Path.Combine(_folder.Sub("data"), path), content);
            contents[path] = content;
        }

        return contents;
    }
}

namespace S3Auth.EndToEnd.Tests.Cases.CommandLine;

/// <summary><c>s3auth</c> with a profile instead of options, and with wallets that lack a file.</summary>
[TestFixtureSource(typeof(Deployments), nameof(Deployments.OneDeployment))]
internal sealed class ToolProfileTests(StoreKind store, FolderLayoutKind layout) : ToolFixture(store, layout)
{
    private S3AuthTool _plain = null!;

    [SetUp]
    public void ForgetServer() => _plain = new S3AuthTool(Client.Address, Folder) { HasServerVariable = false };

    [Test]
    public async Task Commands_need_no_options_after_configure()
    {
        var miner = Deployment.NextMiner();
        await ConfigureAsync("main", await Cli.WalletOfAsync(miner));
        await ConfigureAsync("validator", ["--suri", "//Alice"]);
        await File.WriteAllBytesAsync(Local("", "a.bin"), RandomNumberGenerator.GetBytes(2000));

        (await _plain.RunAsync("check")).Expect();
        (await _plain.RunAsync("upload", "a.bin")).Expect();
        var (result, records) = await _plain.RunJsonAsync(
            "ls", "--profile", "validator", "--miner", Deployment.OwnerOf(miner));

        Assert.That((string?)records[0]["key"], Does.EndWith("/a.bin"), result.Errors);
        Assert.That(
            (await _plain.RunAsync("profiles")).Expect(),
            Does.Match("(?m)^\\* main +http.*wallet ").And.Match("(?m)^  validator +http.*//Alice"));
    }

    [Test]
    public async Task Configure_writes_nothing_if_the_server_does_not_answer()
    {
        var result = await _plain.RunAsync(
            "configure", "--server", $"http://127.0.0.1:{FreePort.Next()}", "--suri", "//Bob", "--yes");

        Assert.That((result.ExitCode, File.Exists(_plain.Config)), Is.EqualTo((5, false)), result.Errors);
    }

    [Test]
    public async Task Path_of_a_profile_needs_no_other_profile_and_no_variable_changes_it()
    {
        await ConfigureAsync("one", await Cli.WalletOfAsync(Deployment.NextMiner()));
        await ConfigureAsync("two", await Cli.WalletOfAsync(Deployment.NextMiner()));
        var lines = await File.ReadAllLinesAsync(_plain.Config);
        await File.WriteAllLinesAsync(_plain.Config, lines.Where(line => !line.StartsWith("default", StringComparison.Ordinal)));
        await File.WriteAllBytesAsync(Local("", "d.bin"), RandomNumberGenerator.GetBytes(2000));
        _plain.Environment["S3AUTH_SURI"] = "//Eve";

        (await _plain.RunAsync("cp", "d.bin", "two:d.bin")).Expect();

        Assert.That((await _plain.RunAsync("ls", "two:")).Expect(), Does.Contain("d.bin"));
        Assert.That((await _plain.RunAsync("ls", "one:")).Expect(), Does.Not.Contain("d.bin"));
        Assert.That((await _plain.RunAsync("ls")).Errors, Does.Contain("--profile NAME (one, two)"));
    }

    [Test]
    public async Task Profile_that_is_not_valid_is_refused_with_its_line()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_plain.Config)!);
        await File.WriteAllTextAsync(_plain.Config, "[profiles.main]\nserver = SECRET\n");

        var result = await _plain.RunAsync("ls");

        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.Errors, Does.StartWith("error: ").And.Contain("see line 2").And.Not.Contain("SECRET"));
    }

    [Test]
    public async Task Wallet_without_a_coldkey_file_works_for_miners_and_validators()
    {
        var miner = await WithoutColdkeyAsync(Deployment.NextMiner());
        var validator = await WithoutColdkeyAsync(Subnet.Validator);
        await File.WriteAllBytesAsync(Local("", "b.bin"), RandomNumberGenerator.GetBytes(2000));

        (await Cli.RunAsync(["upload", "b.bin", .. miner])).Expect();
        Assert.That((await Cli.RunAsync(["ls", .. miner])).Expect(), Does.Contain("/b.bin"));
        Assert.That((await Cli.RunAsync(["check", .. miner])).Expect(), Does.Contain("because the wallet has no coldkeypub.txt"));
        Assert.That((await Cli.RunAsync(["check", .. validator])).Expect(), Does.Contain("s3auth check --validator"));
        Assert.That((await Cli.RunAsync(["ls", .. validator])).Errors, Does.Contain("choose miners with --miner or --all"));
    }

    [Test]
    public async Task Unknown_hotkey_without_a_coldkey_file_is_refused_with_what_is_missing()
    {
        var stranger = await WithoutColdkeyAsync(Miner.New());

        var result = await Cli.RunAsync(["ls", .. stranger]);

        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.Errors, Does.Contain("not registered on this subnet").And.Contain("--coldkey"));
    }

    [Test]
    public async Task Hotkey_file_uploads_without_a_wallet_and_keys_lists_what_wallets_may_do()
    {
        var miner = Deployment.NextMiner();
        var wallet = await WithoutColdkeyAsync(miner);
        await WithoutColdkeyAsync(Miner.New());
        var file = Path.Combine(wallet[1], wallet[3], "hotkeys", "default");
        await File.WriteAllBytesAsync(Local("", "c.bin"), RandomNumberGenerator.GetBytes(2000));

        (await Cli.RunAsync("upload", "c.bin", "--hotkey-file", file)).Expect();
        var (result, records) = await Cli.RunJsonAsync("keys", "--wallet-path", wallet[1]);

        result.Expect();
        Assert.That(
            records.Select(record => ((string?)record["address"] == miner.Hotkey.Address, (bool)record["may_upload"]!)),
            Is.EquivalentTo([(true, true), (false, false)]));
    }

    private async Task ConfigureAsync(string profile, string[] wallet) => (await _plain.RunAsync(
        ["configure", "--profile", profile, "--server", Client.Address.AbsoluteUri, "--yes", .. wallet])).Expect();

    private async Task<string[]> WithoutColdkeyAsync(Miner miner)
    {
        var wallet = await Cli.WalletOfAsync(miner);
        File.Delete(Path.Combine(wallet[1], wallet[3], "coldkeypub.txt"));
        return wallet;
    }
}

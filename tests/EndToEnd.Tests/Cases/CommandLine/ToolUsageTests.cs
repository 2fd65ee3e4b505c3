namespace S3Auth.EndToEnd.Tests.Cases.CommandLine;

/// <summary>What <c>s3auth</c> says of its arguments and of refusals, whatever the store is.</summary>
[TestFixtureSource(typeof(Deployments), nameof(Deployments.OneDeployment))]
internal sealed class ToolUsageTests(StoreKind store, FolderLayoutKind layout) : ToolFixture(store, layout)
{
    [Test]
    public async Task Check_says_which_step_fails()
    {
        var stranger = await Cli.WalletOfAsync(Miner.New());
        var wrongColdkey = await Cli.WalletOfAsync(new Miner(Deployment.NextMiner().Hotkey, Account.New()));

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
    [TestCase("folder-access", "//Bob", "--proof", "tao")]
    [TestCase("files", "//Alice", "--miner", "--file", "--proof", "tao")]
    [TestCase("folder-access", "//Bob", "--proof", "epistula")]
    [TestCase("files", "//Alice", "--miner", "--file", "--proof", "epistula")]
    [TestCase("miner", "//Alice", "--miner", "--proof", "epistula", "--signed-for", "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY")]
    public async Task Signed_command_is_taken_as_it_is_printed(string kind, string suri, params string[] needs)
    {
        var bash = Tool.Need("bash", "bash");
        Tool.Need("curl", "curl");
        var owner = Deployment.OwnerOf(Subnet.OrdinaryMiner);
        List<string> arguments = ["sign", kind, "--suri", suri];
        arguments.AddRange(needs.Contains("--miner") ? ["--miner", owner] : Array.Empty<string>());
        arguments.AddRange(needs.Contains("--file") ? ["--file", Deployment.FolderOf(owner) + "it's a file.bin"] : Array.Empty<string>());
        arguments.AddRange(needs.Where(one => one is not ("--miner" or "--file")));

        var (result, records) = await Cli.RunJsonAsync(arguments);
        result.Expect();
        var answer = await Tool.RunAsync(bash, ["-c", (string)records.Single()["curl"]! + " --noproxy '*' -f"]);

        Assert.That(JsonNode.Parse(answer.Expect())!.AsObject(), Is.Not.Empty);
    }

    [Test]
    public async Task Refusal_is_said_in_the_servers_words()
    {
        var (result, records) = await Cli.RunJsonAsync("miners", "--suri", "//Eve");

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
    [TestCase("sign", "folders", "--suri", "//Alice", "--proof", "tao", "--signed-for", "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY")]
    [TestCase("sign", "validator-access", "--suri", "//Alice", "--proof", "epistula", "--signed-for", "s3-auth.example.com")]
    public async Task What_was_typed_wrong_is_said_and_nothing_is_done(params string[] arguments)
    {
        var result = await Cli.RunAsync(arguments);

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
        var (result, records) = await Cli.RunJsonAsync(["check", .. arguments]);

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
}

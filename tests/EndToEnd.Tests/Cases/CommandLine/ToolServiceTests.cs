namespace S3Auth.EndToEnd.Tests.Cases.CommandLine;

/// <summary><c>s3auth service</c> with a real user manager of systemd.</summary>
[TestFixtureSource(typeof(Deployments), nameof(Deployments.OneDeployment))]
internal sealed class ToolServiceTests(StoreKind store, FolderLayoutKind layout) : ToolFixture(store, layout)
{
    private const string Unit = "s3auth-main.service";

    // With everything that a shell, a specifier or a variable could change.
    private const string WatchedName = "da ta %h $HOME \"q\" 'é' \\";

    private Miner _miner = null!;
    private string _watched = null!;

    [SetUp]
    public async Task Configure()
    {
        if (UserSystemd.WhyNot is { } reason)
        {
            Assert.Ignore($"Skipped because {reason}.");
        }

        _miner = Deployment.NextMiner();
        _watched = Folder.Sub(WatchedName);
        (await Cli.RunAsync(
            ["configure", "--server", Client.Address.AbsoluteUri, "--yes", .. await Cli.WalletOfAsync(_miner)])).Expect();
    }

    [Test]
    public async Task Installed_service_uploads_new_files_logs_into_the_journal_and_can_be_removed()
    {
        await using var systemd = await StartAsync();

        (await RunAsync(systemd, "service", "install", _watched, "--exclude", "*.tmp")).Expect();
        (await systemd.RunAsync("systemd-analyze", "--user", "verify", UnitFile(systemd))).Expect();
        Put("a.bin");
        await UntilStoredAsync("a.bin");
        Assert.That(
            (await RunAsync(systemd, "service", "status")).Expect(),
            Does.Contain($"{Unit} runs since ").And.Contain("s3auth service logs --profile main"));

        // The line comes after the file.
        var log = "";
        await Wait.UntilAsync(
            async () => (log = (await RunAsync(systemd, "service", "logs")).Expect()).Contains("a.bin", StringComparison.Ordinal),
            () => log);
        Assert.That(log, Does.Contain("Watching: "));

        (await RunAsync(systemd, "service", "uninstall")).Expect();
        Assert.That(File.Exists(UnitFile(systemd)), Is.False);
        Assert.That((await RunAsync(systemd, "service", "status")).ExitCode, Is.EqualTo(2));
    }

    [Test]
    [Category("Nightly")]
    public async Task Service_survives_a_crash_a_reboot_and_a_full_disk()
    {
        var systemd = await StartAsync();
        try
        {
            (await systemd.RunAsync("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", Folder.Sub("state"))).Expect();
            await systemd.RunAsync("dd", "if=/dev/zero", $"of={Path.Combine(Folder.Sub("state"), "full")}", "bs=4k", "count=8");
            (await RunAsync(systemd, "service", "install", _watched)).Expect();
            Put("full-disk.bin");
            await UntilStoredAsync("full-disk.bin");

            (await systemd.RunAsync("systemctl", "--user", "kill", "--signal=KILL", Unit)).Expect();
            Put("crash.bin");
            await UntilStoredAsync("crash.bin");
        }
        finally
        {
            await systemd.DisposeAsync();
        }

        await using var rebooted = await StartAsync("default.target");
        Put("reboot.bin");
        await UntilStoredAsync("reboot.bin");
        (await RunAsync(rebooted, "service", "uninstall")).Expect();
    }

    private static string UnitFile(UserSystemd systemd) => Path.Combine(systemd.Home, ".config", "systemd", "user", Unit);

    private Task<UserSystemd> StartAsync(string target = "basic.target") => UserSystemd.StartAsync(
        Folder,
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["S3AUTH_CONFIG"] = Cli.Config,
            ["XDG_STATE_HOME"] = Folder.Sub("state"),
            ["XDG_CONFIG_HOME"] = Path.Combine(Folder.Sub("home"), ".config"),
            ["NO_PROXY"] = "*",
        },
        target);

    private static Task<ToolResult> RunAsync(UserSystemd systemd, params IEnumerable<string> arguments) =>
        systemd.RunAsync([.. S3AuthTool.Command, .. arguments]);

    private void Put(string name) => AtomicFile.Write(Path.Combine(_watched, name), RandomNumberGenerator.GetBytes(2000));

    private Task UntilStoredAsync(string name) => Wait.UntilAsync(
        async () => (await Bucket.ListKeysAsync(Deployment.FolderOf(_miner)))
            .Any(key => key.EndsWith($"/{name}", StringComparison.Ordinal)),
        $"{name} does not arrive.",
        TimeSpan.FromMinutes(1));
}

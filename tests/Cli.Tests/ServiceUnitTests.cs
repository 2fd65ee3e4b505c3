namespace S3Auth.Cli.Tests;

public sealed class ServiceUnitTests
{
    private static readonly ServiceUnit Unit = new()
    {
        Profile = "main",
        Program = ["/usr/local/bin/s3auth"],
        Arguments = ["--bwlimit=5M", "/data"],
        SystemdVersion = 252,
    };

    [Test]
    public void Unit_runs_a_watch_with_the_profile_and_starts_again_after_a_failure()
    {
        var lines = Unit.Write().Split('\n');

        Assert.That(lines, Does.Contain(
            "ExecStart=:\"/usr/local/bin/s3auth\" \"upload\" \"--watch\" \"--profile\" \"main\" \"--bwlimit=5M\" \"/data\""));
        Assert.That(lines, Is.SupersetOf(new[]
        {
            "Restart=on-failure", "RestartSec=15", "StartLimitIntervalSec=0", "SuccessExitStatus=130", "SyslogIdentifier=s3auth-main",
            "WantedBy=default.target", "LimitCORE=0", "NoNewPrivileges=yes",
        }));
    }

    [TestCase(252, false)]
    [TestCase(254, true)]
    [TestCase(0, false)]
    public void Wait_grows_where_systemd_can_do_that(int version, bool grows) => Assert.That(
        (Unit with { SystemdVersion = version }).Write().Contains("RestartMaxDelaySec=10min", StringComparison.Ordinal), Is.EqualTo(grows));

    [TestCase("/da ta", "\"/da ta\"")]
    [TestCase("/100%", "\"/100%%\"")]
    [TestCase("/$HOME/${x}", "\"/$HOME/${x}\"")]
    [TestCase("/a\"b\\c", "\"/a\\\"b\\\\c\"")]
    [TestCase("/it's é", "\"/it's é\"")]
    [TestCase("", "\"\"")]
    public void Word_is_quoted_as_systemd_reads_it(string word, string expected) => Assert.That(UnitText.Quote(word), Is.EqualTo(expected));

    [TestCase("/a\nExecStartPre=/bin/evil")]
    [TestCase("/a\u001b[2J")]
    public void Word_with_control_characters_is_refused(string word) => Assert.That(
        () => (Unit with { Arguments = [word] }).Write(),
        Throws.TypeOf<UsageException>().With.Message.Contains("control characters").And.Message.Not.Contains("\n")
            .And.Message.Not.Contains("\u001b"));

    [Test]
    public void Variables_are_quoted_too() => Assert.That(
        (Unit with { Variables = [("S3AUTH_CONFIG", "/a b/100%")] }).Write(), Does.Contain("\nEnvironment=\"S3AUTH_CONFIG=/a b/100%%\"\n"));

    [Test]
    [Platform("Linux")]
    public async Task Systemd_accepts_the_unit_without_a_warning()
    {
        if (!File.Exists("/usr/bin/systemd-analyze"))
        {
            Assert.Ignore("Skipped because there is no systemd-analyze.");
        }

        var folder = Directory.CreateTempSubdirectory("s3auth-unit-");
        try
        {
            var machine = new ThisMachine();
            var version = await new UserManager(new Linux(machine)).ReadVersionAsync(CancellationToken.None);
            var path = Path.Combine(folder.FullName, ServiceUnit.NameOf("main"));
            await File.WriteAllTextAsync(path, (Unit with
            {
                Program = ["/bin/true"],
                Arguments = ["/da ta/100%/$HOME/\"é\"\\"],
                Variables = [("S3AUTH_CONFIG", "/a b")],
                SystemdVersion = version,
            }).Write());

            var answer = await machine.RunAsync(
                "env", [$"XDG_RUNTIME_DIR={folder.FullName}", "systemd-analyze", "--user", "verify", path], CancellationToken.None);

            Assert.That(version, Is.GreaterThan(200));
            Assert.That((answer.ExitCode, answer.Errors.Contains(path, StringComparison.Ordinal)), Is.EqualTo((0, false)), answer.Errors);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>This machine, as if it ran systemd.</summary>
    private sealed class Linux(IMachine machine) : IMachine
    {
        public string? WhyNoSystemd => null;

        public Task<CommandOutput> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
            machine.RunAsync(program, arguments, cancellationToken);

        public Task<int> ShowAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
            machine.ShowAsync(program, arguments, cancellationToken);
    }
}

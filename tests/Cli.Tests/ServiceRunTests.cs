using System.Text.Json.Nodes;

namespace S3Auth.Cli.Tests;

/// <summary><c>s3auth service</c> with a machine that answers for systemd.</summary>
[NonParallelizable]
public sealed class ServiceRunTests
{
    private const string Running = """
        ActiveState=active
        SubState=running
        Result=success
        ExecMainStatus=0
        MainPID=42
        NRestarts=2
        UnitFileState=enabled
        StateChangeTimestamp=Sun 2026-11-29 15:53:18 UTC
        """;

    private FakeMachine _machine = null!;
    private DirectoryInfo _folder = null!;

    [SetUp]
    public void Start() => (_machine, _folder) = (new FakeMachine(), Directory.CreateTempSubdirectory("s3auth-units-"));

    [TearDown]
    public void Stop() => _folder.Delete(recursive: true);

    [Test]
    public async Task Installed_service_is_enabled_started_and_shown()
    {
        var (exitCode, output, _) = await RunAsync(run => run.InstallAsync(Unit, CancellationToken.None));

        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.EqualTo(ExitCode.Done));
            Assert.That(File.ReadAllText(UnitFile), Does.StartWith(ServiceUnit.Mark));
            Assert.That(_machine.Ran.Where(one => one.StartsWith("systemctl --user", StringComparison.Ordinal)).Take(3), Is.EqualTo([
                "systemctl --user daemon-reload",
                "systemctl --user enable s3auth-main.service",
                "systemctl --user restart s3auth-main.service",
            ]));
            Assert.That(output, Does.StartWith(
                "s3auth-main.service runs since Sun 2026-11-29 15:53:18 UTC, process 42; restarts: 2.\n"));
        });
    }

    [TestCase("no", true)]
    [TestCase("yes", false)]
    public async Task Service_that_ends_with_the_session_is_named_with_the_command(string linger, bool isNamed)
    {
        _machine.Linger = linger;

        var (_, output, _) = await RunAsync(run => run.InstallAsync(Unit, CancellationToken.None));

        Assert.That(output.Contains("loginctl enable-linger", StringComparison.Ordinal), Is.EqualTo(isNamed));
    }

    [TestCase(
        "ActiveState=activating\nSubState=auto-restart\nExecMainStatus=5\nNRestarts=3", "ended with exit code 5 and waits for its next")]
    [TestCase("ActiveState=failed\nSubState=failed\nResult=exit-code\nExecMainStatus=2", "failed (exit-code, exit code 2).")]
    [TestCase("ActiveState=inactive\nSubState=dead\nUnitFileState=disabled", "does not run (inactive).\nIt does not start by itself.")]
    [TestCase("", "does not run ().")]
    public async Task Service_that_does_not_run_is_told_with_exit_code_3(string state, string expected)
    {
        await InstallAsync();
        _machine.State = state;

        var (exitCode, output, _) = await RunAsync(run => run.ShowAsync("main", CancellationToken.None));

        Assert.That((exitCode, output), Is.EqualTo((ExitCode.Refused, output)));
        Assert.That(output, Does.Contain(expected));
    }

    [Test]
    public async Task State_is_printed_for_programs()
    {
        await InstallAsync();

        var (_, output, _) = await RunAsync(run => run.ShowAsync("main", CancellationToken.None), json: true);

        var record = JsonNode.Parse(output)!;
        Assert.That(
            ((string?)record["type"], (string?)record["state"], (int?)record["pid"], (bool?)record["linger"]),
            Is.EqualTo(("service", "active", 42, true)));
    }

    [Test]
    public async Task Removed_service_is_stopped_and_its_unit_deleted()
    {
        await InstallAsync();

        await RunAsync(run => run.UninstallAsync("main", CancellationToken.None));

        Assert.That(_machine.Ran, Does.Contain("systemctl --user disable --now s3auth-main.service"));
        Assert.That(File.Exists(UnitFile), Is.False);
    }

    [Test]
    public void Unit_of_somebody_else_is_neither_replaced_nor_removed()
    {
        File.WriteAllText(UnitFile, "[Service]\nExecStart=/mine\n");

        Assert.That(
            () => RunAsync(run => run.InstallAsync(Unit, CancellationToken.None)),
            Throws.TypeOf<UsageException>().With.Message.Contains("did not write"));
        Assert.That(() => RunAsync(run => run.UninstallAsync("main", CancellationToken.None)), Throws.TypeOf<UsageException>());
        Assert.That(File.ReadAllText(UnitFile), Does.Contain("/mine"));
    }

    [Test]
    public void Service_that_is_not_installed_is_told_with_the_command() => Assert.That(
        () => RunAsync(run => run.ShowAsync("main", CancellationToken.None)),
        Throws.TypeOf<UsageException>().With.Message.Contains("s3auth service install PATH --profile main"));

    [Test]
    public void Machine_without_systemd_is_told_what_to_do_and_nothing_is_written()
    {
        _machine.WhyNoSystemd = "This machine does not run systemd.";

        Assert.That(
            () => RunAsync(run => run.InstallAsync(Unit, CancellationToken.None)),
            Throws.TypeOf<UsageException>().With.Message.EqualTo(_machine.WhyNoSystemd));
        Assert.That(_folder.GetFiles(), Is.Empty);
    }

    [Test]
    public async Task Unit_is_printed_without_systemd_too()
    {
        _machine.WhyNoSystemd = "This machine does not run systemd.";

        var (exitCode, output, _) = await RunAsync(run => run.PrintAsync(Unit, CancellationToken.None));

        Assert.That(exitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(output, Does.StartWith(ServiceUnit.Mark).And.Contain("ExecStart=").And.EndWith("WantedBy=default.target\n"));
        Assert.That(_folder.GetFiles(), Is.Empty);
    }

    [Test]
    public void Missing_bus_is_explained()
    {
        _machine.ControlError = "Failed to connect to bus: No medium found\n";

        Assert.That(
            () => RunAsync(run => run.InstallAsync(Unit, CancellationToken.None)),
            Throws.TypeOf<UsageException>().With.Message.Contains("instead of with su or sudo").And.Message.Contains("XDG_RUNTIME_DIR"));
    }

    [Test]
    public async Task Logs_are_those_of_the_service_and_of_systemd_about_it()
    {
        await InstallAsync();

        await RunAsync(run => run.ShowLogsAsync("main", lines: 20, follows: true, CancellationToken.None));

        Assert.That(_machine.Ran[^1], Is.EqualTo(
            "journalctl --lines 20 --no-pager --follow SYSLOG_IDENTIFIER=s3auth-main _UID=1000 + USER_UNIT=s3auth-main.service _UID=1000"));
    }

    private static ServiceUnit Unit => new()
    {
        Profile = "main", Program = ["/usr/bin/s3auth"], Arguments = ["/data"], SystemdVersion = 0,
    };

    private string UnitFile => Path.Combine(_folder.FullName, "s3auth-main.service");

    private Task InstallAsync() => File.WriteAllTextAsync(UnitFile, Unit.Write());

    private Task<(ExitCode ExitCode, string Output, string Errors)> RunAsync(Func<ServiceRun, Task<ExitCode>> run, bool json = false) =>
        ConsoleOutput.CaptureAsync(() => run(new ServiceRun(new Report(json, quiet: false), _machine, _folder.FullName)));

    private sealed class FakeMachine : IMachine
    {
        public string? WhyNoSystemd { get; set; }

        internal List<string> Ran { get; } = [];

        internal string State { get; set; } = Running;

        internal string Linger { get; set; } = "yes";

        internal string? ControlError { get; set; }

        public Task<CommandOutput> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
        {
            var command = $"{program} {string.Join(' ', arguments)}";
            Ran.Add(command);
            return Task.FromResult(command switch
            {
                "systemctl --version" => new CommandOutput(0, "systemd 255 (255.4-1ubuntu8)\n+PAM", ""),
                "id -u" => new CommandOutput(0, "1000\n", ""),
                _ when program == "loginctl" => new CommandOutput(0, Linger + "\n", ""),
                _ when arguments.Contains("show") => new CommandOutput(0, State, ""),
                _ => new CommandOutput(ControlError is null ? 0 : 1, "", ControlError ?? ""),
            });
        }

        public Task<int> ShowAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
        {
            Ran.Add($"{program} {string.Join(' ', arguments)}");
            return Task.FromResult(0);
        }
    }
}

namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>
/// A real user manager of systemd and a journal, in a mount namespace of their own. Needs root, because it mounts an empty <c>/run</c>.
/// </summary>
internal sealed class UserSystemd : IAsyncDisposable
{
    // $1 is the folder with everything. The manager believes that systemd booted the machine, because /run/systemd/system exists.
    private const string Script = """
        set -e
        mount -t tmpfs tmpfs /run
        mkdir -p /run/systemd/system /run/systemd/journal
        mkdir -m 700 -p "$XDG_RUNTIME_DIR"
        /usr/lib/systemd/systemd-journald >"$1/journald.txt" 2>&1 &
        echo $! >"$1/journald.pid"
        until [ -S /run/systemd/journal/stdout ]; do sleep 0.1; done
        SYSTEMD_LOG_TARGET=journal exec /usr/lib/systemd/systemd --user --unit="$2" >"$1/systemd.txt" 2>&1 </dev/null
        """;

    private readonly Dictionary<string, string> _variables;
    private readonly string _folder;
    private Process? _manager;

    private UserSystemd(string folder, Dictionary<string, string> variables) => (_folder, _variables) = (folder, variables);

    /// <summary>The home of the user.</summary>
    public string Home => _variables["HOME"];

    /// <summary>Why it cannot run here; null if it can.</summary>
    public static string? WhyNot =>
        !OperatingSystem.IsLinux() || !File.Exists("/usr/lib/systemd/systemd") || !File.Exists("/usr/lib/systemd/systemd-journald")
            ? "there is no systemd"
        : Tool.Find("unshare") is null || Tool.Find("nsenter") is null ? "there is no unshare and nsenter; install util-linux"
        : Environment.UserName != "root" ? "it needs root"
        : null;

    /// <summary>Starts a user manager. A second one in the same folder is what a reboot starts.</summary>
    /// <param name="folder">The folder of the user's home. It stays.</param>
    /// <param name="variables">Environment variables of the user.</param>
    /// <param name="target">The unit to start: <c>basic.target</c>, or <c>default.target</c> with the enabled services.</param>
    public static async Task<UserSystemd> StartAsync(
        ScratchFolder folder, IReadOnlyDictionary<string, string> variables, string target = "basic.target")
    {
        var systemd = new UserSystemd(folder.Path, new Dictionary<string, string>(variables, StringComparer.Ordinal)
        {
            ["HOME"] = folder.Sub("home"),

            // Below /run, which ends with the namespace. So no socket of an earlier manager is left.
            ["XDG_RUNTIME_DIR"] = "/run/user-of-test",
        });
        systemd.Start(target);
        await Wait.UntilAsync(
            async () => (await systemd.RunAsync("systemctl", "--user", "is-system-running")).Output.Trim() is "running" or "degraded",
            "The user manager does not start.");
        return systemd;
    }

    /// <summary>Runs a program as the user.</summary>
    public Task<ToolResult> RunAsync(params IEnumerable<string> command) => Tool.RunAsync(
        Tool.Need("nsenter", "util-linux"),
        ["--mount", "--target", _manager!.Id.ToString(CultureInfo.InvariantCulture), "--", .. command],
        environment: _variables,
        folder: Home,
        limit: TimeSpan.FromMinutes(2));

    /// <summary>Stops the services and the manager, as a shutdown does.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_manager is not { } manager)
        {
            return;
        }

        await RunAsync("systemctl", "--user", "exit");
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        try
        {
            await manager.WaitForExitAsync(patience.Token);
        }
        finally
        {
            using var journal = Process.GetProcessById(int.Parse(
                await File.ReadAllTextAsync(Path.Combine(_folder, "journald.pid")), CultureInfo.InvariantCulture));
            journal.Kill();
            manager.Kill(entireProcessTree: true);
            manager.Dispose();
            _manager = null;
        }
    }

    private void Start(string target)
    {
        var start = new ProcessStartInfo(
            Tool.Need("unshare", "util-linux"), ["--mount", "--", "bash", "-c", Script, "bash", _folder, target])
        {
            UseShellExecute = false,
            WorkingDirectory = Home,
        };
        foreach (var (name, value) in _variables)
        {
            start.Environment[name] = value;
        }

        _manager = Process.Start(start) ?? throw new InvalidOperationException("unshare did not start.");
        TestRun.Current.Guard.Watch(_manager);
    }
}

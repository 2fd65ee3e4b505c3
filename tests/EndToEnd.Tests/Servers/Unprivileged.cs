namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>Runs a program like a container: as an unprivileged account and, where possible, on a read-only file system.</summary>
internal static class Unprivileged
{
    private const string Account = "65534";

    // The root and every other file system that can be written to, but for the one folder; /proc, /sys and devices are the kernel's.
    // A mount that cannot be changed would let it write, which is told by what is tried after it.
    private const string ReadOnly = """
        data=$1; shift
        mount --make-rprivate / && mount --bind "$data" "$data" || exit 71
        cut -d ' ' -f 2 /proc/self/mounts | while read -r place; do
          case $place in "$data" | /proc | /proc/* | /sys | /sys/* | /dev | /dev/*) ;; *) mount -o remount,bind,ro "$place" ;; esac
        done
        touch /tmp/s3auth-must-not-be-writable 2>/dev/null && exit 72
        exec "$@"
        """;

    /// <summary>The command that runs a program as this account.</summary>
    public static IReadOnlyList<string> Command(string program, params string[] arguments)
    {
        if (!Environment.IsPrivilegedProcess || !OperatingSystem.IsLinux())
        {
            Assert.Ignore("Skipped because only root can start a process as another account.");
        }

        return
        [
            Tool.Need("setpriv", "util-linux"), "--reuid=" + Account, "--regid=" + Account, "--clear-groups", "--no-new-privs",
            "--bounding-set=-all", "--inh-caps=-all", program, .. arguments,
        ];
    }

    /// <summary>The same with one writable folder only. Skips the test if that is not possible.</summary>
    public static async Task<IReadOnlyList<string>> ReadOnlyCommandAsync(string writable, string program, params string[] arguments)
    {
        IReadOnlyList<string> Wrap(IEnumerable<string> command) =>
            [Tool.Need("unshare", "util-linux"), "--mount", "/bin/sh", "-c", ReadOnly, "sh", writable, .. command];

        var tried = Wrap(["/bin/true"]);
        var result = await Tool.RunAsync(tried[0], tried.Skip(1));
        if (result.ExitCode != 0)
        {
            Assert.Ignore($"Skipped because file systems cannot be made read-only here ({result.ExitCode}): {result.Errors}");
        }

        return Wrap(Command(program, arguments));
    }

    /// <summary>Gives a folder to this account and makes it reachable.</summary>
    public static async Task GiveAsync(string scratch, string folder)
    {
        (await Tool.RunAsync("/bin/sh", ["-c", "chmod a+x \"$1\" && chown \"$3:$3\" \"$2\"", "sh", scratch, folder, Account])).Expect();
    }
}

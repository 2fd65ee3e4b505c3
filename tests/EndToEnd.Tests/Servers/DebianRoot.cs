namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>
/// The file system of an empty Debian with wget, and without .NET and OpenSSL. Programs in it share the network of this machine.
/// </summary>
internal sealed class DebianRoot(string folder)
{
    // /proc is mounted for these processes only, and is gone when they end.
    private const string Enter = """
        root=$1 script=$2
        mount -t proc proc "$root/proc" || exit 71
        exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 NO_PROXY='*' \
          DEBIAN_FRONTEND=noninteractive chroot "$root" /bin/sh -c "$script"
        """;

    // The same on file systems that nobody can write to, with a /tmp that does not allow programs.
    private const string EnterReadOnly = """
        root=$1 script=$2
        mount --bind "$root" "$root" && mount -t proc proc "$root/proc" && mount -t tmpfs -o noexec tmpfs "$root/tmp" || exit 71
        mount -o remount,bind,ro "$root" || exit 72
        exec env -i PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin HOME=/root NO_PROXY='*' chroot "$root" /bin/sh -c "$script"
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public string Folder => folder;

    /// <summary>Downloads and unpacks Debian. Skips the test if that is not possible here.</summary>
    public static async Task<DebianRoot> CreateAsync(string folder)
    {
        if (!Environment.IsPrivilegedProcess || !OperatingSystem.IsLinux())
        {
            Assert.Ignore("Skipped because only root can make a Debian system.");
        }

        await DownloadAsync("--variant=minbase", "--include=wget", "bookworm", folder);
        return new DebianRoot(folder);
    }

    /// <summary>Unpacks what the tool needs on another processor, as a folder for qemu's <c>-L</c>. Nothing in it is run.</summary>
    public static async Task UnpackLibrariesAsync(string architecture, string folder) => await DownloadAsync(
        "--variant=extract", $"--architectures={architecture}", "--include=libc6,libssl3,ca-certificates", "bookworm", folder);

    /// <summary>Returns a copy that a test may change.</summary>
    public async Task<DebianRoot> CopyAsync(string target)
    {
        (await Tool.RunAsync("/bin/cp", ["--archive", folder, target])).Expect();
        return new DebianRoot(target);
    }

    /// <summary>Runs a script as root.</summary>
    public Task<ToolResult> RunAsync(string script) => RunAsync(Enter, script);

    /// <summary>Runs a script as root that can write to no file.</summary>
    public Task<ToolResult> RunReadOnlyAsync(string script) => RunAsync(EnterReadOnly, script);

    private static async Task DownloadAsync(params string[] arguments)
    {
        var made = await Tool.RunAsync(Tool.Need("mmdebstrap", "mmdebstrap"), arguments, limit: Patience);
        if (made.ExitCode != 0)
        {
            Assert.Ignore($"Skipped because Debian cannot be downloaded: {made.Errors}");
        }
    }

    private Task<ToolResult> RunAsync(string enter, string script) => Tool.RunAsync(
        Tool.Need("unshare", "util-linux"),
        ["--mount", "--pid", "--fork", "/bin/sh", "-c", enter, "sh", folder, script],
        limit: Patience);
}

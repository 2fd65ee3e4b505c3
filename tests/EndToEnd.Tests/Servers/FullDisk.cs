namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>
/// A disk that can be filled: a small mounted file system. Where mounting is not allowed, <c>/dev/full</c> in place of the audit file,
/// and a read-only data folder.
/// </summary>
internal sealed class FullDisk : IAsyncDisposable
{
    private readonly string _folder;
    private readonly bool _isMounted;

    private FullDisk(string folder, bool isMounted)
    {
        (_folder, _isMounted) = (folder, isMounted);
        Directory.CreateDirectory(AuditFolder);
        Directory.CreateDirectory(Path.Combine(folder, "data"));
    }

    /// <summary>How the disk is made full.</summary>
    public string Kind => _isMounted ? "a file system without room" : "/dev/full, and data that cannot be written";

    public string AuditFolder => Path.Combine(_folder, "audit");

    public string DataFolder => _isMounted ? Path.Combine(_folder, "data") : "/proc/s3auth";

    private string Filler => Path.Combine(_folder, "filler");

    private string AuditFile =>
        Path.Combine(AuditFolder, $"audit-{DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}.jsonl");

    public static async Task<FullDisk> MakeAsync(ScratchFolder scratch)
    {
        var folder = scratch.Sub("disk");
        var mounted = Tool.Find("mount") is { } mount
            && (await Tool.RunAsync(mount, ["-t", "tmpfs", "-o", "size=4m", "tmpfs", folder])).ExitCode == 0;
        return new FullDisk(folder, mounted);
    }

    public void Fill()
    {
        if (!_isMounted)
        {
            File.Move(AuditFile, AuditFile + ".before");
            File.CreateSymbolicLink(AuditFile, "/dev/full");
            return;
        }

        try
        {
            using var filler = new FileStream(Filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            while (true)
            {
                filler.Write(new byte[512]);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    public void Empty()
    {
        if (_isMounted)
        {
            File.Delete(Filler);
        }
        else
        {
            File.Delete(AuditFile);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_isMounted)
        {
            await Tool.RunAsync(Tool.Find("umount")!, ["-l", _folder]);
        }
    }
}

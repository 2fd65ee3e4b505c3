namespace S3Auth.Cli.Grants;

/// <summary>
/// The files that this program keeps between runs for one hotkey at one server. They contain grants, so only their owner can read them. A
/// file that others can read or write is deleted and not used. Failures to write are reported once, and never end a run.
/// </summary>
/// <param name="folder">The folder. It may not exist yet.</param>
/// <param name="warn">Prints a warning.</param>
internal sealed class KeptState(string folder, Action<string> warn)
{
    private const int MaxBytes = 64 * 1024 * 1024;
    private const int FolderNameDigits = 32;

    private int _warned;

    /// <summary>Opens the files of a hotkey.</summary>
    /// <param name="state">The folder of everything that this program keeps.</param>
    /// <param name="server">The server.</param>
    /// <param name="hotkey">The hotkey.</param>
    /// <param name="warn">Prints a warning.</param>
    internal static KeptState Of(string state, Uri server, AccountId hotkey, Action<string> warn)
    {
        var identity = SHA256.HashData(Encoding.UTF8.GetBytes($"{server.AbsoluteUri.TrimEnd('/')}\n{hotkey}"));
        return new KeptState(Path.Combine(state, Convert.ToHexStringLower(identity)[..FolderNameDigits]), warn);
    }

    /// <summary>Returns the content of a file; null if there is none that may be used.</summary>
    internal byte[]? Read(string name)
    {
        var path = Path.Combine(folder, name);
        try
        {
            using (var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
            {
                if (!IsOpenToOthers(file) && file.Length <= MaxBytes)
                {
                    var content = new byte[file.Length];
                    file.ReadExactly(content);
                    return content;
                }
            }

            File.Delete(path);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes a file, in place of an earlier one.</summary>
    internal void Write(string name, ReadOnlySpan<byte> content)
    {
        try
        {
            AtomicFile.Write(Path.Combine(folder, name), content);
        }
        catch (UsageException exception) when (Interlocked.Exchange(ref _warned, 1) == 0)
        {
            warn($"{exception.Message.TrimEnd('.')}. The grants are not kept, so the next run requests new ones.");
        }
        catch (UsageException)
        {
            // Already reported.
        }
    }

    /// <summary>Deletes a file.</summary>
    internal void Delete(string name)
    {
        try
        {
            File.Delete(Path.Combine(folder, name));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Write(name, []);
        }
    }

    // Others could read a grant, or write one that leads to their own store.
    private static bool IsOpenToOthers(FileStream file) => !OperatingSystem.IsWindows()
        && (File.GetUnixFileMode(file.SafeFileHandle)
            & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)) != UnixFileMode.None;
}

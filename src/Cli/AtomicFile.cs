namespace S3Auth.Cli;

/// <summary>Replaces files completely or not at all.</summary>
internal static class AtomicFile
{
    /// <summary>
    /// Writes a file. Keeps the mode of an existing file and the target of a link. Only the owner can read a new file or folder.
    /// </summary>
    /// <exception cref="UsageException">The file cannot be written.</exception>
    internal static void Write(string path, ReadOnlySpan<byte> content)
    {
        try
        {
            // Users may keep the file elsewhere and link to it.
            var target = new FileInfo(path) is { LinkTarget: not null } link
                ? link.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path
                : path;
            CreateFolder(Path.GetDirectoryName(target)!);
            var mode = ModeOf(target);
            var temporary = $"{target}.s3auth-{Guid.NewGuid():N}";
            try
            {
                using (var file = new FileStream(
                    temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write }.ForOwnerOnly(mode)))
                {
                    file.Write(content);
                    file.Flush(flushToDisk: true);
                }

                File.Move(temporary, target, overwrite: true);
            }
            finally
            {
                File.Delete(temporary);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The file {path} cannot be written: {exception.Message}");
        }
    }

    private static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder, OwnerOnlyFile.Mode | UnixFileMode.UserExecute);
        }
    }

    /// <summary>The mode of the file. Opens the file for writing, because a rename would also replace a read-only file.</summary>
    private static UnixFileMode ModeOf(string target)
    {
        if (!File.Exists(target))
        {
            return OwnerOnlyFile.Mode;
        }

        using var file = new FileStream(target, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        return OperatingSystem.IsWindows() ? OwnerOnlyFile.Mode : File.GetUnixFileMode(file.SafeFileHandle);
    }
}

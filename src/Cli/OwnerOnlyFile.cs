namespace S3Auth.Cli;

/// <summary>Options for files that only their owner may read.</summary>
internal static class OwnerOnlyFile
{
    internal const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Gives a file this mode if it is created. An existing file keeps its mode, and Windows has none.</summary>
    internal static FileStreamOptions ForOwnerOnly(this FileStreamOptions options, UnixFileMode mode = Mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        return options;
    }
}

namespace S3Auth.Cli.Transfers;

/// <summary>A local file and its path within the miner's folder.</summary>
internal sealed record LocalFile(FileInfo File, string Path);

/// <summary>
/// Finds the files that the paths of a command line name: a file, the files of a folder with their relative paths, or the files that a glob
/// matches with their paths below its fixed part. Skips hidden files (a name that begins with a dot) and links to folders.
/// </summary>
internal static class LocalFiles
{
    private static readonly EnumerationOptions Visible = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.Hidden | FileAttributes.System,
        IgnoreInaccessible = false,
    };

    /// <param name="paths">The paths of the command line.</param>
    /// <param name="settings">The destination of the files.</param>
    /// <exception cref="UsageException">A path names nothing, or two files have the same destination.</exception>
    internal static List<LocalFile> Find(IEnumerable<string> paths, UploadSettings settings)
    {
        var found = new Dictionary<string, LocalFile>(StringComparer.Ordinal);
        var now = TimeProvider.System.GetUtcNow();
        foreach (var (file, relative) in paths.SelectMany(Expand))
        {
            if (!settings.Filter.Matches(relative) || !settings.Ages.Matches(new DateTimeOffset(file.LastWriteTimeUtc), now))
            {
                continue;
            }

            var path = settings.PathOf(relative);
            if (found.TryGetValue(path, out var other) && other.File.FullName != file.FullName)
            {
                throw new UsageException(DescribeCollision(other, new LocalFile(file, path)));
            }

            found[path] = new LocalFile(file, path);
        }

        return [.. found.Values.OrderBy(file => file.Path, StringComparer.Ordinal)];
    }

    /// <summary>Whether a path names a file, a folder, or a glob in an existing folder.</summary>
    internal static bool CanMatch(string path) =>
        File.Exists(path) || Directory.Exists(path) || (Glob.IsPattern(path) && Directory.Exists(RootOf(path)));

    internal static string DescribeCollision(LocalFile one, LocalFile other) =>
        $"{one.File.FullName} and {other.File.FullName} would both become {Report.Safe(one.Path)}. Upload one of them with --to.";

    private static IEnumerable<(FileInfo File, string Relative)> Expand(string path)
    {
        if (File.Exists(path))
        {
            var file = new FileInfo(path);
            return [(file, file.Name)];
        }

        if (Directory.Exists(path))
        {
            return InFolder(path);
        }

        return Glob.IsPattern(path)
            ? Matching(path)
            : throw new UsageException($"There is no file or folder {path}.");
    }

    private static IEnumerable<(FileInfo File, string Relative)> InFolder(string path)
    {
        // Does not follow links to folders, because they can form a loop.
        var root = new DirectoryInfo(path);
        return new System.IO.Enumeration.FileSystemEnumerable<FileInfo>(
            root.FullName, (ref entry) => (FileInfo)entry.ToFileSystemInfo(), Visible)
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory,
            ShouldRecursePredicate = (ref entry) => (entry.Attributes & FileAttributes.ReparsePoint) == FileAttributes.None,
        }.Select(file => (file, Relative(root.FullName, file.FullName)));
    }

    private static List<(FileInfo File, string Relative)> Matching(string glob)
    {
        var root = RootOf(glob);
        if (!Directory.Exists(root))
        {
            throw new UsageException($"There is no folder {root} for the glob {glob}.");
        }

        var pattern = new Glob(string.Join('/', SegmentsOf(glob).SkipWhile(segment => !Glob.IsPattern(segment))));
        var matches = InFolder(root).Where(file => pattern.Matches(file.Relative)).ToList();
        return matches.Count > 0 ? matches : throw new UsageException($"No file matches {glob}.");
    }

    // The folder before the first segment with a wildcard.
    private static string RootOf(string glob)
    {
        var fixedSegments = SegmentsOf(glob).TakeWhile(segment => !Glob.IsPattern(segment)).ToList();
        return fixedSegments switch
        {
            [] => ".",
            [""] => "/",
            _ => string.Join('/', fixedSegments),
        };
    }

    private static string[] SegmentsOf(string glob) => glob.Replace(Path.DirectorySeparatorChar, '/').Split('/');

    private static string Relative(string root, string file) => Path.GetRelativePath(root, file).Replace(Path.DirectorySeparatorChar, '/');
}

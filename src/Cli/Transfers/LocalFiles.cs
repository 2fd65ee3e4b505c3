namespace S3Auth.Cli.Transfers;

/// <summary>A file of this machine and where it goes within the miner's folder.</summary>
internal sealed record LocalFile(FileInfo File, string Path);

/// <summary>
/// The files that paths on a command line mean: a file under its name, a folder's files under their ways within it, a glob's under their
/// ways below its fixed part. Hidden files (their name or a folder's begins with a dot) and links to folders are passed over.
/// </summary>
internal static class LocalFiles
{
    private static readonly EnumerationOptions Everything = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.Hidden | FileAttributes.System,
        IgnoreInaccessible = false,
    };

    /// <param name="paths">What was typed.</param>
    /// <param name="settings">Where they go.</param>
    /// <exception cref="UsageException">A path means nothing, or two files would go to one place.</exception>
    internal static List<LocalFile> Find(IEnumerable<string> paths, UploadSettings settings)
    {
        var found = new Dictionary<string, LocalFile>(StringComparer.Ordinal);
        foreach (var (file, relative) in paths.SelectMany(Expand))
        {
            var path = settings.PathOf(relative);
            if (found.TryGetValue(path, out var other) && other.File.FullName != file.FullName)
            {
                throw new UsageException(DescribeCollision(other, new LocalFile(file, path)));
            }

            found[path] = new LocalFile(file, path);
        }

        return [.. found.Values.OrderBy(file => file.Path, StringComparer.Ordinal)];
    }

    internal static string DescribeCollision(LocalFile one, LocalFile other) =>
        $"{one.File.FullName} and {other.File.FullName} would both become {Report.Safe(one.Path)}: upload one of them with --to.";

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
            : throw new UsageException($"There is no {path}.");
    }

    private static IEnumerable<(FileInfo File, string Relative)> InFolder(string path)
    {
        // A link to a folder may lead round in a circle.
        var root = new DirectoryInfo(path);
        return new System.IO.Enumeration.FileSystemEnumerable<FileInfo>(root.FullName, (ref entry) => (FileInfo)entry.ToFileSystemInfo(), Everything)
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory,
            ShouldRecursePredicate = (ref entry) => (entry.Attributes & FileAttributes.ReparsePoint) == FileAttributes.None,
        }.Select(file => (file, Relative(root.FullName, file.FullName)));
    }

    private static List<(FileInfo File, string Relative)> Matching(string glob)
    {
        var parts = glob.Replace(Path.DirectorySeparatorChar, '/').Split('/');
        var isFixed = parts.TakeWhile(part => !Glob.IsPattern(part)).ToList();
        var root = isFixed.Count == 0 ? "." : string.Join('/', isFixed);
        root = root.Length == 0 ? "/" : root;
        if (!Directory.Exists(root))
        {
            throw new UsageException($"There is no folder {root}, where {glob} would be.");
        }

        var pattern = new Glob(string.Join('/', parts.Skip(isFixed.Count)));
        var matches = InFolder(root).Where(file => pattern.Matches(file.Relative)).ToList();
        return matches.Count > 0 ? matches : throw new UsageException($"Nothing is like {glob}.");
    }

    private static string Relative(string root, string file) => Path.GetRelativePath(root, file).Replace(Path.DirectorySeparatorChar, '/');
}

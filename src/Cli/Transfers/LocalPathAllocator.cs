namespace S3Auth.Cli.Transfers;

/// <summary>
/// Allocates a distinct local path to each key. A store can have <c>a</c> beside <c>a/b</c>, but a file system cannot: the later of the two
/// gets a <c>%</c> at the end of its name. No other name ends with <c>%</c>. If the file system ignores case, and another name already has
/// the path, more characters of the name are escaped (<see cref="LocalName.Escape(string)"/>). The file system keeps the first name, so
/// later runs allocate the same paths. If the file system ignores Unicode forms, all forms but one are escaped. Thread-safe.
/// </summary>
/// <param name="folder">The folder of all paths.</param>
/// <param name="folding">The names that the folder's file system treats as the same.</param>
internal sealed class LocalPathAllocator(string folder, NameFolding folding)
{
    private const int MaxFolders = 1000;

    private readonly Lock _gate = new();
    private readonly HashSet<string> _beingWritten = new(StringComparer.Ordinal);

    // For each folder, its names by their folded form. Each folder is read once.
    private readonly Dictionary<string, Dictionary<string, string>> _names = new(StringComparer.Ordinal);

    /// <summary>Allocates a path and creates its folder. Dispose the result when the file is written.</summary>
    /// <param name="name">The safe name relative to the folder, with <c>/</c> between segments.</param>
    /// <exception cref="UsageException">The path belongs to a file that is being written.</exception>
    internal AllocatedPath Allocate(string name)
    {
        lock (_gate)
        {
            var segments = name.Split('/');
            var parent = folder;
            foreach (var segment in segments.AsSpan(..^1))
            {
                parent = PathIn(parent, segment, path => File.Exists(path) || _beingWritten.Contains(path));
            }

            Directory.CreateDirectory(parent);
            var path = PathIn(parent, segments[^1], Directory.Exists);
            return _beingWritten.Add(path)
                ? new AllocatedPath(this, path, Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/'))
                : throw new UsageException($"{name} is already being written, because the server listed it twice.");
        }
    }

    // A file cannot have the path of a folder, or a folder that of a file.
    private string PathIn(string parent, string segment, Func<string, bool> isTakenByOtherKind)
    {
        var path = Path.Combine(parent, DistinctNameIn(parent, segment));
        return isTakenByOtherKind(path) ? Path.Combine(parent, DistinctNameIn(parent, Path.GetFileName(path) + "%")) : path;
    }

    private string DistinctNameIn(string parent, string segment)
    {
        if (folding == NameFolding.None)
        {
            return segment;
        }

        segment = folding.HasFlag(NameFolding.Normalization) && UnicodeEquivalence.MayHaveOtherForms(segment)
            ? LocalName.Escape(segment)
            : segment;
        var names = NamesIn(parent);
        var isKnown = names.TryGetValue(Fold(segment), out var existing);
        if (existing == segment)
        {
            return segment;
        }

        // The file system may fold more names than this class knows.
        var name = isKnown || Path.Exists(Path.Combine(parent, segment)) ? LocalName.Escape(segment) : segment;
        names[Fold(name)] = name;
        return name;
    }

    private Dictionary<string, string> NamesIn(string parent)
    {
        if (_names.TryGetValue(parent, out var names))
        {
            return names;
        }

        if (_names.Count >= MaxFolders)
        {
            _names.Clear();
        }

        names = new Dictionary<string, string>(StringComparer.Ordinal);
        var existing = Directory.Exists(parent) ? Directory.EnumerateFileSystemEntries(parent) : [];
        foreach (var path in existing.Concat(_beingWritten.Where(path => Path.GetDirectoryName(path) == parent)))
        {
            var name = Path.GetFileName(path);
            names[Fold(name)] = name;
        }

        _names[parent] = names;
        return names;
    }

    private string Fold(string name) => folding.HasFlag(NameFolding.Case) ? name.ToUpperInvariant() : name;

    private void Release(string path)
    {
        lock (_gate)
        {
            _beingWritten.Remove(path);
        }
    }

    /// <summary>The path of a file that is being written.</summary>
    internal sealed class AllocatedPath(LocalPathAllocator allocator, string path, string name) : IDisposable
    {
        internal string Path => path;

        /// <summary>The path relative to the folder, with <c>/</c> between segments.</summary>
        internal string Name => name;

        public void Dispose() => allocator.Release(path);
    }
}

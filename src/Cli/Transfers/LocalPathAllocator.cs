namespace S3Auth.Cli.Transfers;

/// <summary>
/// Hands out the places of files below a folder. A store has <c>a</c> beside <c>a/b</c>, a file system has not: the later of the two gets
/// a <c>%</c> at the end of its name, which no other name has there. If the file system ignores case, a name whose path is already taken by
/// another name is escaped further (<see cref="LocalName.Escape(string)"/>). The file system keeps the spelling of the first name, so later
/// runs decide in the same way. If the file system ignores the Unicode spelling, all spellings but one are escaped. Thread-safe.
/// </summary>
/// <param name="folder">The folder.</param>
/// <param name="folding">Which names the file system treats as the same below it.</param>
internal sealed class LocalPathAllocator(string folder, NameFolding folding)
{
    private const int MaxFolders = 1000;

    private readonly Lock _gate = new();
    private readonly HashSet<string> _beingWritten = new(StringComparer.Ordinal);

    // The names in a folder, by their folded form. Each folder is read once, however many files it gets.
    private readonly Dictionary<string, Dictionary<string, string>> _names = new(StringComparer.Ordinal);

    /// <summary>A file's place, in a folder that exists then. Disposed when it was written.</summary>
    /// <param name="name">Its name within the folder, with <c>/</c> between segments, safe.</param>
    /// <exception cref="UsageException">It is the place of a file that is being written.</exception>
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
            var place = PathIn(parent, segments[^1], Directory.Exists);
            return _beingWritten.Add(place)
                ? new AllocatedPath(this, place, Path.GetRelativePath(folder, place).Replace(Path.DirectorySeparatorChar, '/'))
                : throw new UsageException($"{name} is already being written: the server listed it twice.");
        }
    }

    private string PathIn(string parent, string segment, Func<string, bool> isOfAnotherKind)
    {
        var path = Path.Combine(parent, Distinguish(parent, segment));
        return isOfAnotherKind(path) ? Path.Combine(parent, Distinguish(parent, Path.GetFileName(path) + "%")) : path;
    }

    private string Distinguish(string parent, string segment)
    {
        if (folding == NameFolding.None)
        {
            return segment;
        }

        segment = folding.HasFlag(NameFolding.Normalization) && UnicodeEquivalence.MayHaveOtherForms(segment) ? LocalName.Escape(segment) : segment;
        var names = NamesIn(parent);
        var isKnown = names.TryGetValue(Fold(segment), out var there);
        if (there == segment)
        {
            return segment;
        }

        // A file system may fold more names than this class knows.
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
        var there = Directory.Exists(parent) ? Directory.EnumerateFileSystemEntries(parent) : [];
        foreach (var path in there.Concat(_beingWritten.Where(path => Path.GetDirectoryName(path) == parent)))
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

    internal sealed class AllocatedPath(LocalPathAllocator places, string path, string name) : IDisposable
    {
        internal string Path => path;

        /// <summary>The same within the folder.</summary>
        internal string Name => name;

        public void Dispose() => places.Release(path);
    }
}

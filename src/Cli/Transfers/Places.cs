namespace S3Auth.Cli.Transfers;

/// <summary>
/// Hands out the places of files below a folder. A store has <c>a</c> beside <c>a/b</c>, a file system has not: the later of the two gets
/// a <c>%</c> at the end of its name, which no other name has there. Used from several threads.
/// </summary>
internal sealed class Places(string folder)
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _beingWritten = new(StringComparer.Ordinal);

    // Where a file system takes letters of different case for the same, two keys may have one place.
    private readonly HashSet<string>? _taken = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? new(StringComparer.OrdinalIgnoreCase) : null;

    /// <summary>A file's place, in a folder that exists then. Disposed when it was written.</summary>
    /// <param name="name">Its name within the folder, with <c>/</c> between segments, safe.</param>
    /// <exception cref="UsageException">It is the place of another file of this run.</exception>
    internal Place Claim(string name)
    {
        lock (_gate)
        {
            var segments = name.Split('/');
            var parent = folder;
            foreach (var segment in segments.AsSpan(..^1))
            {
                parent = Path.Combine(parent, segment);
                if (File.Exists(parent) || _beingWritten.Contains(parent))
                {
                    parent += "%";
                }
            }

            Directory.CreateDirectory(parent);
            var path = Path.Combine(parent, segments[^1]);
            if (Directory.Exists(path))
            {
                path += "%";
            }

            if (_taken?.Add(path) == false || !_beingWritten.Add(path))
            {
                throw new UsageException($"{name} is the place of another file as well: this file system takes their names for the same.");
            }

            return new Place(this, path, Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/'));
        }
    }

    private void Release(string path)
    {
        lock (_gate)
        {
            _beingWritten.Remove(path);
        }
    }

    internal sealed class Place(Places places, string path, string name) : IDisposable
    {
        internal string Path => path;

        /// <summary>The same within the folder.</summary>
        internal string Name => name;

        public void Dispose() => places.Release(path);
    }
}

namespace S3Auth.Client.Downloads;

/// <summary>
/// Names the part files of downloads: one for each version of a file whose download started. Searches each folder once for parts of earlier
/// runs. Thread-safe.
/// </summary>
internal sealed class PartFiles
{
    private const string Ending = ".s3auth-part";
    private const int MaxFolders = 1000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Dictionary<string, List<string>>> _folders = new(StringComparer.Ordinal);

    /// <summary>
    /// Returns the part file of this version of a file. Deletes the parts of other versions, because an owner who keeps replacing a file
    /// could fill the disk with them.
    /// </summary>
    internal string Begin(RemoteFile file, string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var start = $".{Digest(file.KeyBytes)}-";
        var name = $"{start}{Digest(Encoding.UTF8.GetBytes($"{file.ETag}\n{file.Size}"))}{Ending}";
        List<string> others;
        lock (_gate)
        {
            var parts = PartsIn(folder);
            others = parts.TryGetValue(start, out var known) ? known : [];
            parts[start] = [name];
        }

        foreach (var other in others)
        {
            if (other != name)
            {
                File.Delete(Path.Combine(folder, other));
            }
        }

        return Path.Combine(folder, name);
    }

    /// <summary>Forgets a part that was moved to its path or deleted.</summary>
    internal void End(RemoteFile file, string part)
    {
        lock (_gate)
        {
            if (_folders.TryGetValue(Path.GetDirectoryName(part)!, out var parts))
            {
                parts.Remove($".{Digest(file.KeyBytes)}-");
            }
        }
    }

    private Dictionary<string, List<string>> PartsIn(string folder)
    {
        if (_folders.TryGetValue(folder, out var parts))
        {
            return parts;
        }

        if (_folders.Count >= MaxFolders)
        {
            _folders.Clear();
        }

        parts = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var part in Directory.EnumerateFiles(folder, $".*-*{Ending}").Select(part => Path.GetFileName(part)))
        {
            var start = part[..(part.IndexOf('-', StringComparison.Ordinal) + 1)];
            if (parts.TryGetValue(start, out var others))
            {
                others.Add(part);
            }
            else
            {
                parts[start] = [part];
            }
        }

        _folders[folder] = parts;
        return parts;
    }

    private static string Digest(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 12));
}

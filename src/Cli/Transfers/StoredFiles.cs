using System.Collections.Concurrent;

namespace S3Auth.Cli.Transfers;

/// <summary>The files that the store already has, as of one listing of the miner's folder. Thread-safe.</summary>
internal sealed class StoredFiles : IDisposable
{
    // Null for a file that this run uploaded.
    private readonly ConcurrentDictionary<string, RemoteFile?> _files = new(StringComparer.Ordinal);
    private readonly List<RemoteFile> _others = [];
    private readonly FolderSource _folder;
    private readonly string _prefix;
    private readonly SemaphoreSlim _gate = new(1);
    private Dictionary<string, RemoteFile>? _withUrls;

    private StoredFiles(FolderSource folder, string prefix) => (_folder, _prefix) = (folder, prefix);

    /// <summary>The listed files that are not among the wanted ones. Empty unless a prefix was given.</summary>
    internal IReadOnlyList<RemoteFile> Others => _others;

    /// <summary>The store's time minus this machine's; null if it is not known.</summary>
    internal TimeSpan? ClockSkew { get; private init; }

    /// <summary>Lists the miner's folder, except with <see cref="UploadSettings.Force"/>.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="settings">The destination of the files.</param>
    /// <param name="keys">The keys of the wanted files.</param>
    /// <param name="prefix">Lists everything with this prefix; null for the common prefix of the keys, without other files.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    internal static async Task<StoredFiles> FindAsync(
        FolderSource folder,
        UploadSettings settings,
        IReadOnlyCollection<string> keys,
        string? prefix,
        CancellationToken cancellationToken)
    {
        var common = prefix ?? CommonPrefixOf(keys);
        if (settings.Force || keys.Count == 0)
        {
            return new StoredFiles(folder, common);
        }

        var listing = await folder.ListAsync(common, settings.Refresh, cancellationToken);
        var found = new StoredFiles(folder, common) { ClockSkew = listing.ClockSkew };
        var wanted = keys.ToHashSet(StringComparer.Ordinal);
        foreach (var file in listing.Files)
        {
            if (file.HasTextKey && wanted.Contains(file.Key))
            {
                found._files[file.Key] = file;
            }
            else if (prefix is not null)
            {
                found._others.Add(file);
            }
        }

        return found;
    }

    /// <summary>Returns the stored file with a key; null if there was none, or this run replaced it.</summary>
    internal RemoteFile? Find(string key) => _files.GetValueOrDefault(key);

    /// <summary>Whether the store has a file with a key.</summary>
    internal bool Has(string key) => _files.ContainsKey(key);

    /// <summary>Records that this run uploaded a file.</summary>
    internal void AddUploaded(string key) => _files[key] = null;

    /// <summary>
    /// Returns a file with a URL to read it; null if the store has another version now, or none. If the ETag is not known, any version is
    /// the same. The first call without a URL costs a grant per 1,000 files.
    /// </summary>
    internal async Task<RemoteFile?> WithUrlAsync(RemoteFile file, CancellationToken cancellationToken)
    {
        if (file.Url is not null)
        {
            return file;
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            // After a new upload, a file may be on two pages.
            _withUrls ??= (await _folder.ListWithUrlsAsync(_prefix, cancellationToken))
                .Where(one => one.HasTextKey)
                .DistinctBy(one => one.Key, StringComparer.Ordinal)
                .ToDictionary(one => one.Key, StringComparer.Ordinal);
            return _withUrls.GetValueOrDefault(file.Key) is { } found && (file.ETag.Length == 0 || found.ETag == file.ETag)
                ? found
                : null;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    // The prefix can end within a name: to list one file in a folder of 50,000 files must not cost 50 grants.
    private static string CommonPrefixOf(IEnumerable<string> keys)
    {
        string? prefix = null;
        foreach (var key in keys)
        {
            prefix = prefix is null ? key : prefix[..prefix.AsSpan().CommonPrefixLength(key)];
        }

        // The keys may differ in the second half of a surrogate pair. Half a pair is not valid text.
        return prefix is [.., var last] && char.IsHighSurrogate(last) ? prefix[..^1] : prefix ?? "";
    }
}

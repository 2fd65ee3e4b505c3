using System.Collections.Concurrent;

namespace S3Auth.Cli.Transfers;

/// <summary>The files that the store already has, as of one listing of the miner's folder. Thread-safe.</summary>
internal sealed class StoredFiles
{
    // Null for a file that this run uploaded.
    private readonly ConcurrentDictionary<string, RemoteFile?> _files = new(StringComparer.Ordinal);

    private readonly List<RemoteFile> _others = [];

    /// <summary>The listed files that are not among the wanted ones. Empty unless a prefix was given.</summary>
    internal IReadOnlyList<RemoteFile> Others => _others;

    /// <summary>
    /// Lists the miner's folder, except with <see cref="UploadSettings.Force"/>. Each page counts as a grant, so it lists only the common
    /// prefix of the keys.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="settings">The destination of the files.</param>
    /// <param name="structure">The deployment.</param>
    /// <param name="keys">The keys of the wanted files.</param>
    /// <param name="prefix">Lists everything with this prefix; null for the common prefix of the keys, without other files.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    internal static async Task<StoredFiles> FindAsync(
        Session session,
        UploadSettings settings,
        Structure structure,
        IReadOnlyCollection<string> keys,
        string? prefix,
        CancellationToken cancellationToken)
    {
        var found = new StoredFiles();
        if (!settings.Force && keys.Count > 0)
        {
            var wanted = keys.ToHashSet(StringComparer.Ordinal);
            var files = session.Client.CreateReader().ListAsync(
                FileOwner.Own(session.Coldkey), settings.SourceIn(structure), prefix ?? CommonPrefixOf(keys), cancellationToken);
            await foreach (var file in files)
            {
                if (wanted.Contains(file.Key))
                {
                    found._files[file.Key] = file;
                }
                else if (prefix is not null)
                {
                    found._others.Add(file);
                }
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

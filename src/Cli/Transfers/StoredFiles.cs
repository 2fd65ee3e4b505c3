using System.Collections.Concurrent;

namespace S3Auth.Cli.Transfers;

/// <summary>The files to upload that the store already has, as of one listing of the miner's folder. Thread-safe.</summary>
internal sealed class StoredFiles
{
    private readonly ConcurrentDictionary<string, RemoteFile> _files = new(StringComparer.Ordinal);

    /// <summary>
    /// Lists the miner's folder, except with <see cref="UploadSettings.Force"/>. Each page counts as a grant, so it lists only the common
    /// prefix of the keys.
    /// </summary>
    internal static async Task<StoredFiles> FindAsync(
        Session session,
        UploadSettings settings,
        Structure structure,
        IReadOnlyCollection<string> keys,
        CancellationToken cancellationToken)
    {
        var found = new StoredFiles();
        if (!settings.Force && keys.Count > 0)
        {
            var wanted = keys.ToHashSet(StringComparer.Ordinal);
            var files = session.Client.CreateReader().ListAsync(
                FileOwner.Own(session.Wallet.Coldkey), settings.SourceIn(structure), CommonPrefixOf(keys), cancellationToken);
            await foreach (var file in files)
            {
                if (wanted.Contains(file.Key))
                {
                    found._files[file.Key] = file;
                }
            }
        }

        return found;
    }

    /// <summary>Returns the stored file with a key; null if there was none.</summary>
    internal RemoteFile? Find(string key) => _files.GetValueOrDefault(key);

    /// <summary>Removes a file that was replaced.</summary>
    internal void Forget(string key) => _files.TryRemove(key, out _);

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

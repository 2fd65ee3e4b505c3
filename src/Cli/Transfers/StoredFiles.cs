using System.Collections.Concurrent;

namespace S3Auth.Cli.Transfers;

/// <summary>Which of the files that are to be brought into the miner's folder it had when it was looked at. Used from several threads.</summary>
internal sealed class StoredFiles
{
    private readonly ConcurrentDictionary<string, RemoteFile> _files = new(StringComparer.Ordinal);

    /// <summary>Looks, unless it is told not to. Each page counts as a grant: nothing is listed that cannot be one of these.</summary>
    internal static async Task<StoredFiles> FindAsync(
        Session session, UploadSettings settings, Structure structure, IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        var found = new StoredFiles();
        if (!settings.Force && keys.Count > 0)
        {
            var wanted = keys.ToHashSet(StringComparer.Ordinal);
            var own = FileOwner.Own(session.Wallet.Coldkey);
            await foreach (var file in session.Client.CreateReader().ListAsync(own, settings.SourceIn(structure), KeyPrefix.CommonTo(keys), cancellationToken))
            {
                if (wanted.Contains(file.Key))
                {
                    found._files[file.Key] = file;
                }
            }
        }

        return found;
    }

    /// <summary>What it had; null where it had none.</summary>
    internal RemoteFile? Find(string key) => _files.GetValueOrDefault(key);

    /// <summary>It has another now.</summary>
    internal void Forget(string key) => _files.TryRemove(key, out _);
}

namespace S3Auth.Client.Uploads;

/// <summary>
/// Finds out whether the store has a file, after a request whose answer was lost: a second attempt is then refused, although the first one
/// succeeded. Costs one grant.
/// </summary>
internal sealed class StoredFileFinder(FileReader reader, DeploymentStructure structure, AccountId coldkey)
{
    /// <summary>Whether the store has a file with this key, size and ETag.</summary>
    /// <param name="key">The key.</param>
    /// <param name="file">The file.</param>
    /// <param name="etagOf">Returns the ETag that the file must have. Called if the size is right.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    internal async Task<bool> IsStoredAsync(
        string key, FileToUpload file, Func<Task<string>> etagOf, CancellationToken cancellationToken)
    {
        var sources = (await structure.GetAsync(cancellationToken).ConfigureAwait(false)).Sources;
        var source = file.Source ?? (sources.Count > 0 ? sources[0] : null);
        var found = reader.ListAsync(FileOwner.Own(coldkey), source, key, cancellationToken);
        await foreach (var stored in found.ConfigureAwait(false))
        {
            // Listings are ordered, so the key itself comes before longer ones.
            return stored.Key == key && stored.Size == file.Size
                && string.Equals(stored.ETag, await etagOf().ConfigureAwait(false), StringComparison.OrdinalIgnoreCase);
        }

        return false;
    }
}

namespace S3Auth.Cli.Grants;

/// <summary>
/// Lists the miner's own folder at the lowest cost: by the listing of the kept folder grant, which costs nothing, then by the listing of an
/// earlier run, then by pages, each of which costs a grant.
/// </summary>
/// <param name="session">The session.</param>
/// <param name="structure">The deployment.</param>
/// <param name="source">The source; null if the deployment has none.</param>
internal sealed class FolderSource(Session session, Structure structure, string? source)
{
    private const int FilesPerPage = 1000;

    private readonly FileOwner _owner = FileOwner.Own(session.Coldkey);

    /// <summary>What is known of the folder between runs.</summary>
    internal KeptFiles Kept { get; } = new(session.State, session.Coldkey, source, session.Time);

    /// <summary>Lists the files with a prefix.</summary>
    /// <param name="prefix">The prefix of the keys.</param>
    /// <param name="isRefreshed">Whether to list again, instead of using the listing of an earlier run.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    internal async Task<FolderListing> ListAsync(string prefix, bool isRefreshed, CancellationToken cancellationToken)
    {
        if (!isRefreshed && Kept.FindListing(prefix) is { } kept)
        {
            return new FolderListing([.. kept.Select(file => ToRemote(file.Key, file.Value)).Where(IsWanted)], ClockSkew: null);
        }

        if (structure.HasUploadForms)
        {
            var folder = session.Client.OpenFolder(session.Coldkey);
            if (isRefreshed)
            {
                // The kept grant lists the bucket that it was granted for. The operator may have moved the files to another one.
                await folder.RequestGrantAsync(cancellationToken);
            }

            if (await folder.ListAsync(source, prefix: null, cancellationToken) is { } listing)
            {
                Kept.SetListing(listing.Files, prefix: "", pages: 0);
                return listing with { Files = [.. listing.Files.Where(IsWanted)] };
            }
        }

        var files = await ListWithUrlsAsync(prefix, cancellationToken);
        Kept.SetListing(files, prefix, (files.Count / FilesPerPage) + 1);
        return new FolderListing(files, ClockSkew: null);

        bool IsWanted(RemoteFile file) => file.Key.StartsWith(prefix, StringComparison.Ordinal);
    }

    /// <summary>Lists the files with a prefix by pages, with URLs to read them.</summary>
    internal async Task<IReadOnlyList<RemoteFile>> ListWithUrlsAsync(string prefix, CancellationToken cancellationToken)
    {
        var files = new List<RemoteFile>();
        await foreach (var file in session.Client.CreateReader().ListAsync(_owner, source, prefix, cancellationToken))
        {
            files.Add(file);
        }

        return files;
    }

    private RemoteFile ToRemote(string key, KeptFile file) => RemoteFile.WithoutUrl(key, file.Size, file.Modified, file.ETag, _owner);
}

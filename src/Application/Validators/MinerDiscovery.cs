namespace S3Auth.Application.Validators;

/// <summary>Finds all miners' folders in the bucket, and the jobs' folders inside them. Lists folders only, not objects.</summary>
internal sealed class MinerDiscovery(FolderLayout layout, IObjectStore store, TimeProvider time)
{
    /// <summary>
    /// The maximum number of jobs that are listed in one folder, so that one miner can neither fill nor delay everybody's responses.
    /// </summary>
    internal const int MaxJobsPerFolder = 1000;

    /// <summary>
    /// The maximum number of jobs in one response. If there are more, each folder shows a fair share (<see cref="JobShares"/>).
    /// </summary>
    internal const int MaxJobs = 50_000;

    /// <summary>The maximum number of concurrent listings of one request.</summary>
    internal const int MaxConcurrency = 16;

    private volatile Miners? _last;

    /// <returns>
    /// Each owner of a folder once, with its folders in the order of the layout. If the store returns a cached listing, requests share the
    /// list that was made from it.
    /// </returns>
    internal async Task<IReadOnlyList<FoundMiner>> FindAsync(CancellationToken cancellationToken)
    {
        var found = await Task.WhenAll(
            layout.DiscoveryPrefixes.Select(folder => store.ListFoldersAsync(folder.Prefix, maxEntries: null, cancellationToken)));
        if (_last is { } last && last.Pages.SequenceEqual(found, ReferenceEqualityComparer.Instance))
        {
            return last.Found;
        }

        var miners = Read(found);
        _last = new Miners(found, miners);
        return miners;
    }

    private FoundMiner[] Read(FolderPage[] found)
    {
        var miners = new Dictionary<AccountId, List<Folder>>(found[0].Prefixes.Count);
        for (var i = 0; i < found.Length; i++)
        {
            foreach (var prefix in found[i].Prefixes)
            {
                if (!layout.TryReadFolder(layout.DiscoveryPrefixes[i], prefix, out var folder, out var owner))
                {
                    continue;
                }

                if (!miners.TryGetValue(owner, out var folders))
                {
                    miners.Add(owner, folders = new List<Folder>(found.Length));
                }

                folders.Add(folder);
            }
        }

        return [.. miners.Select(miner => new FoundMiner(miner.Key, new AccountAddress(miner.Key.ToString()), miner.Value))];
    }

    /// <summary>Finds the jobs' folders in miners' folders.</summary>
    /// <param name="folders">The miners' folders.</param>
    /// <param name="memory">The lease for the memory of the jobs.</param>
    /// <param name="cancellationToken">Cancels the listings.</param>
    /// <exception cref="RefusedException">
    /// <c>storage_timeout</c>: the listings together took longer than the timeout of a listing; <c>server_busy</c>:
    /// responses in flight use the whole memory budget.
    /// </exception>
    internal async Task<IReadOnlyDictionary<Folder, FoundJobs>> FindJobsAsync(
        IReadOnlyCollection<Folder> folders, ResponseMemoryLease memory, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(store.Info.ListingTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var shares = new JobShares(MaxJobs, memory);
        try
        {
            await Parallel.ForEachAsync(
                folders,
                new ParallelOptions { MaxDegreeOfParallelism = MaxConcurrency, CancellationToken = either.Token },
                async (folder, token) =>
                {
                    var page = await store.ListFoldersAsync(FolderLayout.JobsIn(folder), MaxJobsPerFolder, token);
                    shares.Add(folder, ReadJobs(folder, page));
                });
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw RefusedException.StorageTimeout(late);
        }

        return shares.Divide();
    }

    private static FoundJobs ReadJobs(Folder folder, FolderPage page)
    {
        var jobs = new List<FoundJob>(page.Prefixes.Count);
        foreach (var prefix in page.Prefixes)
        {
            if (FolderLayout.TryReadJob(folder, prefix, out var id))
            {
                jobs.Add(new FoundJob(id, prefix));
            }
        }

        return new FoundJobs(jobs, page.HasMore);
    }

    private sealed record Miners(FolderPage[] Pages, IReadOnlyList<FoundMiner> Found);
}

/// <param name="Owner">The account that names the folders.</param>
/// <param name="Address">The address of the owner.</param>
/// <param name="Folders">The existing folders, at least one.</param>
internal sealed record FoundMiner(AccountId Owner, AccountAddress Address, IReadOnlyList<Folder> Folders);

/// <summary>The SS58 address of an account, as text. Kept, because its checksum takes a hash to compute.</summary>
/// <param name="Text">The canonical SS58 text.</param>
public readonly record struct AccountAddress(string Text);

/// <param name="Jobs">The jobs' folders.</param>
/// <param name="HasMore">Whether the folder has more jobs.</param>
internal sealed record FoundJobs(IReadOnlyList<FoundJob> Jobs, bool HasMore);

/// <param name="Id">The id of the job.</param>
/// <param name="Prefix">The prefix of its folder.</param>
internal readonly record struct FoundJob(JobId Id, string Prefix);

namespace S3Auth.Application.Validators;

/// <summary>Finds every miner's folder that exists in the bucket, however many there are. Lists folders only, never objects.</summary>
internal sealed class MinerDiscovery(FolderLayout layout, IObjectStore store, TimeProvider time)
{
    /// <summary>The most jobs looked for in one folder: one miner must neither fill everybody's answers nor hold them up.</summary>
    internal const int MostJobs = 1000;

    /// <summary>The most jobs in one answer. Where there are more, no folder shows more than an equal share (<see cref="JobShares"/>).</summary>
    internal const int MostJobsInAll = 50_000;

    /// <summary>How many miners' folders are looked into at once for one request.</summary>
    internal const int FoldersAtOnce = 16;

    private volatile Miners? _last;

    /// <returns>
    /// Every owner of a folder, once, with its folders in the layout's order. Requests that the store answers with the same listing share one
    /// list.
    /// </returns>
    internal async Task<IReadOnlyList<FoundMiner>> FindAsync(CancellationToken cancellationToken)
    {
        var found = await Task.WhenAll(layout.DiscoveryPrefixes.Select(folder => store.ListFoldersAsync(folder.Prefix, most: null, cancellationToken)));
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
                if (!FolderLayout.TryReadFolder(layout.DiscoveryPrefixes[i], prefix, out var folder, out var owner))
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

        return [.. miners.Select(miner => new FoundMiner(miner.Key, miner.Value))];
    }

    /// <summary>The jobs' folders within miners' folders.</summary>
    /// <param name="folders">The miners' folders.</param>
    /// <param name="memory">Takes what the jobs need.</param>
    /// <param name="cancellationToken">The caller gave up.</param>
    /// <exception cref="RefusedException">
    /// <c>storage_timeout</c>: all of them together took longer than one listing may; <c>server_busy</c>: answers in flight take all of
    /// their memory budget.
    /// </exception>
    internal async Task<IReadOnlyDictionary<Folder, FoundJobs>> FindJobsAsync(
        IReadOnlyCollection<Folder> folders, AnswerLease memory, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(store.Info.ListingTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        var shares = new JobShares(MostJobsInAll, memory);
        try
        {
            await Parallel.ForEachAsync(
                folders,
                new ParallelOptions { MaxDegreeOfParallelism = FoldersAtOnce, CancellationToken = either.Token },
                async (folder, token) => shares.Add(folder, ReadJobs(folder, await store.ListFoldersAsync(FolderLayout.JobsIn(folder), MostJobs, token))));
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
/// <param name="Folders">Those that exist, at least one.</param>
internal sealed record FoundMiner(AccountId Owner, IReadOnlyList<Folder> Folders);

/// <param name="Jobs">The jobs' folders.</param>
/// <param name="HasMore">Whether there are more.</param>
internal sealed record FoundJobs(IReadOnlyList<FoundJob> Jobs, bool HasMore);

/// <param name="Id">The job.</param>
/// <param name="Prefix">Its folder.</param>
internal readonly record struct FoundJob(JobId Id, string Prefix);

using System.Collections.Concurrent;
using S3Auth.Application.Ports;
using S3Auth.Application.Refusals;
using S3Auth.Domain;
using S3Auth.Substrate;

namespace S3Auth.Application.Validators;

/// <summary>Finds every miner's folder that exists in the bucket, however many there are. Lists folders only, never objects.</summary>
internal sealed class MinerDiscovery(FolderLayout layout, IObjectStore store, TimeProvider time)
{
    /// <summary>The most jobs looked for in one folder: one miner must neither fill everybody's answers nor hold them up.</summary>
    internal const int MostJobs = 1000;

    /// <summary>How many miners' folders are looked into at once for one request.</summary>
    internal const int FoldersAtOnce = 16;

    /// <returns>Every owner of a folder, once, with its folders in the layout's order.</returns>
    internal async Task<IReadOnlyList<FoundMiner>> FindAsync(CancellationToken cancellationToken)
    {
        var found = await Task.WhenAll(layout.Discovery.Select(folder => store.ListFoldersAsync(folder.Prefix, most: null, cancellationToken)));

        var miners = new Dictionary<AccountId, List<Folder>>(found[0].Prefixes.Count);
        for (var i = 0; i < found.Length; i++)
        {
            foreach (var prefix in found[i].Prefixes)
            {
                if (!FolderLayout.TryReadFolder(layout.Discovery[i], prefix, out var folder, out var owner))
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
    /// <exception cref="RefusedException"><c>storage_timeout</c>: all of them together took longer than one listing may.</exception>
    internal async Task<IReadOnlyDictionary<Folder, FoundJobs>> FindJobsAsync(IReadOnlyCollection<Folder> folders, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(store.ListingTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        var found = new ConcurrentDictionary<Folder, FoundJobs>();
        try
        {
            await Parallel.ForEachAsync(
                folders,
                new ParallelOptions { MaxDegreeOfParallelism = FoldersAtOnce, CancellationToken = either.Token },
                async (folder, token) => found[folder] = ReadJobs(folder, await store.ListFoldersAsync(FolderLayout.JobsIn(folder), MostJobs, token)));
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw RefusedException.StorageTimeout(late);
        }

        return found;
    }

    private static FoundJobs ReadJobs(Folder folder, FolderPage page)
    {
        var jobs = new List<FoundJob>();
        foreach (var prefix in page.Prefixes)
        {
            if (FolderLayout.TryReadJob(folder, prefix, out var id))
            {
                jobs.Add(new FoundJob(id, prefix));
            }
        }

        return new FoundJobs(jobs, page.HasMore);
    }
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

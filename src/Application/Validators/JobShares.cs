namespace S3Auth.Application.Validators;

/// <summary>
/// Divides the maximum number of jobs of one response fairly among the folders: folders with few jobs show all of them, the others show an
/// equal number each. No miner crowds out another, and the number of jobs in memory stays close to the limit. Thread-safe.
/// </summary>
/// <param name="maxJobs">The maximum number of jobs of all folders together.</param>
/// <param name="memory">The lease for the memory of the jobs.</param>
internal sealed class JobShares(int maxJobs, ResponseMemoryLease memory)
{
    // The objects of a job, besides the characters of its two strings.
    private const long MemoryForJob = 120;

    // Sharing visits every folder, so it runs only after a quarter more jobs than the limit have been added.
    private readonly int _maxKept = maxJobs + (maxJobs / 4);

    private readonly Lock _gate = new();
    private readonly Dictionary<Folder, FoundJobs> _found = [];
    private int _share = int.MaxValue;
    private int _count;
    private long _bytes;

    /// <exception cref="Refusals.RefusedException"><c>server_busy</c>: there is not enough memory.</exception>
    internal void Add(Folder folder, FoundJobs jobs)
    {
        lock (_gate)
        {
            _found[folder] = jobs;
            _count += jobs.Jobs.Count;
            _bytes += BytesOf(jobs);
            Cut(folder);
            if (_count > _maxKept)
            {
                Share();
            }

            memory.Resize(_bytes);
        }
    }

    /// <summary>Returns the jobs that each folder shows, after all folders were added.</summary>
    internal IReadOnlyDictionary<Folder, FoundJobs> Divide()
    {
        lock (_gate)
        {
            if (_count > maxJobs)
            {
                Share();
                memory.Resize(_bytes);
            }

            return _found;
        }
    }

    private void Share()
    {
        _share = FindShare();
        foreach (var folder in _found.Keys.ToArray())
        {
            Cut(folder);
        }
    }

    /// <summary>The largest number of jobs per folder that keeps the total within the limit.</summary>
    private int FindShare()
    {
        var (fits, exceeds) = (0, _found.Values.Max(jobs => jobs.Jobs.Count));
        while (exceeds - fits > 1)
        {
            var middle = fits + ((exceeds - fits) / 2);
            (fits, exceeds) = _found.Values.Sum(jobs => Math.Min(jobs.Jobs.Count, middle)) <= maxJobs ? (middle, exceeds) : (fits, middle);
        }

        return fits;
    }

    private void Cut(Folder folder)
    {
        var jobs = _found[folder];
        if (jobs.Jobs.Count > _share)
        {
            var cut = new FoundJobs([.. jobs.Jobs.Take(_share)], HasMore: true);
            _found[folder] = cut;
            _count -= jobs.Jobs.Count - cut.Jobs.Count;
            _bytes -= BytesOf(jobs) - BytesOf(cut);
        }
    }

    private static long BytesOf(FoundJobs jobs) => jobs.Jobs.Sum(job => MemoryForJob + (2L * (job.Id.Id.Length + job.Prefix.Length)));
}

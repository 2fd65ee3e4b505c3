namespace S3Auth.Application.Validators;

/// <summary>
/// Divides the maximum number of jobs in one answer among the folders: folders with few jobs show all of them, the others show an equal
/// number each. So no miner crowds out another, whatever their order, and the jobs in memory never exceed the limit by much. Thread-safe.
/// </summary>
/// <param name="most">The most jobs of all folders together.</param>
/// <param name="memory">Takes what the jobs need.</param>
internal sealed class JobShares(int most, AnswerLease memory)
{
    // Two strings of two bytes per character, and their objects.
    private const long MemoryForJob = 120;

    // Sharing looks at every folder, so it does not run for each added one.
    private readonly int _mostKept = most + (most / 4);

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
            if (_count > _mostKept)
            {
                Share();
            }

            memory.Resize(_bytes);
        }
    }

    /// <summary>What each folder shows, after all were added.</summary>
    internal IReadOnlyDictionary<Folder, FoundJobs> Divide()
    {
        lock (_gate)
        {
            if (_count > most)
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

    /// <summary>The largest number for each folder with which all of them stay within the limit.</summary>
    private int FindShare()
    {
        var (fits, exceeds) = (0, _found.Values.Max(jobs => jobs.Jobs.Count));
        while (exceeds - fits > 1)
        {
            var middle = fits + ((exceeds - fits) / 2);
            (fits, exceeds) = _found.Values.Sum(jobs => Math.Min(jobs.Jobs.Count, middle)) <= most ? (middle, exceeds) : (fits, middle);
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

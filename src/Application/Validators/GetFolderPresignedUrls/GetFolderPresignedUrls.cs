namespace S3Auth.Application.Validators;

/// <summary>
/// Request of a validator to list every miner's job folders. The commitment is <c>s3:validator:folders:{hotkey}:{timestamp}</c>.
/// </summary>
public sealed record GetFolderPresignedUrlsCommand : ValidatorRequest, IRequest<FolderPresignedUrls>
{
    /// <summary>The requested expiry of the grant in Unix seconds. Default: as late as possible.</summary>
    public long? Expiry { get; init; }

    internal override Commitment Commit(AccountId hotkey, long timestamp) => Commitment.FolderUrls(hotkey, timestamp);
}

internal sealed class GetFolderPresignedUrlsValidator : SignedRequestValidator<GetFolderPresignedUrlsCommand>
{
    public GetFolderPresignedUrlsValidator(AccessWindow window, TimeProvider time)
        : base(window, time)
    {
        RuleFor(command => command.Expiry).MustBeAfterNow(time);
    }
}

/// <summary>Finds all miners' folders and the jobs' folders inside them, and signs a listing of each job's folder.</summary>
internal sealed class GetFolderPresignedUrlsHandler(
    Caller caller, FolderLayout layout, MinerDiscovery discovery, GrantIssuer grants, ListingLinks links, IObjectStore store,
    ResponseMemoryLease memory)
    : IRequestHandler<GetFolderPresignedUrlsCommand, FolderPresignedUrls>
{
    public async Task<FolderPresignedUrls> Handle(GetFolderPresignedUrlsCommand request, CancellationToken cancellationToken)
    {
        var miners = await discovery.FindAsync(cancellationToken);
        var jobs = await discovery.FindJobsAsync([.. miners.SelectMany(miner => miner.Folders)], memory, cancellationToken);

        // After the listings, so that the time that the store takes does not shorten the grant.
        var grant = await grants.IssueAsync(request.Expiry, cancellationToken);

        return new FolderPresignedUrls
        {
            ValidatorHotkey = caller.Hotkey,
            Bucket = store.Info.Bucket,
            ExpirySeconds = grant.Seconds,
            ExpiryTime = grant.Expiry,
            TotalMiners = miners.Count,
            FolderUrls = miners.ToDictionary(miner => miner.Address.Text, miner => Sign(miner, jobs, grant), StringComparer.Ordinal),
            CommitmentUsed = request.ProvedText,
            Root = layout.Root,
        };
    }

    private MinerJobs Sign(FoundMiner miner, IReadOnlyDictionary<Folder, FoundJobs> found, Grant grant)
    {
        var jobs = miner.Folders.SelectMany(folder => found[folder].Jobs, (folder, job) => (folder.Source, Job: job)).ToArray();

        return new MinerJobs
        {
            MinerPath = miner.Folders[0].Prefix,
            JobFolders = new LazyList<(Source? Source, FoundJob Job), JobFolder>(jobs, one => new JobFolder(
                one.Job.Id.Id, one.Job.Prefix, links.Sign(new Listing(one.Job.Prefix), grant), one.Source?.Name)),
            TotalJobs = jobs.Length,
            HasMoreJobs = miner.Folders.Any(folder => found[folder].HasMore) ? true : null,
            Folders = layout.HasSources ? MinerFolder.Sign(miner.Folders, grant, links) : null,
        };
    }
}

namespace S3Auth.Application.Validators;

/// <summary>
/// Request of a validator to find and list every miner's folder. The commitment is <c>s3:validator:access:{timestamp}</c>.
/// </summary>
public sealed record GetValidatorAccessCommand : ValidatorRequest, IRequest<ValidatorAccess>
{
    /// <summary>The requested expiry of the grant in Unix seconds. Default: as late as possible.</summary>
    public long? Expiry { get; init; }

    internal override Commitment Commit(AccountId hotkey, long timestamp) => Commitment.ValidatorAccess(timestamp);
}

internal sealed class GetValidatorAccessValidator : SignedRequestValidator<GetValidatorAccessCommand>
{
    public GetValidatorAccessValidator(AccessWindow window, TimeProvider time)
        : base(window, time)
    {
        RuleFor(command => command.Expiry).MustBeAfterNow(time);
    }
}

/// <summary>Finds all miners' folders in the bucket and signs a listing of each.</summary>
internal sealed class GetValidatorAccessHandler(
    Caller caller, FolderLayout layout, MinerDiscovery discovery, GrantIssuer grants, ListingLinks links, IObjectStore store,
    ResponseMemoryLease memory)
    : IRequestHandler<GetValidatorAccessCommand, ValidatorAccess>
{
    private const string Delimiter = "/";

    // The memory of a miner's folders, without URLs, which are made when the response is written.
    private const long MemoryForMiner = 512;

    public async Task<ValidatorAccess> Handle(GetValidatorAccessCommand request, CancellationToken cancellationToken)
    {
        var miners = await discovery.FindAsync(cancellationToken);
        await memory.TakeAsync(miners.Count * MemoryForMiner, cancellationToken);

        // After the listing, so that the time that the store takes does not shorten the grant.
        var grant = await grants.IssueAsync(request.Expiry, cancellationToken);

        return new ValidatorAccess
        {
            Bucket = store.Info.Bucket,
            Region = store.Info.Region,
            ValidatorHotkey = caller.Hotkey,
            Expiry = grant.Expiry,
            ExpirySeconds = grant.Seconds,
            Urls = SignOverview(grant),
            Miners = new LazyList<FoundMiner, MinerFolders>(miners, miner => Sign(miner, grant)),
            StructureInfo = StructureInfo.Of(layout),
            Root = layout.Root,
        };
    }

    private ValidatorUrls SignOverview(Grant grant)
    {
        var allData = new GlobalUrls(links.Sign(new Listing(layout.Root), grant));
        var roots = layout.DiscoveryPrefixes
            .Select(folder => (folder.Source, folder.Prefix, Url: links.Sign(new Listing(folder.Prefix, Delimiter), grant)))
            .ToList();

        return layout.HasSources
            ? new ValidatorUrls(
                allData,
                roots.ToDictionary(root => root.Source!.Value.Name, root => new SourceUrls(root.Url, root.Prefix), StringComparer.Ordinal),
                Miners: null)
            : new ValidatorUrls(allData, Sources: null, new MinersUrls(roots[0].Url));
    }

    private MinerFolders Sign(FoundMiner miner, Grant grant) => new(
        miner.Address, layout.UidOf(miner.Owner, caller.Metagraph), MinerFolder.Sign(miner.Folders, grant, links));
}

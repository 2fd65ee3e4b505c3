namespace S3Auth.Application.Validators;

/// <summary>Request of a validator to list one miner's folders.</summary>
public sealed record GetMinerSpecificAccessCommand : OneMinerRequest, IRequest<MinerSpecificAccess>
{
    /// <summary>The requested expiry of the grant in Unix seconds. Default: as late as possible.</summary>
    public long? Expiry { get; init; }
}

internal sealed class GetMinerSpecificAccessValidator : OneMinerRequestValidator<GetMinerSpecificAccessCommand>
{
    public GetMinerSpecificAccessValidator(AccessWindow window, TimeProvider time, FolderLayout layout)
        : base(window, time, layout)
    {
        RuleFor(command => command.Expiry).MustBeAfterNow(time);
    }
}

/// <summary>Signs a listing of each of the miner's folders, even if they are empty.</summary>
internal sealed class GetMinerSpecificAccessHandler(
    Caller caller, FolderLayout layout, FolderOwnerResolver owners, GrantIssuer grants, ListingLinks links, IObjectStore store)
    : IRequestHandler<GetMinerSpecificAccessCommand, MinerSpecificAccess>
{
    public async Task<MinerSpecificAccess> Handle(GetMinerSpecificAccessCommand request, CancellationToken cancellationToken)
    {
        var owner = owners.Resolve(request, caller.Metagraph);
        var grant = await grants.IssueAsync(request.Expiry, cancellationToken);
        var folders = MinerFolder.Sign(layout.FoldersOf(owner), grant, links);

        return new MinerSpecificAccess
        {
            Bucket = store.Info.Bucket,
            Region = store.Info.Region,
            MinerHotkey = request.MinerHotkey,
            MinerColdkey = request.MinerColdkey,
            MinerUrl = folders[0].ListUrl,
            Prefix = folders[0].Prefix,
            Expiry = grant.Expiry,
            ExpirySeconds = grant.Seconds,
            Folders = layout.HasSources ? folders : null,
        };
    }
}

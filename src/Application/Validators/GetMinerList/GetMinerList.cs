namespace S3Auth.Application.Validators;

/// <summary>A validator asks for one page of the listing of one miner's folder.</summary>
public sealed record GetMinerListCommand : OneMinerRequest, IRequest<MinerList>
{
    /// <summary>The longest token, in characters.</summary>
    public const int LongestToken = 4096;

    /// <summary>Which source's folder; the first one's when left out.</summary>
    public Source? Source { get; init; }

    /// <summary>
    /// The store's <c>NextContinuationToken</c>, as the page before gave it, at most 4,096 characters; the first page when left out or empty. Only the
    /// store can read it: this server signs it as it is, together with the miner's prefix, so that whatever it says, nothing else is listed. To a token
    /// that the store did not give, the store answers with an error of its own (400 or 500), or with a page that begins somewhere else.
    /// </summary>
    public string? ContinuationToken { get; init; }
}

/// <summary>Signs one page: a presigned listing cannot be continued by whoever holds it.</summary>
internal sealed class GetMinerListHandler(Caller caller, FolderLayout layout, MinerFolderOwner owners, GrantIssuer grants)
    : IRequestHandler<GetMinerListCommand, MinerList>
{
    public async Task<MinerList> Handle(GetMinerListCommand request, CancellationToken cancellationToken)
    {
        var prefix = layout.FoldersOf(owners.Of(request, caller.Metagraph), request.Source)[0].Prefix;
        var token = request.ContinuationToken is { Length: > 0 } given ? given : null;
        var grant = await grants.OpenAsync(requestedExpiry: null, cancellationToken);

        return new MinerList(grant.Signer.SignList(new Listing(prefix, ContinuationToken: token), grant.Expiry), prefix, grant.Seconds)
        {
            Expiry = grant.Expiry,
        };
    }
}

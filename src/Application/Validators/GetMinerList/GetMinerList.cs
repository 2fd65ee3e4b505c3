namespace S3Auth.Application.Validators;

/// <summary>Request of a validator for one page of the listing of a miner's folder.</summary>
public sealed record GetMinerListCommand : OneMinerRequest, IRequest<MinerList>
{
    /// <summary>The maximum length of a token in characters.</summary>
    public const int MaxTokenLength = 4096;

    /// <summary>The source of the folder. Default: the first source.</summary>
    public Source? Source { get; init; }

    /// <summary>
    /// The <c>NextContinuationToken</c> of the previous page, at most 4,096 characters. Default: the first page. Only the store can read
    /// it. The server signs it together with the miner's prefix, so it cannot list anything else. If the store did not issue the token,
    /// the store answers with an error (400 or 500), or with a page that begins somewhere else.
    /// </summary>
    public string? ContinuationToken { get; init; }
}

internal sealed class GetMinerListValidator : OneMinerRequestValidator<GetMinerListCommand>
{
    public GetMinerListValidator(AccessWindow window, TimeProvider time, FolderLayout layout)
        : base(window, time, layout)
    {
        RuleFor(command => command.Source)
            .MustBeConfigured(layout, leftOut: $"'{layout.DefaultSource}'");

        RuleFor(command => command.ContinuationToken)
            .MaximumLength(GetMinerListCommand.MaxTokenLength)
            .WithMessage(
                "Send as 'continuation_token' the NextContinuationToken of the previous page, or leave it out for the first page.");
    }
}

/// <summary>Signs one page of a listing, because the holder of a presigned listing cannot request the next page with it.</summary>
internal sealed class GetMinerListHandler(Caller caller, FolderLayout layout, FolderOwnerResolver owners, GrantIssuer grants)
    : IRequestHandler<GetMinerListCommand, MinerList>
{
    public async Task<MinerList> Handle(GetMinerListCommand request, CancellationToken cancellationToken)
    {
        var prefix = layout.FoldersOf(owners.Resolve(request, caller.Metagraph), request.Source)[0].Prefix;
        var token = request.ContinuationToken is { Length: > 0 } given ? given : null;
        var grant = await grants.IssueAsync(requestedExpiry: null, cancellationToken);

        return new MinerList(grant.Signer.SignList(new Listing(prefix, ContinuationToken: token), grant.Expiry), prefix, grant.Seconds)
        {
            Expiry = grant.Expiry,
        };
    }
}

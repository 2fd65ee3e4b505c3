namespace S3Auth.Application.Sessions;

/// <summary>
/// Request for temporary credentials. The commitment is that of the role: <c>s3:data:access:{coldkey}:{hotkey}:{timestamp}</c> or
/// <c>s3:validator:access:{timestamp}</c>.
/// </summary>
public sealed record GetSessionCredentialsCommand : SignedRequest, IRequest<SessionCredentials>
{
    /// <summary>
    /// <c>miner</c>: upload into your own folders and read them. <c>validator</c>: read all miners' folders. Default: <c>miner</c>.
    /// </summary>
    public Role? Role { get; init; }

    /// <summary>The coldkey that owns the hotkey, for a miner. Optional with a proof in headers, because the chain knows it.</summary>
    public AccountId? Coldkey { get; init; }

    /// <summary>Only the folders of this source. Default: all sources.</summary>
    public Source? Source { get; init; }

    /// <summary>
    /// The requested duration in seconds, 900 to 43,200. Default: 3,600. If the deployment allows less, the credentials expire earlier.
    /// </summary>
    public long? DurationSeconds { get; init; }

    internal override Role NeededRole => Role ?? Domain.Role.Miner;

    internal override GrantKind Kind => GrantKind.Session;

    // A validator's client may send its coldkey too. Nothing depends on it.
    internal override AccountId? NamedColdkey => NeededRole == Domain.Role.Miner ? Coldkey : null;

    internal override Commitment Commit(AccountId hotkey, long timestamp) => NeededRole == Domain.Role.Miner
        ? Commitment.FolderAccess(Coldkey!.Value, hotkey, timestamp)
        : Commitment.ValidatorAccess(timestamp);
}

internal sealed class GetSessionCredentialsValidator : SignedRequestValidator<GetSessionCredentialsCommand>
{
    public GetSessionCredentialsValidator(AccessWindow window, TimeProvider time, FolderLayout layout)
        : base(window, time)
    {
        RuleFor(command => command.Coldkey)
            .NotNull().When(command => command.IsProvedByBody && command.NeededRole == Role.Miner)
            .WithMessage("Send 'coldkey': the SS58 address of the coldkey that owns the hotkey.");
        RuleFor(command => command.Source).MustBeConfigured(layout, leftOut: "all sources");
        RuleFor(command => command.DurationSeconds)
            .InclusiveBetween(SessionRules.MinSeconds, SessionRules.MaxSeconds)
            .WithMessage(
                $"Send {SessionRules.MinSeconds} to {SessionRules.MaxSeconds} seconds as 'duration_seconds', or leave it out for one "
                    + "hour.");
    }
}

/// <summary>Issues temporary credentials that are limited to the caller's folders, or to reading all miners' folders.</summary>
internal sealed class GetSessionCredentialsHandler(
    CallersSessions callers, ISessionIssuer issuer, SessionCache cache, SessionRules rules)
    : IRequestHandler<GetSessionCredentialsCommand, SessionCredentials>
{
    public async Task<SessionCredentials> Handle(GetSessionCredentialsCommand request, CancellationToken cancellationToken)
    {
        if (issuer.Mode == SessionMode.Off)
        {
            throw Unsupported(request.NeededRole);
        }

        var (scope, duration) = (callers.ScopeOf(request), rules.DurationOf(request.DurationSeconds));
        if (!issuer.CanIssue(scope))
        {
            throw RefusedException.TooManySources();
        }

        var session = await issuer.IssueAsync(scope, duration, cancellationToken);
        cache.Add(scope, duration, session);
        return callers.Describe(scope, session);
    }

    private static RefusedException Unsupported(Role role) => new(
        RefusalCode.SessionCredentialsUnsupported,
        role == Role.Miner
            ? "This deployment gives no temporary credentials; call /get-file-upload-urls to upload files, and /list-my-files to list and "
                + "download your own."
            : "This deployment gives no temporary credentials; call /list-files to list and download one miner's files, and "
                + "/get-validator-access to find all miners.");
}

namespace S3Auth.Application.Sessions;

/// <summary>The sessions of the caller of this request: what they give access to, and how a client uses them.</summary>
internal sealed class CallersSessions(Caller caller, FolderLayout layout, IObjectStore store, IStoreState state)
{
    private static readonly string[] RulesOfUploads = ["file_size", "daily_files", "write_once"];

    /// <summary>
    /// The scope of a session: a miner's own folders; for a validator the prefix of all miners' files. If there is no such prefix, the
    /// prefix of each source.
    /// </summary>
    internal SessionScope ScopeOf(GetSessionCredentialsCommand request) => new(
        caller.Hotkey,
        request.NeededRole,
        request.NeededRole == Role.Miner
            ? [.. caller.FoldersIn(layout, request.Source).Select(folder => folder.Prefix)]
            : request.Source is null && layout.Root.Length > 0
            ? [layout.Root]
            : [.. layout.DiscoveryPrefixes.Where(one => request.Source is null || one.Source == request.Source).Select(one => one.Prefix)]);

    /// <summary>Describes a session to the client.</summary>
    internal SessionCredentials Describe(SessionScope scope, Session session, bool isReused = false) => new()
    {
        AccessKeyId = session.AccessKeyId,
        SecretAccessKey = session.SecretAccessKey,
        SessionToken = session.SessionToken,
        Expiration = session.Expiry,
        Endpoint = store.Info.ClientEndpoint,
        Region = store.Info.Region,
        Bucket = store.Info.Bucket,
        Addressing = state.Current.Capabilities.Addressing.ToName(),
        Prefixes = scope.Prefixes,
        Actions = SessionPolicy.ActionsOf(scope.MayWrite),
        NotEnforced = scope.MayWrite ? RulesOfUploads : [],
        IsReused = isReused,
    };
}

namespace S3Auth.Api.Configuration;

/// <summary>Everything an operator can set, parsed. What each is called in the environment, and what holds where nothing is set, stands in <see cref="Settings"/>.</summary>
internal sealed record ServiceOptions
{
    /// <summary>The port of the API.</summary>
    public required int Port { get; init; }

    /// <summary>Where clients reach the API; null where the operator does not say.</summary>
    public required Uri? PublicUrl { get; init; }

    /// <summary>The address of S3Auth's sources, to which the page links; null for none.</summary>
    public required Uri? ProjectUrl { get; init; }

    /// <summary>The audiences that this server accepts in proofs.</summary>
    public required Audiences Audiences { get; init; }

    /// <summary>Listen on this machine only: in development, where the accounts' keys are known to everyone.</summary>
    public required bool LoopbackOnly { get; init; }

    /// <summary>The subnet.</summary>
    public required ushort Netuid { get; init; }

    /// <summary>The chain that says who is registered; null for a static metagraph.</summary>
    public required ChainOptions? Chain { get; init; }

    /// <summary>The static metagraph's file; null for the development accounts.</summary>
    public required string? MetagraphFile { get; init; }

    /// <summary>Whether the metagraph is that of the development accounts, whose keys are public.</summary>
    public bool HasDevelopmentAccounts => Chain is null && MetagraphFile is null;

    /// <summary>Who counts as a validator.</summary>
    public required SubnetRules Rules { get; init; }

    /// <summary>Where files live.</summary>
    public required FolderLayout Layout { get; init; }

    /// <summary>The bucket to sign for; null for the embedded store.</summary>
    public required StorageOptions? Store { get; init; }

    /// <summary>How the store is used, either of the two.</summary>
    public required StoreUsage StoreUsage { get; init; }

    /// <summary>The embedded store's port.</summary>
    public required int EmbeddedStorePort { get; init; }

    /// <summary>Where this server keeps what it writes.</summary>
    public required string DataFolder { get; init; }

    /// <summary>How old and how far ahead a request's moment may be.</summary>
    public required AccessWindow Window { get; init; }

    /// <summary>How many grants a day.</summary>
    public required DailyLimits DailyLimits { get; init; }

    /// <summary>Where they are counted.</summary>
    public required LimitOptions Limits { get; init; }

    /// <summary>How many requests one client address may send a minute.</summary>
    public required int RequestsPerMinute { get; init; }

    /// <summary>How many requests one hotkey may have in flight.</summary>
    public required InFlightLimit InFlight { get; init; }

    /// <summary>Whose X-Forwarded-For is believed; nobody's when empty.</summary>
    public required IReadOnlyList<IPNetwork> TrustedProxies { get; init; }

    /// <summary>Whose pages may call from a browser; nobody's when empty.</summary>
    public required IReadOnlyList<string> CorsOrigins { get; init; }

    /// <summary>What /metrics must be asked with; null when anyone may read it.</summary>
    public required string? MetricsToken { get; init; }

    /// <summary>Where listing URLs in answers to validators lead.</summary>
    public required ListingRedirect ListingRedirect { get; init; }

    /// <summary>The key that encrypts listing links; null for a key that instances share through Redis, or a key of this process.</summary>
    public required SealKey? SealKey { get; init; }

    /// <summary>How many connections may be open at once.</summary>
    public required int MostConnections { get; init; }

    /// <summary>For how long, when it is told to stop, it says that it is not ready and goes on, so that load balancers look elsewhere.</summary>
    public required TimeSpan DrainTime { get; init; }

    /// <summary>Where decisions are recorded besides the standard output; null for nowhere.</summary>
    public required string? AuditFolder { get; init; }

    /// <summary>Least severe log entries that are written.</summary>
    public required LogLevel LogLevel { get; init; }
}

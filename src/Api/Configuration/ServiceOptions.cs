namespace S3Auth.Api.Configuration;

/// <summary>The configuration of the server, parsed. <see cref="Settings"/> describes the settings it comes from.</summary>
internal sealed record ServiceOptions
{
    /// <summary>The port of the API.</summary>
    public required int Port { get; init; }

    /// <summary>The address where clients reach the API; null if the operator does not say.</summary>
    public required Uri? PublicUrl { get; init; }

    /// <summary>The address of S3Auth's sources, to which the page links; null for none.</summary>
    public required Uri? ProjectUrl { get; init; }

    public required Uri? ToolUrl { get; init; }

    /// <summary>The audiences that this server accepts in proofs.</summary>
    public required Audiences Audiences { get; init; }

    /// <summary>
    /// Whether to listen on the loopback interface only. True in development, because everyone knows the keys of the development accounts.
    /// </summary>
    public required bool LoopbackOnly { get; init; }

    /// <summary>The subnet.</summary>
    public required ushort Netuid { get; init; }

    /// <summary>The chain that the metagraph is read from; null for a static metagraph.</summary>
    public required ChainOptions? Chain { get; init; }

    /// <summary>The file with the static metagraph; null for the development accounts.</summary>
    public required string? MetagraphFile { get; init; }

    /// <summary>The file with the access rules; null for none.</summary>
    public required string? AccessFile { get; init; }

    /// <summary>Whether the metagraph is that of the development accounts, whose keys are public.</summary>
    public bool HasDevelopmentAccounts => Chain is null && MetagraphFile is null;

    /// <summary>The rule that makes a hotkey a validator.</summary>
    public required SubnetRules Rules { get; init; }

    /// <summary>The layout of the bucket.</summary>
    public required FolderLayout Layout { get; init; }

    /// <summary>The bucket to sign for; null for the embedded store.</summary>
    public required StorageOptions? Store { get; init; }

    /// <summary>How the server uses the store, embedded or not.</summary>
    public required StoreUsage StoreUsage { get; init; }

    /// <summary>How the server issues temporary credentials.</summary>
    public required SessionIssuerOptions Sessions { get; init; }

    /// <summary>How long they last.</summary>
    public required SessionRules SessionRules { get; init; }

    /// <summary>The port of the embedded store.</summary>
    public required int EmbeddedStorePort { get; init; }

    /// <summary>The store that the embedded store behaves like.</summary>
    public required StoreBehaviour EmbeddedStoreAs { get; init; }

    /// <summary>The folder for what must survive a restart.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The timestamps that requests may have.</summary>
    public required AccessWindow Window { get; init; }

    /// <summary>The number of grants a day.</summary>
    public required DailyLimits DailyLimits { get; init; }

    /// <summary>Where grants and used proofs are counted.</summary>
    public required LimitOptions Limits { get; init; }

    /// <summary>The sizes that uploaded files may have.</summary>
    public required FileSizeLimits FileSizes { get; init; }

    /// <summary>The number of requests that one client address may send in a minute.</summary>
    public required int RequestsPerMinute { get; init; }

    /// <summary>The number of requests that one hotkey may have in flight.</summary>
    public required InFlightLimit InFlight { get; init; }

    /// <summary>The networks whose X-Forwarded-For the server trusts; empty for none.</summary>
    public required IReadOnlyList<IPNetwork> TrustedProxies { get; init; }

    /// <summary>The origins whose pages may call from a browser; empty for none.</summary>
    public required IReadOnlyList<string> CorsOrigins { get; init; }

    /// <summary>The bearer token that /metrics requires; null if anyone may read them.</summary>
    public required string? MetricsToken { get; init; }

    /// <summary>Whether and where listing URLs lead to this server.</summary>
    public required ListingRedirect ListingRedirect { get; init; }

    /// <summary>The key that encrypts listing links; null for a key that instances share through Redis, or a key of this process.</summary>
    public required SealKey? SealKey { get; init; }

    /// <summary>The number of connections that may be open at once.</summary>
    public required int MaxConnections { get; init; }

    /// <summary>How long the server serves requests after the signal to stop, while it reports that it is not ready.</summary>
    public required TimeSpan DrainTime { get; init; }

    /// <summary>Whether the server exercises its code before it is ready.</summary>
    public required bool HasWarmUp { get; init; }

    /// <summary>The folder for files of audit records; null if they go to standard output only.</summary>
    public required string? AuditFolder { get; init; }

    /// <summary>The lowest level that is logged.</summary>
    public required LogLevel LogLevel { get; init; }
}

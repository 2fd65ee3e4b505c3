namespace S3Auth.Api.Configuration;

/// <summary>Everything an operator can set: each name, default, bound and meaning stands here, and only here.</summary>
internal static class Settings
{
    internal const string StaticNetwork = "static";

    private const int MaxPort = 65535;
    private const int Day = 24 * 60 * 60;
    private const int Million = 1_000_000;

    internal static readonly NumberSetting Port = new("PORT", 8000, 1, MaxPort, "the API's port");

    internal static readonly Setting PublicUrl = new(
        "PUBLIC_URL", "the address where miners and validators reach this server. Requests may name its host as their `audience`, and the snippets of the page at `/` show it. Without it they show the address in the browser, with `https` unless it is this machine's own")
    {
        Takes = "`https://s3-auth.example.com`",
    };

    internal static readonly Setting ProjectUrl = new(
        "PROJECT_URL", "the address of S3Auth's sources. The page at `/` links to it, and to `docs/miners.md` and `docs/validators.md` below it. Without it the page has no such links")
    {
        Takes = "`https://github.com/example/s3auth/tree/main`",
    };

    internal static readonly Setting Audiences = new(
        "AUDIENCES", "further values that a request may name as its `audience`, besides the host of `PUBLIC_URL`: other hosts that clients call, or SS58 addresses ([why](threat-model.md#another-server-that-trusts-the-same-hotkeys))")
    {
        Takes = "hosts, with the port if not 443, or addresses, with commas: `s3.example.org,localhost:8000`",
    };

    internal static readonly ChoiceSetting RequireAudience = new(
        "REQUIRE_AUDIENCE", "false", ["true", "false"], "`true`: refuses requests without `audience`, which older clients send; needs `PUBLIC_URL` or `AUDIENCES`");

    internal static readonly Setting DataFolder = new("DATA_DIR", "what outlives a restart: the last metagraph read; in development, the objects too")
    {
        Standard = ".data", Takes = "a folder that may be written to",
    };

    internal static readonly ChoiceSetting LogLevel = new(
        "LOG_LEVEL", nameof(Microsoft.Extensions.Logging.LogLevel.Information), Enum.GetNames<LogLevel>(), "the least that is logged; Python's names are taken too");

    internal static readonly NumberSetting MostConnections = new("MAX_CONNECTIONS", 10_000, 1, Million, "concurrent connections; closes those above it ([limit per client](limits.md))");

    internal static readonly NumberSetting DrainTime = new(
        "DRAIN_SECONDS", 5, 0, 20, "seconds that a stop says it is not ready, and goes on, before it closes") { InDevelopment = "0" };

    internal static readonly Setting Network = new("BT_NETWORK", "who says who is registered: a network, your own nodes in order of preference, or the file `METAGRAPH_FILE`")
    {
        InDevelopment = StaticNetwork, Takes = "`finney`, `test`, `local`, `static`, or `wss://node-1,wss://node-2`", IsNeeded = true,
    };

    internal static readonly NumberSetting Netuid = new("NET_UID", 46, 0, ushort.MaxValue, "the subnet");

    internal static readonly NumberSetting SyncInterval = new("METAGRAPH_SYNC_INTERVAL", 60, 1, Day, "seconds from one reading of the chain to the next");

    internal static readonly NumberSetting MaxStaleness = new(
        "METAGRAPH_MAX_STALENESS", 3600, 1, 7 * Day, "seconds; while no node answers, requests are decided on the last metagraph until it is older than this");

    internal static readonly Setting MetagraphFile = new(
        "METAGRAPH_FILE",
        """for `static` (in development, the well-known accounts without one): `{"netuid": 46, "block": 1, "neurons": [{"uid": 0, "hotkey": "5…", "coldkey": "5…", "validator_permit": true, "alpha_stake": 30000.5}]}`; edits are picked up within a second or two""")
    {
        Takes = "a file",
    };

    internal static readonly Setting MinValidatorStake = new("MIN_VALIDATOR_STAKE", "alpha; a validator has more")
    {
        Standard = "20000", Takes = "alpha, such as `20000` or `0.5`",
    };

    internal static readonly Setting Bucket = new("S3_BUCKET", "the bucket that holds the data (in development, none: the embedded store)")
    {
        Takes = "3 to 63 lowercase letters, digits, `-`, `.`", IsNeeded = true,
    };

    internal static readonly Setting Region = new("S3_REGION", "the region that signatures name") { Standard = "us-east-2", Takes = "a region" };

    internal static readonly Setting Endpoint = new("S3_ENDPOINT", "where the store is; AWS where nothing is set") { Takes = "`http(s)://host:port`" };

    internal static readonly Setting PublicEndpoint = new("S3_PUBLIC_ENDPOINT", "where clients reach the store, if elsewhere: URLs and forms are signed for it")
    {
        Takes = "`http(s)://host:port`",
    };

    internal static readonly ChoiceSetting UploadMethod = new(
        "UPLOAD_METHOD", "POST", ["POST", "PUT"], "`PUT` for a store without POST uploads: miners then ask for each file ([why only then](decisions/0009-uploads-by-put.md))");

    internal static readonly NumberSetting ListingLifetime = new(
        "LISTING_CACHE_SECONDS", 2, 0, 60, "seconds; how old the list of miners' folders may be, the time it takes aside; 0: asked for every time");

    internal static readonly NumberSetting ListingTimeout = new("LISTING_TIMEOUT", 30, 1, 300, "seconds that listing folders or files may take at the store");

    internal static readonly ChoiceSetting ListingRedirect = new(
        "LISTING_REDIRECT", "false", ["true", "false"], "`true`: listing URLs in answers to validators lead to this server's `/listing/…`, which redirects to the page after `start-after`; needs `PUBLIC_URL` ([why](decisions/0015-listing-links.md))");

    internal static readonly Setting SealKey = new(
        "SEAL_KEY", "encrypts those links; the same for all instances. Without it, the instances share a key in Redis; without Redis, each process makes its own. **Secret**")
    {
        Takes = "32 random bytes in base64 or hex: `openssl rand -hex 32`",
    };

    internal static readonly ChoiceSetting Layout = new(
        "FOLDER_LAYOUT", ColdkeyLayout.LayoutName, [ColdkeyLayout.LayoutName, HotkeyLayout.LayoutName], "where files live ([which to choose](#choosing-a-layout))");

    internal static readonly Setting Sources = new("SOURCES", "the sources of layout `coldkey`, the first one being the default")
    {
        Standard = "x,reddit", Takes = "names of up to 32 lowercase letters, digits, `_`, `-`, with commas",
    };

    internal static readonly Setting RedisUrl = new("REDIS_URL", "where all instances count together; without it each instance counts alone")
    {
        Takes = "`redis://host:6379`, `rediss://user:password@host:6380/0`, `unix:///path`; [parameters](limits.md#redis) as in redis-py",
    };

    internal static readonly ChoiceSetting RedisIsRequired = new(
        "REDIS_REQUIRED", "false", ["true", "false"], "`true`: signed requests are refused while that Redis is away, else counted by each instance");

    internal static readonly NumberSetting PerMiner = new(
        "DAILY_LIMIT_PER_MINER", DailyLimits.Default.PerMiner, 0, int.MaxValue, "grants to one hotkey a day (UTC), as a miner");

    internal static readonly NumberSetting PerValidator = new(
        "DAILY_LIMIT_PER_VALIDATOR", DailyLimits.Default.PerValidator, 0, int.MaxValue, "grants to one hotkey a day, as a validator");

    internal static readonly NumberSetting Total = new("TOTAL_DAILY_LIMIT", DailyLimits.Default.Total, 0, int.MaxValue, "grants to all a day");

    internal static readonly NumberSetting RequestsPerMinute = new(
        "RATE_LIMIT_PER_MINUTE", BurstLimit.Default.PerMinute, 1, 10 * Million, "requests of one client address a minute, at each instance");

    internal static readonly NumberSetting RequestsInFlight = new(
        "REQUESTS_IN_FLIGHT_PER_HOTKEY",
        InFlightLimit.Default.PerHotkey,
        1,
        Million,
        "requests of one hotkey in flight at each instance. A request is in flight until its answer is written; answers can be 1 MiB, so keep it small");

    internal static readonly NumberSetting MaxAge = new("TIMESTAMP_MAX_AGE", (long)AccessWindow.Default.MaxAge.TotalSeconds, 1, 3600, "seconds ago that a request may have been signed");

    internal static readonly NumberSetting MaxAhead = new("TIMESTAMP_MAX_AHEAD", (long)AccessWindow.Default.MaxAhead.TotalSeconds, 0, 3600, "seconds ahead of this server's clock that it may have been");

    internal static readonly Setting TrustedProxies = new("TRUSTED_PROXIES", "your proxies, whose `X-Forwarded-For` is believed")
    {
        Takes = "networks, `10.0.0.0/8,192.0.2.7`",
    };

    internal static readonly Setting CorsOrigins = new("CORS_ORIGINS", "whose pages may call from a browser") { Takes = "origins, `https://example.org`, with commas; or `*`" };

    internal static readonly Setting MetricsToken = new("METRICS_TOKEN", "what `/metrics` is asked with (`Authorization: Bearer`); without it anyone may")
    {
        Takes = "16 visible ASCII characters or more",
    };

    internal static readonly Setting AuditFolder = new("AUDIT_DIR", "the daily files of what was decided, besides the standard output") { Takes = "a folder that may be written to" };

    internal static readonly NumberSetting EmbeddedStorePort = new("EMBEDDED_STORE_PORT", 9000, 1, MaxPort, "the embedded store's port, in development");

    /// <summary>All of them, in the order in which they are told.</summary>
    internal static readonly IReadOnlyList<SettingGroup> Groups =
    [
        new("Who is registered", [Network, Netuid, MinValidatorStake, SyncInterval, MaxStaleness, MetagraphFile]),
        new("The store", [Bucket, Region, Endpoint, PublicEndpoint, UploadMethod, ListingLifetime, ListingTimeout, ListingRedirect, SealKey]),
        new("Folders", [Layout, Sources]),
        new("Limits", [RedisUrl, RedisIsRequired, PerMiner, PerValidator, Total, RequestsPerMinute, RequestsInFlight, MaxAge, MaxAhead]),
        new("The server", [Port, PublicUrl, ProjectUrl, Audiences, RequireAudience, DataFolder, MostConnections, DrainTime, TrustedProxies, CorsOrigins, EmbeddedStorePort]),
        new("Records", [LogLevel, AuditFolder, MetricsToken]),
    ];

    /// <summary>What the libraries that this program is made of read by themselves, as far as operators need it: the variables, and what for.</summary>
    internal static readonly IReadOnlyList<(IReadOnlyList<string> Names, string Meaning)> OfLibraries =
    [
        (["ASPNETCORE_ENVIRONMENT"], "`Production` where nothing is set; `Development`: the defaults of development, on this machine only"),
        (["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"], "lasting keys ([where else they come from](credentials.md))"),
        (["AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION"], "with them, where they are temporary: the token, and when it ends"),
        (["AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE"], "a profile, and the file that holds it: followed without a restart"),
        (["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"], "web identity (EKS)"),
        (["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"], "the task's role (set by ECS)"),
        (["AWS_EC2_METADATA_DISABLED"], "`true`: no instance's role is asked for"),
        (["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_HEADERS"], "the collector that gets metrics and traces; none where nothing is set"),
        (["OTEL_RESOURCE_ATTRIBUTES"], "what the collector is told of this instance"),
        (["HTTPS_PROXY", "NO_PROXY"], "the proxy through which the store and nodes elsewhere are reached"),
        (["SSL_CERT_DIR"], "a folder of the authorities that are believed, for a store or node with a certificate of your own"),
    ];

    internal static IEnumerable<Setting> All => Groups.SelectMany(group => group.Settings);
}

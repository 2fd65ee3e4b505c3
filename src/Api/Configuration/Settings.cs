namespace S3Auth.Api.Configuration;

/// <summary>
/// All settings. Each entry has the name, default, format and meaning of one setting. The reader, the log, the tables of docs/operators.md
/// and the tests take them from here.
/// </summary>
internal static class Settings
{
    private const int MaxPort = 65535;
    private const int Day = 24 * 60 * 60;
    private const int Million = 1_000_000;

    internal static readonly Setting<ChainNetwork?> Network = new("BT_NETWORK", SettingFormats.Network)
    {
        DevelopmentDefault = SettingFormats.StaticNetwork,
        IsRequired = true,
        IsSecret = true, // the address of a node may contain a provider's key
        Meaning = "The chain to read the metagraph from: a network, or your own nodes in order of preference. `static` reads "
            + "`METAGRAPH_FILE` instead",
    };

    internal static readonly Setting<int> Netuid = new("NET_UID", SettingFormats.Number(0, ushort.MaxValue))
    {
        Default = "46",
        Meaning = "The netuid of the subnet",
    };

    internal static readonly Setting<AlphaAmount> MinValidatorStake = new("MIN_VALIDATOR_STAKE", SettingFormats.Stake)
    {
        Default = "20000",
        Meaning = "A validator needs more alpha stake than this",
    };

    internal static readonly Setting<bool> Readers = new("READERS", SettingFormats.Readers)
    {
        Default = "validators",
        Meaning = "Who may read the files of all miners: only validators, or all registered hotkeys too. Reading by hotkeys that are not "
            + "validators counts against `DAILY_LIMIT_PER_MINER`",
    };

    internal static readonly Setting<string> AccessFile = new("ACCESS_FILE", SettingFormats.File)
    {
        Meaning = "A file of exceptions: who is denied, who may read without stake, who may upload without being registered "
            + "([access rules](access-rules.md)). The server reads a changed file within two seconds",
    };

    internal static readonly Setting<TimeSpan> SyncInterval = new("METAGRAPH_SYNC_INTERVAL", SettingFormats.Seconds(1, Day))
    {
        Default = "60",
        Meaning = "Seconds between two readings of the chain",
    };

    internal static readonly Setting<TimeSpan> MaxStaleness = new("METAGRAPH_MAX_STALENESS", SettingFormats.Seconds(1, 7 * Day))
    {
        Default = "3600",
        Meaning = "Seconds. The maximum age of the metagraph's block, by the block's own time. If the block is older, the server refuses "
            + "all signed requests. At least 300 is recommended",
    };

    internal static readonly Setting<MetagraphHead> Head = new("METAGRAPH_HEAD", SettingFormats.Head)
    {
        Default = "finalized",
        Meaning = "The block at which the server reads the metagraph: the newest finalized one, or the one that is N blocks behind the "
            + "best one. The chain may still take back a block that is not finalized",
    };

    internal static readonly Setting<int> NodesThatAgree = new("NODES_THAT_AGREE", SettingFormats.Number(1, 100))
    {
        Default = "1",
        Meaning = "How many of the nodes in `BT_NETWORK` must give the same answer about the same block. With 1, the server believes the "
            + "first node that answers",
    };

    internal static readonly Setting<string> MetagraphFile = new("METAGRAPH_FILE", SettingFormats.File)
    {
        Meaning = """The metagraph for `static`: `{"netuid": 46, "block": 1, "neurons": [{"uid": 0, "hotkey": "5…", "coldkey": "5…", """
            + "\"validator_permit\": true, \"alpha_stake\": 30000.5}]}`. "
            + "The server reads a changed file within two seconds. In development, the well-known development accounts if it is not set",
    };

    internal static readonly Setting<string> Bucket = new("S3_BUCKET", SettingFormats.Bucket)
    {
        IsRequired = true,
        Meaning = "The bucket with the data. In development, the server uses its embedded store if it is not set",
    };

    internal static readonly Setting<string> Region = new("S3_REGION", SettingFormats.Region)
    {
        Default = "us-east-2",
        Meaning = "The bucket's region, which signatures contain",
    };

    internal static readonly Setting<Uri> Endpoint = new("S3_ENDPOINT", SettingFormats.StoreEndpoint)
    {
        Meaning = "The address of the store; AWS if it is not set",
    };

    internal static readonly Setting<Uri> PublicEndpoint = new("S3_PUBLIC_ENDPOINT", SettingFormats.StoreEndpoint)
    {
        Meaning = "The address where clients reach the store, if it is not `S3_ENDPOINT`. URLs and forms are signed for it",
    };

    internal static readonly Setting<S3Addressing?> Addressing = new(
        "S3_ADDRESSING",
        SettingFormats.Choice<S3Addressing?>([("auto", null), ("path", S3Addressing.Path), ("virtual", S3Addressing.Virtual)]))
    {
        Default = "auto",
        Meaning = "Where URLs have the bucket's name: `path` (`https://host/bucket/key`), `virtual` (`https://bucket.host/key`), or "
            + "`auto`: as the store needs it ([addressing](stores.md#addressing))",
    };

    internal static readonly Setting<UploadMethod?> UploadMethod = new(
        "UPLOAD_METHOD",
        SettingFormats.Choice<UploadMethod?>([("auto", null), ("POST", Domain.UploadMethod.Post), ("PUT", Domain.UploadMethod.Put)]))
    {
        Default = "auto",
        Meaning = "How miners upload: `POST` (one form for a folder), `PUT` (a URL for each file), or `auto`: POST if the store supports "
            + "it, else PUT ([why](decisions/0009-uploads-by-put.md))",
    };

    internal static readonly Setting<TimeSpan> ListingLifetime = new("LISTING_CACHE_SECONDS", SettingFormats.Seconds(0, 60))
    {
        Default = "2",
        Meaning = "Seconds that the server caches a list of miners' folders, not counting the time that the listing takes; `0` for no "
            + "cache",
    };

    internal static readonly Setting<TimeSpan> ListingTimeout = new("LISTING_TIMEOUT", SettingFormats.Seconds(1, 300))
    {
        Default = "30",
        Meaning = "Seconds that the store may take to list folders or files",
    };

    internal static readonly Setting<bool> ListingRedirect = new("LISTING_REDIRECT", SettingFormats.Flag)
    {
        Default = "false",
        Meaning = "`true`: listing URLs in answers to validators lead to this server's `/listing/…`, which redirects to the page after "
            + "`start-after`. "
            + "Needs `PUBLIC_URL` ([why](decisions/0015-listing-links.md))",
    };

    internal static readonly Setting<SealKey> SealKey = new("SEAL_KEY", SettingFormats.SealKeys)
    {
        IsSecret = true,
        Meaning = "Encrypts the ids of multipart uploads and the links of `LISTING_REDIRECT`; set the same key at all instances. Without "
            + "it, the instances share a key in Redis; without Redis, each process makes its own. **Secret**",
    };

    internal static readonly Setting<SessionMode> SessionCredentials = new(
        "SESSION_CREDENTIALS",
        SettingFormats.Choice([("off", SessionMode.Off), ("sts", SessionMode.Sts), ("r2", SessionMode.R2)]))
    {
        Default = "off",
        Meaning = "Temporary credentials for any S3 tool. `sts`: from AssumeRole of AWS, Ceph or MinIO; `r2`: signed for Cloudflare R2. "
            + "The store does not enforce file sizes, file counts and write-once for them ([sessions](sessions.md))",
    };

    internal static readonly Setting<string> StsRoleArn = new("STS_ROLE_ARN", SettingFormats.RoleArn)
    {
        Meaning = "For `SESSION_CREDENTIALS=sts`: the role of the sessions. MinIO accepts any role",
    };

    internal static readonly Setting<Uri> StsEndpoint = new("STS_ENDPOINT", SettingFormats.StoreEndpoint)
    {
        Meaning = "The address of the STS. Default: `S3_ENDPOINT`; if that is not set, AWS's STS in `S3_REGION`",
    };

    internal static readonly Setting<TimeSpan> MaxSession = new(
        "SESSION_MAX_SECONDS", SettingFormats.Seconds(SessionRules.MinSeconds, SessionRules.MaxSeconds))
    {
        Default = $"{SessionRules.DefaultDuration.TotalSeconds}",
        Meaning = "Seconds. The maximum duration of a session. AWS and Ceph refuse more than the role's own maximum; AWS refuses more than "
            + "3600 if the server itself uses a role",
    };

    internal static readonly Setting<LayoutTemplate> Layout = new("FOLDER_LAYOUT", SettingFormats.Layout)
    {
        Default = LayoutTemplate.Coldkey.Name,
        Meaning = "How the bucket is divided into folders: `coldkey` is `data/{source}/{coldkey}/`, `hotkey` is `data/hotkey={hotkey}/` "
            + "([which to choose](#choosing-a-layout))",
    };

    internal static readonly Setting<IReadOnlyList<Source>> Sources = new("SOURCES", SettingFormats.Sources)
    {
        Default = "x,reddit",
        Meaning = "The sources of a layout with `{source}`, such as `coldkey`. The first one is the default",
    };

    internal static readonly Setting<RedisAddress> RedisUrl = new("REDIS_URL", SettingFormats.Redis)
    {
        IsSecret = true,
        Meaning = "The Redis in which all instances count together. Without it, each instance counts alone",
    };

    internal static readonly Setting<bool> RedisIsRequired = new("REDIS_REQUIRED", SettingFormats.Flag)
    {
        Default = "false",
        Meaning = "`true`: the server refuses signed requests while Redis is down. `false`: each instance then counts alone",
    };

    internal static readonly Setting<int> PerMiner = new("DAILY_LIMIT_PER_MINER", SettingFormats.Number(0, int.MaxValue))
    {
        Default = $"{DailyLimits.Default.PerMiner}",
        Meaning = "Grants a day (UTC) to one hotkey, as a miner",
    };

    internal static readonly Setting<int> FilesPerMiner = new("DAILY_FILES_PER_MINER", SettingFormats.Number(0, int.MaxValue))
    {
        Default = $"{DailyLimits.Default.FilesPerMiner}",
        Meaning = "Files a day (UTC) that one hotkey may name for upload, as a miner. Uploads with a folder's form do not count",
    };

    internal static readonly Setting<int> PerValidator = new("DAILY_LIMIT_PER_VALIDATOR", SettingFormats.Number(0, int.MaxValue))
    {
        Default = $"{DailyLimits.Default.PerValidator}",
        Meaning = "Grants a day to one hotkey, as a validator",
    };

    internal static readonly Setting<int> Sessions = new("DAILY_SESSIONS_PER_HOTKEY", SettingFormats.Number(0, int.MaxValue))
    {
        Default = $"{DailyLimits.Default.SessionsPerHotkey}",
        Meaning = "Sessions (temporary credentials) that a hotkey gets a day. A session that is handed out again does not count",
    };

    internal static readonly Setting<int> Total = new("TOTAL_DAILY_LIMIT", SettingFormats.Number(0, int.MaxValue))
    {
        Default = $"{DailyLimits.Default.Total}",
        Meaning = "Grants a day to all hotkeys together",
    };

    internal static readonly Setting<int> RequestsPerMinute = new("RATE_LIMIT_PER_MINUTE", SettingFormats.Number(1, 10 * Million))
    {
        Default = $"{BurstLimit.Default.PerMinute}",
        Meaning = "Requests a minute of one client address to one instance",
    };

    internal static readonly Setting<int> RequestsInFlight = new("REQUESTS_IN_FLIGHT_PER_HOTKEY", SettingFormats.Number(1, Million))
    {
        Default = $"{InFlightLimit.Default.PerHotkey}",
        Meaning = "Requests of one hotkey in flight at one instance. A request is in flight until its answer is written; answers can be "
            + "1 MiB, so keep it small",
    };

    // A larger minimum would make every form and single PUT useless.
    internal static readonly Setting<long?> MinFileBytes = new(
        "MIN_FILE_BYTES", SettingFormats.Bytes(0, FileSizeLimits.MaxSingleUploadBytes))
    {
        Default = $"{FileSizeLimits.Default.MinBytes}",
        Meaning = "The minimum size of an uploaded file, in bytes",
    };

    // 0 would refuse every file. Elsewhere it often means "no limit", which S3 does not have.
    internal static readonly Setting<long?> MaxFileBytes = new("MAX_FILE_BYTES", SettingFormats.Bytes(1, FileSizeLimits.MaxObjectBytes))
    {
        Default = $"{FileSizeLimits.Default.MaxBytes}",
        Meaning = "The maximum size of an uploaded file, in bytes; at most 5 TiB. Files above 5 GiB need multipart uploads. If uploads are "
            + "by PUT and the limits are not the defaults, requests must state the `size` of the file ([why](limits.md#file-sizes))",
    };

    internal static readonly Setting<TimeSpan> MaxAge = new("TIMESTAMP_MAX_AGE", SettingFormats.Seconds(1, 3600))
    {
        Default = $"{AccessWindow.Default.MaxAge.TotalSeconds}",
        Meaning = "How far in the past the timestamp of a request may be, in seconds",
    };

    internal static readonly Setting<TimeSpan> MaxAhead = new("TIMESTAMP_MAX_AHEAD", SettingFormats.Seconds(0, 3600))
    {
        Default = $"{AccessWindow.Default.MaxAhead.TotalSeconds}",
        Meaning = "How far in the future the timestamp of a request may be, in seconds",
    };

    internal static readonly Setting<int> Port = new("PORT", SettingFormats.Number(1, MaxPort))
    {
        Default = "8000",
        Meaning = "The port of the API",
    };

    internal static readonly Setting<Uri> PublicUrl = new("PUBLIC_URL", SettingFormats.PublicUrl)
    {
        Meaning = "The address where miners and validators reach this server. Requests may name its host as their `audience`, and the "
            + "snippets of the page at `/` "
            + "contain it. Without it, they contain the address in the browser, with `https` unless it is a loopback address",
    };

    internal static readonly Setting<Uri> ProjectUrl = new("PROJECT_URL", SettingFormats.ProjectUrl)
    {
        Meaning =
            "The address of S3Auth's sources. The page at `/` links to it and to the guides in `docs/` below it. "
            + "Without it, the page has no such links",
    };

    internal static readonly Setting<Uri> ToolUrl = new("TOOL_URL", SettingFormats.ToolUrl)
    {
        Meaning =
            "The address of the folder from which miners and validators can download `s3auth` and the Python package: the files that "
            + "`./build.sh --target=Tool` writes. The page at `/` shows the lines that install them from there. Without it, the page shows "
            + "how to install them from the sources",
    };

    internal static readonly Setting<IReadOnlyList<Audience>> Audiences = new("AUDIENCES", SettingFormats.Audiences)
    {
        Meaning = "Further values that a request may name as its `audience`, besides the host of `PUBLIC_URL`: other hosts that clients "
            + "call, or SS58 addresses, which Epistula clients name in `Epistula-Signed-For` "
            + "([why](threat-model.md#another-server-that-trusts-the-same-hotkeys))",
    };

    internal static readonly Setting<bool> RequireAudience = new("REQUIRE_AUDIENCE", SettingFormats.Flag)
    {
        Default = "false",
        Meaning = "`true`: refuses requests that name no audience, which older clients send. Needs `PUBLIC_URL` or `AUDIENCES`",
    };

    internal static readonly Setting<string> DataFolder = new("DATA_DIR", SettingFormats.WritableFolder)
    {
        Default = ".data",
        Meaning = "The folder for what must survive a restart: the last metagraph, the runtime's metadata and, in development, the "
            + "objects of the embedded store",
    };

    internal static readonly Setting<int> MaxConnections = new("MAX_CONNECTIONS", SettingFormats.Number(1, Million))
    {
        Default = "10000",
        Meaning = "Concurrent connections; the server closes further ones ([limit per client](limits.md))",
    };

    internal static readonly Setting<TimeSpan> DrainTime = new("DRAIN_SECONDS", SettingFormats.Seconds(0, 20))
    {
        Default = "5",
        DevelopmentDefault = "0",
        Meaning = "Seconds between the signal to stop and the end of listening. Meanwhile `/readyz` answers 503",
    };

    internal static readonly Setting<bool> WarmUp = new("WARM_UP", SettingFormats.Flag)
    {
        Default = "true",
        Meaning = "`true`: at the start, the server exercises its code for up to ten seconds before `/readyz` answers 200, so that the "
            + "first requests are nearly as fast as later ones. This changes no quota, audit record or metric of requests "
            + "([how](decisions/0025-warm-before-ready.md))",
    };

    internal static readonly Setting<IReadOnlyList<IPNetwork>> TrustedProxies = new("TRUSTED_PROXIES", SettingFormats.Networks)
    {
        Meaning = "The networks of your proxies. The server trusts `X-Forwarded-For` from these only",
    };

    internal static readonly Setting<IReadOnlyList<string>> CorsOrigins = new("CORS_ORIGINS", SettingFormats.Origins)
    {
        Meaning = "Origins whose pages may call the API from a browser",
    };

    internal static readonly Setting<int> EmbeddedStorePort = new("EMBEDDED_STORE_PORT", SettingFormats.Number(1, MaxPort))
    {
        Default = "9000",
        Meaning = "The port of the embedded store, in development",
    };

    internal static readonly Setting<StoreBehaviour> EmbeddedStoreAs = new(
        "EMBEDDED_STORE_AS", SettingFormats.Choice(StoreBehaviour.All.Select(behaviour => (behaviour.Name, behaviour))))
    {
        Default = StoreBehaviour.Aws.Name,
        Meaning = "The store that the embedded store imitates where stores differ ([table](../src/DevelopmentStore/README.md))",
    };

    internal static readonly Setting<LogLevel> LogLevel = new("LOG_LEVEL", SettingFormats.LogLevels)
    {
        Default = $"{Microsoft.Extensions.Logging.LogLevel.Information}",
        Meaning = "The lowest level that is logged. Python's names work too",
    };

    internal static readonly Setting<string> AuditFolder = new("AUDIT_DIR", SettingFormats.WritableFolder)
    {
        Meaning = "The folder for daily files of audit records, which also go to standard output",
    };

    internal static readonly Setting<string> MetricsToken = new("METRICS_TOKEN", SettingFormats.Token)
    {
        IsSecret = true,
        Meaning = "The bearer token that `/metrics` requires. Without it, anyone may read the metrics. **Secret**",
    };

    /// <summary>All settings, in the order of the operators' guide.</summary>
    internal static readonly IReadOnlyList<SettingGroup> Groups =
    [
        new("The metagraph", [Network, Netuid, SyncInterval, MaxStaleness, Head, NodesThatAgree, MetagraphFile]),
        new("Access", [MinValidatorStake, Readers, AccessFile]),
        new(
            "The store",
            [
                Bucket, Region, Endpoint, PublicEndpoint, Addressing, UploadMethod, ListingLifetime, ListingTimeout, ListingRedirect,
                SealKey,
            ]),
        new("Temporary credentials", [SessionCredentials, StsRoleArn, StsEndpoint, MaxSession]),
        new("Folders", [Layout, Sources]),
        new(
            "Limits",
            [
                RedisUrl, RedisIsRequired, PerMiner, FilesPerMiner, PerValidator, Sessions, Total, RequestsPerMinute, RequestsInFlight,
                MaxAge, MaxAhead, MinFileBytes, MaxFileBytes,
            ]),
        new(
            "The server",
            [
                Port, PublicUrl, ProjectUrl, ToolUrl, Audiences, RequireAudience, DataFolder, MaxConnections, WarmUp, DrainTime,
                TrustedProxies, CorsOrigins,
                EmbeddedStorePort, EmbeddedStoreAs,
            ]),
        new("Records", [LogLevel, AuditFolder, MetricsToken]),
    ];

    /// <summary>The variables that libraries read themselves and that operators may need.</summary>
    internal static readonly IReadOnlyList<LibraryVariables> ReadByLibraries =
    [
        new(
            ["ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT"],
            "`Production` if neither is set. `Development`: the defaults of development, for this machine only. If both are set, the "
                + "second one counts"),
        new(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"], "Lasting credentials ([other places](credentials.md))"),
        new(["AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION"], "Session token and expiry, if these credentials are temporary"),
        new(["AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE"], "A profile and the file with it. The server follows changes without a restart"),
        new(["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"], "Web identity (EKS)"),
        new(["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"], "The task's role (set by ECS)"),
        new(["AWS_EC2_METADATA_DISABLED"], "`true`: does not use the role of the instance"),
        new(
            ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_HEADERS"],
            "The collector for metrics and traces; none if it is not set"),
        new(["OTEL_RESOURCE_ATTRIBUTES"], "Attributes of this instance for the collector"),
        new(["HTTPS_PROXY", "NO_PROXY"], "The proxy for requests to the store and to nodes"),
        new(["SSL_CERT_DIR"], "A folder with certificate authorities to trust, for a store or node with a private certificate"),
    ];

    internal static IEnumerable<Setting> All => Groups.SelectMany(group => group.Settings);
}

namespace S3Auth.Api.Configuration;

/// <summary>
/// Reads <see cref="ServiceOptions"/> from environment variables, or else from appsettings.json, by the same names. <see cref="Settings"/>
/// describes single settings; this class has the rules that involve several settings. Collects all problems before it reports them.
/// </summary>
internal sealed class ServiceOptionsReader(IConfiguration configuration, IHostEnvironment environment)
{
    private static readonly Setting[] ForChain =
        [Settings.SyncInterval, Settings.MaxStaleness, Settings.Head, Settings.NodesThatAgree];
    private static readonly Setting[] ForStaticMetagraph = [Settings.MetagraphFile];
    private static readonly Setting[] ForRedis = [Settings.RedisIsRequired];
    private static readonly Setting[] ForListingLinks = [Settings.SealKey];
    private static readonly Setting[] ForSts = [Settings.StsRoleArn, Settings.StsEndpoint];
    private static readonly Setting[] ForSessions = [Settings.MaxSession, Settings.Sessions];
    private static readonly Setting[] ForLayoutWithSources = [Settings.Sources];

    private readonly List<string> _problems = [];
    private readonly bool _isDevelopment = environment.IsDevelopment();

    /// <summary>The settings that the operator has set, with their values unless they are secret.</summary>
    internal IEnumerable<string> Given =>
        Settings.All.Where(IsGiven).Select(setting => $"{setting.Name}={(setting.IsSecret ? "(hidden)" : TextOf(setting))}");

    /// <summary>The names of settings that have a value, but no effect because of another setting.</summary>
    internal IReadOnlyList<string> WithoutEffect =>
    [
        .. (IsStatic ? ForChain : ForStaticMetagraph)
            .Concat(TextOf(Settings.RedisUrl) is null ? ForRedis : [])
            .Concat(Get(Settings.ListingRedirect) ? [] : ForListingLinks)
            .Concat(Get(Settings.SessionCredentials) == SessionMode.Sts ? [] : ForSts)
            .Concat(Get(Settings.SessionCredentials) == SessionMode.Off ? ForSessions : [])
            .Concat(Get(Settings.Layout) is { HasSource: true } ? [] : ForLayoutWithSources)
            .Where(IsGiven)
            .Select(setting => setting.Name),
    ];

    /// <summary>
    /// Whether the operator has set a layout with sources, other than the default one, but no sources. The default sources are probably
    /// wrong for it.
    /// </summary>
    internal bool HasUnsetSources => IsGiven(Settings.Layout)
        && !IsGiven(Settings.Sources)
        && Get(Settings.Layout) is { HasSource: true } layout
        && layout.Name != Settings.Layout.Default;

    /// <summary>The problems of the settings that were read so far, one sentence each.</summary>
    internal IReadOnlyList<string> Problems => _problems;

    /// <summary>The port of the API.</summary>
    internal int Port => Get(Settings.Port);

    private bool IsStatic => SettingFormats.IsStatic(TextOf(Settings.Network));

    /// <summary>Returns a reader of the settings of this process, for commands that do not start the service.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="variables">Receives the names of all variables.</param>
    internal static ServiceOptionsReader OfThisProcess(string[] args, out IReadOnlyList<string> variables)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,

            // The service reads them in the same order.
            EnvironmentName = Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT")
                ?? Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT"),
        });
        builder.Configuration
            .AddJsonFile("appsettings.json", optional: true, reloadOnChange: false)
            .AddEnvironmentVariables()
            .AddCommandLine(args);
        variables = [.. builder.Configuration.GetChildren().Select(variable => variable.Key)];
        return new ServiceOptionsReader(builder.Configuration, builder.Environment);
    }

    /// <exception cref="ConfigurationException">A setting is missing or cannot be used.</exception>
    internal ServiceOptions Read()
    {
        var netuid = (ushort)Get(Settings.Netuid);
        var dataFolder = Get(Settings.DataFolder)!;
        var usage = ReadUsage();
        var publicUrl = Get(Settings.PublicUrl);
        var chain = IsStatic ? null : ReadChain(netuid, dataFolder);
        var store = ReadStore(usage);
        var options = new ServiceOptions
        {
            Port = Port,
            PublicUrl = publicUrl,
            ProjectUrl = Get(Settings.ProjectUrl),
            ToolUrl = Get(Settings.ToolUrl),
            Audiences = ReadAudiences(publicUrl),
            LoopbackOnly = _isDevelopment,
            Netuid = netuid,
            Chain = chain,
            MetagraphFile = IsStatic ? ReadMetagraphFile() : null,
            Rules = new SubnetRules(Get(Settings.MinValidatorStake), Get(Settings.Readers)),
            AccessFile = Get(Settings.AccessFile),
            Layout = ReadLayout(netuid)!,
            Store = store,
            StoreUsage = usage,
            Sessions = ReadSessions(store),
            SessionRules = new SessionRules(Get(Settings.MaxSession)),
            EmbeddedStorePort = Get(Settings.EmbeddedStorePort),
            EmbeddedStoreAs = Get(Settings.EmbeddedStoreAs)!,
            DataFolder = dataFolder,
            Window = AccessWindow.Default with { MaxAge = Get(Settings.MaxAge), MaxAhead = Get(Settings.MaxAhead) },
            DailyLimits = new DailyLimits(
                Get(Settings.PerMiner),
                Get(Settings.FilesPerMiner),
                Get(Settings.PerValidator),
                Get(Settings.Sessions),
                Get(Settings.Total)),
            Limits = ReadLimits(netuid, chain, store),
            FileSizes = ReadFileSizes(),
            InFlight = new InFlightLimit(Get(Settings.RequestsInFlight)),
            RequestsPerMinute = Get(Settings.RequestsPerMinute),
            TrustedProxies = Get(Settings.TrustedProxies) ?? [],
            CorsOrigins = Get(Settings.CorsOrigins) ?? [],
            MetricsToken = Get(Settings.MetricsToken),
            ListingRedirect = ReadListingRedirect(publicUrl),
            SealKey = Get(Settings.SealKey),
            MaxConnections = Get(Settings.MaxConnections),
            DrainTime = Get(Settings.DrainTime),
            HasWarmUp = Get(Settings.WarmUp),
            AuditFolder = Get(Settings.AuditFolder),
            LogLevel = Get(Settings.LogLevel),
        };

        return _problems.Count == 0 ? options : throw new ConfigurationException(_problems);
    }

    /// <summary>
    /// Returns what the check of the store needs, whatever the other settings are; null if a setting of the store cannot be used.
    /// </summary>
    internal (StorageOptions Storage, SessionIssuerOptions Sessions, FolderLayout Layout, FileSizeLimits FileSizes)? ReadStorage()
    {
        var usage = ReadUsage();
        var store = ReadStore(usage);
        var layout = ReadLayout((ushort)Get(Settings.Netuid));
        var fileSizes = ReadFileSizes();
        var corsOrigins = Get(Settings.CorsOrigins) ?? [];
        var sessions = ReadSessions(store);
        var embedded = DevelopmentStorage.Store(
            Get(Settings.EmbeddedStorePort), Get(Settings.DataFolder)!, Get(Settings.EmbeddedStoreAs)!);
        return _problems.Count > 0 || layout is null
            ? null
            : (store ?? DevelopmentStorage.Storage(embedded, usage, corsOrigins), sessions, layout, fileSizes);
    }

    private ChainOptions? ReadChain(ushort netuid, string dataFolder)
    {
        var (syncInterval, maxStaleness) = (Get(Settings.SyncInterval), Get(Settings.MaxStaleness));
        var (network, head, nodesThatAgree) = (Get(Settings.Network), Get(Settings.Head), Get(Settings.NodesThatAgree));
        if (network?.Endpoints.Count < nodesThatAgree)
        {
            Report(
                $"NODES_THAT_AGREE is {nodesThatAgree}, but BT_NETWORK has only {network.Endpoints.Count} "
                + $"node{(network.Endpoints.Count == 1 ? string.Empty : "s")}: list at least {nodesThatAgree} nodes, separated by "
                + "commas, or lower NODES_THAT_AGREE.");
        }

        return network is not null
            ? new ChainOptions
            {
                Network = network,
                Netuid = netuid,
                DataFolder = dataFolder,
                SyncInterval = syncInterval,
                MaxStaleness = maxStaleness,
                Head = head,
                NodesThatAgree = nodesThatAgree,
            }
            : null;
    }

    // The name of the network, not its nodes: instances may prefer different nodes.
    private LimitOptions ReadLimits(ushort netuid, ChainOptions? chain, StorageOptions? store) => new()
    {
        Redis = Get(Settings.RedisUrl),
        RedisIsRequired = Get(Settings.RedisIsRequired),
        Scope = string.Create(
            CultureInfo.InvariantCulture,
            $"{chain?.Network.Name ?? SettingFormats.StaticNetwork}:{netuid}:{store?.Bucket ?? "embedded"}"),
    };

    private string? ReadMetagraphFile()
    {
        var file = Get(Settings.MetagraphFile);
        if (file is null && !_isDevelopment)
        {
            Report(
                "METAGRAPH_FILE is missing: everyone knows the keys of the development accounts, so outside development a file must "
                + "name the registered hotkeys.");
        }

        return file;
    }

    private FolderLayout? ReadLayout(ushort netuid) =>
        Get(Settings.Layout) is { } template && Get(Settings.Sources) is { } sources ? new FolderLayout(template, sources, netuid) : null;

    private FileSizeLimits ReadFileSizes()
    {
        // A size that cannot be used is reported already.
        if ((Get(Settings.MinFileBytes), Get(Settings.MaxFileBytes)) is not ({ } min, { } max))
        {
            return FileSizeLimits.Default;
        }

        if (min > max)
        {
            Report($"MIN_FILE_BYTES is {min}, more than MAX_FILE_BYTES, which is {max}: lower MIN_FILE_BYTES, or raise MAX_FILE_BYTES.");
        }

        return new FileSizeLimits(min, max);
    }

    private StoreUsage ReadUsage() => new()
    {
        UploadMethod = Get(Settings.UploadMethod),
        ListingLifetime = Get(Settings.ListingLifetime),
        ListingTimeout = Get(Settings.ListingTimeout),
        RequestsAtOnce = StoreUsage.RequestsAtOnceOfThisProcess(),
    };

    private StorageOptions? ReadStore(StoreUsage usage)
    {
        var (endpoint, publicEndpoint) = (Get(Settings.Endpoint), Get(Settings.PublicEndpoint));
        if (TextOf(Settings.Bucket) is null && _isDevelopment)
        {
            if (endpoint is not null || publicEndpoint is not null)
            {
                Report("S3_BUCKET is missing: S3_ENDPOINT or S3_PUBLIC_ENDPOINT is set, so the server does not use its embedded store.");
            }

            return null;
        }

        var (bucket, region) = (Get(Settings.Bucket), Get(Settings.Region));
        if (bucket is null || region is null)
        {
            return null;
        }

        // A path is allowed, because some stores have one. But the server appends the bucket itself.
        foreach (var setting in new[] { Settings.Endpoint, Settings.PublicEndpoint })
        {
            if (Get(setting)?.AbsolutePath.TrimEnd('/').EndsWith($"/{bucket}", StringComparison.Ordinal) == true)
            {
                Report($"{setting.Name} ends with the bucket's name: write it without, because the server appends the name itself.");
            }
        }

        // Everyone knows the keys of the development accounts. They may open a store on this machine only.
        if (_isDevelopment && IsStatic && TextOf(Settings.MetagraphFile) is null && endpoint is not { IsLoopback: true })
        {
            Report(
                "METAGRAPH_FILE is missing: without it, the development accounts, whose keys everyone knows, would get access to "
                + "S3_BUCKET.");
        }

        var addressing = Get(Settings.Addressing);
        foreach (var setting in new[] { Settings.Endpoint, Settings.PublicEndpoint })
        {
            if (addressing == S3Addressing.Virtual && Get(setting) is { } url && !S3Endpoint.CanHaveBucketInHost(url))
            {
                Report($"S3_ADDRESSING is virtual, but {setting.Name} has an IP address instead of a host name. Use a host name, or set "
                    + "S3_ADDRESSING=path.");
            }
        }

        return new StorageOptions
        {
            Bucket = bucket,
            Region = region,
            Endpoint = endpoint,
            PublicEndpoint = publicEndpoint,
            Addressing = addressing,
            CorsOrigins = Get(Settings.CorsOrigins) ?? [],
            Usage = usage,
        };
    }

    private SessionIssuerOptions ReadSessions(StorageOptions? store)
    {
        var (mode, roleArn, stsEndpoint) = (Get(Settings.SessionCredentials), Get(Settings.StsRoleArn), Get(Settings.StsEndpoint));
        if (mode != SessionMode.Off && store is null && TextOf(Settings.Bucket) is null)
        {
            Report(
                "SESSION_CREDENTIALS is set, but the embedded store has no temporary credentials: set S3_BUCKET and S3_ENDPOINT to a store "
                + "that has, or remove SESSION_CREDENTIALS. deploy/try/ceph.sh starts one.");
        }

        if (mode == SessionMode.Sts && TextOf(Settings.StsRoleArn) is null)
        {
            Report("STS_ROLE_ARN is missing: SESSION_CREDENTIALS=sts needs the role of the sessions (docs/sessions.md).");
        }

        if (mode == SessionMode.R2 && store is not null && !SessionIssuerOptions.IsR2(store.Endpoint))
        {
            Report(
                "S3_ENDPOINT is not an address of Cloudflare R2: SESSION_CREDENTIALS=r2 needs https://ACCOUNT.r2.cloudflarestorage.com, "
                + "or https://ACCOUNT.eu.r2.cloudflarestorage.com.");
        }

        var options = new SessionIssuerOptions { Mode = mode, MaxDuration = Get(Settings.MaxSession) };
        return mode == SessionMode.Sts ? options with { RoleArn = roleArn, StsEndpoint = stsEndpoint } : options;
    }

    private Audiences ReadAudiences(Uri? publicUrl)
    {
        Audience? publicAudience = publicUrl is null ? null : Audience.Of(publicUrl);
        List<Audience> own = [.. publicAudience is { } first ? [first] : Array.Empty<Audience>(), .. Get(Settings.Audiences) ?? []];
        var isRequired = Get(Settings.RequireAudience);
        if (isRequired && own.Count == 0)
        {
            Report(
                "REQUIRE_AUDIENCE is true, but this server has no audience of its own: set PUBLIC_URL to the address that clients call, or "
                + "AUDIENCES.");
        }

        return own.Count == 0 ? Audiences.Unknown : new Audiences([.. own.Distinct()], isRequired) { Public = publicAudience };
    }

    private ListingRedirect ReadListingRedirect(Uri? publicUrl)
    {
        if (!Get(Settings.ListingRedirect))
        {
            return ListingRedirect.Off;
        }

        if (publicUrl is null)
        {
            Report(
                "LISTING_REDIRECT is true, but PUBLIC_URL is missing: set it to the address that clients call. Listing links "
                + "begin with it.");
        }

        return new ListingRedirect(publicUrl);
    }

    /// <summary>Returns the operator's value, or else the default. Reports a missing or malformed value.</summary>
    private T? Get<T>(Setting<T> setting)
    {
        if (TextOf(setting) is not { } text)
        {
            if (setting.IsRequired)
            {
                Report($"{setting.Name} is missing. It takes {setting.Values.Replace("`", "", StringComparison.Ordinal)}.");
            }

            return default;
        }

        try
        {
            return setting.Parse(text);
        }
        catch (FormatException problem)
        {
            Report(problem.Message);
            return default;
        }
    }

    // A setting may be read more than once.
    private void Report(string problem)
    {
        if (!_problems.Contains(problem))
        {
            _problems.Add(problem);
        }
    }

    private bool IsGiven(Setting setting) => !string.IsNullOrWhiteSpace(configuration[setting.Name]);

    private string? TextOf(Setting setting) => IsGiven(setting) ? configuration[setting.Name]!.Trim() : setting.DefaultIn(_isDevelopment);
}

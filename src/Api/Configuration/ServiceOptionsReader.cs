using System.Text.RegularExpressions;

namespace S3Auth.Api.Configuration;

/// <summary>
/// Reads <see cref="ServiceOptions"/> from environment variables (over appsettings.json, by the same names), by <see cref="Settings"/>. In
/// development nothing needs to be set; elsewhere what is missing is named. All problems are told at once.
/// </summary>
internal sealed partial class ServiceOptionsReader(IConfiguration configuration, IHostEnvironment environment)
{
    private static readonly Setting[] OfAChain = [Settings.SyncInterval, Settings.MaxStaleness];

    private static readonly Setting[] OfAStaticMetagraph = [Settings.MetagraphFile];

    private static readonly Setting[] OfARedis = [Settings.RedisIsRequired];

    private static readonly Setting[] OfLinks = [Settings.SealKey];

    private readonly List<string> _problems = [];
    private readonly bool _development = environment.IsDevelopment();

    /// <summary>The variables that are set without any effect beside the others.</summary>
    internal IReadOnlyList<string> WithoutEffect =>
    [
        .. (IsStatic ? OfAChain : OfAStaticMetagraph).Concat(Text(Settings.RedisUrl) is null ? OfARedis : []).Concat(Flag(Settings.ListingRedirect) ? [] : OfLinks)
            .Where(setting => Given(setting) is not null).Select(setting => setting.Name),
    ];

    /// <summary>What is wrong with what was read until now.</summary>
    internal IReadOnlyList<string> Problems => _problems;

    /// <summary>The port of the API.</summary>
    internal int Port => Number(Settings.Port);

    private bool IsStatic => string.Equals(Text(Settings.Network), Settings.StaticNetwork, StringComparison.OrdinalIgnoreCase);

    /// <exception cref="ConfigurationException">Anything is missing or does not parse.</exception>
    internal ServiceOptions Read()
    {
        var netuid = (ushort)Number(Settings.Netuid);
        var dataFolder = Path.GetFullPath(Text(Settings.DataFolder)!);
        var usage = ReadUsage();
        const string webAddress = "https://host or http://host:port/path, without user, query and fragment";
        var publicUrl = Address(Settings.PublicUrl, BaseUrl.IsUsable, webAddress);
        var options = new ServiceOptions
        {
            Port = Port,
            PublicUrl = publicUrl,
            ProjectUrl = Address(Settings.ProjectUrl, BaseUrl.IsUsable, webAddress),
            Audiences = ReadAudiences(publicUrl),
            LoopbackOnly = _development,
            Netuid = netuid,
            Chain = IsStatic ? null : ReadChain(netuid, dataFolder),
            MetagraphFile = IsStatic ? ReadMetagraphFile() : null,
            Rules = new SubnetRules(ReadStake()),
            Layout = ReadLayout(),
            Store = ReadStore(usage),
            StoreUsage = usage,
            EmbeddedStorePort = Number(Settings.EmbeddedStorePort),
            DataFolder = dataFolder,
            Window = ReadWindow(),
            DailyLimits = ReadDailyLimits(),
            Limits = ReadLimits(netuid),
            InFlight = new InFlightLimit(Number(Settings.RequestsInFlight)),
            RequestsPerMinute = Number(Settings.RequestsPerMinute),
            TrustedProxies = ReadTrustedProxies(),
            CorsOrigins = ReadCorsOrigins(),
            MetricsToken = ReadMetricsToken(),
            ListingRedirect = ReadListingRedirect(publicUrl),
            SealKey = ReadSealKey(),
            MostConnections = Number(Settings.MostConnections),
            DrainTime = Seconds(Settings.DrainTime),
            AuditFolder = Text(Settings.AuditFolder) is { } folder ? Path.GetFullPath(folder) : null,
            LogLevel = ReadLogLevel(),
        };

        return _problems.Count == 0 ? options : throw new ConfigurationException(_problems);
    }

    private ChainOptions? ReadChain(ushort netuid, string dataFolder)
    {
        var syncInterval = Seconds(Settings.SyncInterval);
        var maxStaleness = Seconds(Settings.MaxStaleness);
        var choices = $"one of {string.Join(", ", ChainNetwork.Names)}, {Settings.StaticNetwork}, or the addresses of nodes, each once, separated by commas: wss://host:port";
        if (Text(Settings.Network) is not { } text)
        {
            _problems.Add($"BT_NETWORK is missing: set {choices}.");
            return null;
        }

        if (!ChainNetwork.TryParse(text, out var network))
        {
            // The value itself may hold a provider's key and is not repeated.
            _problems.Add($"BT_NETWORK cannot be used: set {choices} (without user and fragment).");
            return null;
        }

        return new ChainOptions
        {
            Network = network,
            Netuid = netuid,
            DataFolder = dataFolder,
            SyncInterval = syncInterval,
            MaxStaleness = maxStaleness,
        };
    }

    private string? ReadMetagraphFile()
    {
        var file = Text(Settings.MetagraphFile);
        if (file is null && !_development)
        {
            _problems.Add("METAGRAPH_FILE is missing: the development accounts' keys are known to everyone, so outside development a file must say who is registered.");
        }

        return file;
    }

    private AlphaAmount ReadStake()
    {
        var text = Text(Settings.MinValidatorStake);
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var stake)
            && stake <= ulong.MaxValue / (decimal)AlphaAmount.UnitsPerAlpha)
        {
            return AlphaAmount.FromAlpha(stake);
        }

        _problems.Add($"{Settings.MinValidatorStake.Name} is '{text}', but must be an amount of alpha such as 20000 or 0.5.");
        return default;
    }

    private FolderLayout ReadLayout()
    {
        var name = Text(Settings.Layout);
        switch (name?.ToLowerInvariant())
        {
            case ColdkeyLayout.LayoutName:
                return ReadSources() is { Count: > 0 } sources ? new ColdkeyLayout(sources) : new HotkeyLayout();
            case HotkeyLayout.LayoutName:
                return new HotkeyLayout();
            default:
                _problems.Add($"FOLDER_LAYOUT is '{name}', but must be '{ColdkeyLayout.LayoutName}' or '{HotkeyLayout.LayoutName}'.");
                return new HotkeyLayout();
        }
    }

    private List<Source> ReadSources()
    {
        var text = Text(Settings.Sources)!;
        var sources = new List<Source>();
        foreach (var name in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!Source.TryParse(name, out var source))
            {
                _problems.Add($"SOURCES holds '{name}', but a source is up to 32 lowercase letters, digits, '_' and '-'.");
                return [];
            }

            if (sources.Contains(source))
            {
                _problems.Add($"SOURCES holds '{name}' twice.");
                return [];
            }

            sources.Add(source);
        }

        return sources;
    }

    private StoreUsage ReadUsage() => new()
    {
        UploadMethod = ReadUploadMethod(),
        ListingLifetime = Seconds(Settings.ListingLifetime),
        ListingTimeout = Seconds(Settings.ListingTimeout),
        RequestsAtOnce = StoreUsage.RequestsAtOnceOfThisProcess(),
    };

    private UploadMethod ReadUploadMethod()
    {
        switch (Text(Settings.UploadMethod)?.ToUpperInvariant())
        {
            case "POST":
                return UploadMethod.Post;
            case "PUT":
                return UploadMethod.Put;
            default:
                _problems.Add($"UPLOAD_METHOD is '{Text(Settings.UploadMethod)}', but must be POST or PUT.");
                return UploadMethod.Post;
        }
    }

    private StorageOptions? ReadStore(StoreUsage usage)
    {
        var endpoint = Endpoint(Settings.Endpoint);
        var publicEndpoint = Endpoint(Settings.PublicEndpoint);
        if (Text(Settings.Bucket) is { } bucket)
        {
            var region = Text(Settings.Region)!;
            if (!BucketName.IsValid(bucket))
            {
                _problems.Add($"S3_BUCKET is '{bucket}', but a bucket's name is 3 to 63 lowercase letters, digits, '-' and '.'.");
            }

            if (!RegionName().IsMatch(region))
            {
                _problems.Add($"S3_REGION is '{region}', but a region is lowercase letters, digits and '-'.");
            }

            // Everyone holds the development accounts' keys: what they open must not leave this machine.
            if (_development && IsStatic && Text(Settings.MetagraphFile) is null && endpoint is not { IsLoopback: true })
            {
                _problems.Add("METAGRAPH_FILE is missing: without it everyone's development accounts would get access to S3_BUCKET.");
            }

            return new StorageOptions { Bucket = bucket, Region = region, Endpoint = endpoint, PublicEndpoint = publicEndpoint, Usage = usage };
        }

        if (!_development)
        {
            _problems.Add("S3_BUCKET is missing.");
        }
        else if (endpoint is not null || publicEndpoint is not null)
        {
            _problems.Add("S3_BUCKET is missing: S3_ENDPOINT or S3_PUBLIC_ENDPOINT is set, so the embedded store is not meant.");
        }

        return null;
    }

    private Uri? Endpoint(Setting setting) =>
        Address(setting, S3Endpoint.IsUsable, "http://host:port or https://host, without user, query and fragment");

    private Uri? Address(Setting setting, Func<Uri, bool> isUsable, string form)
    {
        if (Text(setting) is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && isUsable(uri))
        {
            return uri;
        }

        // The value itself may hold a password and is not repeated.
        _problems.Add($"{setting.Name} cannot be used: write it as {form}.");
        return null;
    }

    private LogLevel ReadLogLevel()
    {
        var text = Text(Settings.LogLevel)!;
        if (Enum.TryParse<LogLevel>(text, ignoreCase: true, out var level) && Enum.IsDefined(level) && !char.IsAsciiDigit(text[0]))
        {
            return level;
        }

        // The names of Python's levels, which deployments of the server before this one have set.
        switch (text.ToUpperInvariant())
        {
            case "INFO":
                return LogLevel.Information;
            case "WARN":
                return LogLevel.Warning;
            case "FATAL":
                return LogLevel.Critical;
            case "NOTSET":
                return LogLevel.Trace;
            default:
                _problems.Add($"LOG_LEVEL is '{text}', but must be one of: {string.Join(", ", Settings.LogLevel.Choices)}.");
                return LogLevel.Information;
        }
    }

    private int Number(NumberSetting setting)
    {
        var text = Text(setting);
        if (!setting.TryParse(text, out var number))
        {
            _problems.Add($"{setting.Name} is '{text}', but must be a whole number from {setting.Least} to {setting.Most}.");
        }

        return number;
    }

    private TimeSpan Seconds(NumberSetting setting) => TimeSpan.FromSeconds(Number(setting));

    /// <summary>What is set, or what holds where nothing is.</summary>
    private string? Text(Setting setting) => Given(setting) ?? setting.StandardIn(_development);

    private string? Given(Setting setting) =>
        configuration[setting.Name] is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{0,62}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RegionName();
}

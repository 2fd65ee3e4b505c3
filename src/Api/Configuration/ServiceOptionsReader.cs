using System.Globalization;
using System.Text.RegularExpressions;
using S3Auth.Application.Service.GetRateLimits;
using S3Auth.Domain;
using S3Auth.Infrastructure.Chain;
using S3Auth.Infrastructure.Storage;
using S3Auth.Infrastructure.Storage.SigV4;

namespace S3Auth.Api.Configuration;

/// <summary>
/// Reads <see cref="ServiceOptions"/> from environment variables (over appsettings.json, by the same names). In development
/// nothing needs to be set; elsewhere what is missing is named. All problems are told at once.
/// </summary>
internal sealed partial class ServiceOptionsReader(IConfiguration configuration, IHostEnvironment environment)
{
    private const string Static = "static";
    private const int MaxPort = 65535;
    private const int Day = 24 * 60 * 60;
    private const int Million = 1_000_000;

    private static readonly string[] OfAChain = ["METAGRAPH_SYNC_INTERVAL", "METAGRAPH_MAX_STALENESS"];

    private static readonly string[] OfAStaticMetagraph = ["METAGRAPH_FILE"];

    private static readonly string[] OfARedis = ["REDIS_REQUIRED"];

    private readonly List<string> _problems = [];
    private readonly bool _development = environment.IsDevelopment();

    /// <summary>The variables that are set without any effect beside the others.</summary>
    internal IReadOnlyList<string> WithoutEffect =>
    [
        .. (IsStatic ? OfAChain : OfAStaticMetagraph).Concat(Text("REDIS_URL") is null ? OfARedis : []).Where(name => Text(name) is not null),
    ];

    // In development nothing needs to be set.
    private bool IsStatic => (Text("BT_NETWORK") ?? (_development ? Static : null)) == Static;

    /// <exception cref="ConfigurationException">Anything is missing or does not parse.</exception>
    internal ServiceOptions Read()
    {
        var netuid = (ushort)Number("NET_UID", 46, 0, ushort.MaxValue);
        var dataFolder = Path.GetFullPath(Text("DATA_DIR") ?? ".data");
        var usage = ReadUsage();
        var options = new ServiceOptions
        {
            Port = Number("PORT", 8000, 1, MaxPort),
            LoopbackOnly = _development,
            Netuid = netuid,
            Chain = IsStatic ? null : ReadChain(netuid, dataFolder),
            MetagraphFile = IsStatic ? ReadMetagraphFile() : null,
            Rules = new SubnetRules(ReadStake()),
            Layout = ReadLayout(),
            Store = ReadStore(usage),
            StoreUsage = usage,
            EmbeddedStorePort = Number("EMBEDDED_STORE_PORT", 9000, 1, MaxPort),
            DataFolder = dataFolder,
            Window = ReadWindow(),
            DailyLimits = ReadDailyLimits(),
            Limits = ReadLimits(netuid),
            RequestsPerMinute = Number("RATE_LIMIT_PER_MINUTE", BurstLimit.Default.PerMinute, 1, 10 * Million),
            TrustedProxies = ReadTrustedProxies(),
            CorsOrigins = ReadCorsOrigins(),
            MetricsToken = ReadMetricsToken(),
            MostConnections = Number("MAX_CONNECTIONS", 10_000, 1, Million),
            DrainTime = TimeSpan.FromSeconds(Number("DRAIN_SECONDS", _development ? 0 : 5, 0, 20)),
            AuditFolder = Text("AUDIT_DIR") is { } folder ? Path.GetFullPath(folder) : null,
            LogLevel = ReadLogLevel(),
        };

        return _problems.Count == 0 ? options : throw new ConfigurationException(_problems);
    }

    private ChainOptions? ReadChain(ushort netuid, string dataFolder)
    {
        var syncInterval = TimeSpan.FromSeconds(Number("METAGRAPH_SYNC_INTERVAL", 60, 1, Day));
        var maxStaleness = TimeSpan.FromSeconds(Number("METAGRAPH_MAX_STALENESS", 3600, 1, 7 * Day));
        var choices = $"one of {string.Join(", ", ChainNetwork.Names)}, {Static}, or the addresses of nodes, each once, separated by commas: wss://host:port";
        if (Text("BT_NETWORK") is not { } text)
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
        var file = Text("METAGRAPH_FILE");
        if (file is null && !_development)
        {
            _problems.Add("METAGRAPH_FILE is missing: the development accounts' keys are known to everyone, so outside development a file must say who is registered.");
        }

        return file;
    }

    private Alpha ReadStake()
    {
        const decimal Default = 20000;
        if (Text("MIN_VALIDATOR_STAKE") is not { } text)
        {
            return Alpha.FromAlpha(Default);
        }

        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var stake)
            && stake <= ulong.MaxValue / (decimal)Alpha.UnitsPerAlpha)
        {
            return Alpha.FromAlpha(stake);
        }

        _problems.Add($"MIN_VALIDATOR_STAKE is '{text}', but must be an amount of alpha such as 20000 or 0.5.");
        return default;
    }

    private FolderLayout ReadLayout()
    {
        var name = Text("FOLDER_LAYOUT") ?? ColdkeyLayout.LayoutName;
        switch (name)
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
        var text = Text("SOURCES") ?? "x,reddit";
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
        ListingLifetime = TimeSpan.FromSeconds(Number("LISTING_CACHE_SECONDS", 2, 0, 60)),
        ListingTimeout = TimeSpan.FromSeconds(Number("LISTING_TIMEOUT", 30, 1, 300)),
    };

    private UploadMethod ReadUploadMethod()
    {
        switch (Text("UPLOAD_METHOD") ?? "POST")
        {
            case "POST":
                return UploadMethod.Post;
            case "PUT":
                return UploadMethod.Put;
            case var other:
                _problems.Add($"UPLOAD_METHOD is '{other}', but must be POST or PUT.");
                return UploadMethod.Post;
        }
    }

    private StorageOptions? ReadStore(StoreUsage usage)
    {
        var endpoint = Endpoint("S3_ENDPOINT");
        var publicEndpoint = Endpoint("S3_PUBLIC_ENDPOINT");
        if (Text("S3_BUCKET") is { } bucket)
        {
            var region = Text("S3_REGION") ?? "us-east-2";
            if (!BucketName.IsValid(bucket))
            {
                _problems.Add($"S3_BUCKET is '{bucket}', but a bucket's name is 3 to 63 lowercase letters, digits, '-' and '.'.");
            }

            if (!RegionName().IsMatch(region))
            {
                _problems.Add($"S3_REGION is '{region}', but a region is lowercase letters, digits and '-'.");
            }

            // Everyone holds the development accounts' keys: what they open must not leave this machine.
            if (_development && IsStatic && Text("METAGRAPH_FILE") is null && endpoint is not { IsLoopback: true })
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

    private Uri? Endpoint(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && S3Endpoint.IsUsable(uri))
        {
            return uri;
        }

        // The value itself may hold a password and is not repeated.
        _problems.Add($"{name} cannot be used: write it as http://host:port or https://host, without user, query and fragment.");
        return null;
    }

    private LogLevel ReadLogLevel()
    {
        var text = Text("LOG_LEVEL") ?? nameof(LogLevel.Information);
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
            default:
                _problems.Add($"LOG_LEVEL is '{text}', but must be one of: {string.Join(", ", Enum.GetNames<LogLevel>())}.");
                return LogLevel.Information;
        }
    }

    private int Number(string name, int standard, int least, int most)
    {
        if (Text(name) is not { } text)
        {
            return standard;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        _problems.Add($"{name} is '{text}', but must be a whole number from {least} to {most}.");
        return standard;
    }

    private string? Text(string name) =>
        configuration[name] is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{0,62}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RegionName();
}

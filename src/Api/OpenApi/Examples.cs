using System.Text.Json.Nodes;

namespace S3Auth.Api.OpenApi;

/// <summary>
/// One example of every request and response, written by the same serializer as the real ones, so an example cannot have another
/// shape than they have. Signatures in them are cut short: none of them opens anything.
/// </summary>
internal static class Examples
{
    private const long Timestamp = 1795500000;
    private const string Signed = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=…&X-Amz-Date=20261124T062000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=…";

    private static readonly AccountId Hotkey = AccountId.Parse("5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty");
    private static readonly AccountId Coldkey = AccountId.Parse("5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFy");
    private static readonly AccountId Validator = AccountId.Parse("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");
    private static readonly Audience ThisServer = Audience.Of(new Uri("https://s3-auth.example.com"));
    private static readonly DateTimeOffset Expiry = DateTimeOffset.FromUnixTimeSeconds(Timestamp + 86400);
    private static readonly ColdkeyLayout Layout = new(Sources("x", "reddit"));
    private static readonly IReadOnlyList<Folder> Folders = Layout.FoldersOf(Coldkey);
    private static readonly string FileKey = Layout.ExampleKeys(Coldkey)[0];
    private static readonly StructureInfo StructureInfo = new(Layout.Structure, Layout.Description);

    /// <summary>By the type that crosses the wire.</summary>
    internal static readonly IReadOnlyDictionary<Type, JsonNode> ByType = new Dictionary<Type, JsonNode>
    {
        [typeof(GetFolderAccessCommand)] = OfMiner(),
        [typeof(FolderAccess)] = Write(FolderAccess()),
        [typeof(GetFileUploadUrlCommand)] = OfMiner(("filename", FileKey[(FileKey.LastIndexOf('/') + 1)..]), ("source", "x"), ("size", 4096)),
        [typeof(FileUploadUrl)] = Write(FileUploadUrl()),
        [typeof(ListMyFilesCommand)] = OfMiner(("limit", 100)),
        [typeof(FileList)] = Write(FileList()),
        [typeof(GetValidatorAccessCommand)] = OfValidator(),
        [typeof(ValidatorAccess)] = Write(ValidatorAccess()),
        [typeof(GetMinerSpecificAccessCommand)] = OfValidator(("miner_coldkey", Coldkey.ToString())),
        [typeof(MinerSpecificAccess)] = Write(MinerSpecificAccess()),
        [typeof(GetMinerListCommand)] = OfValidator(("miner_coldkey", Coldkey.ToString()), ("source", "x")),
        [typeof(MinerList)] = Write(new MinerList(ListUrl(Folders[0].Prefix), Folders[0].Prefix, 86400)),
        [typeof(ListFilesCommand)] = OfValidator(("miner_coldkey", Coldkey.ToString()), ("limit", 100)),
        [typeof(GetFolderPresignedUrlsCommand)] = OfValidator(),
        [typeof(FolderPresignedUrls)] = Write(FolderPresignedUrls()),
        [typeof(GetFilePresignedUrlsCommand)] = OfValidator(
            ("miner_coldkey", Coldkey.ToString()), ("file_keys", new JsonArray(FileKey)), ("expiry_hours", 1)),
        [typeof(FilePresignedUrls)] = Write(FilePresignedUrls()),
        [typeof(Health)] = Write(Health()),
        [typeof(Liveness)] = Write(new Liveness("ok")),
        [typeof(Readiness)] = Write(new Readiness(
            "ready", new Dictionary<string, string>(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal), MetagraphHealth())),
        [typeof(RateLimits)] = Write(RateLimits()),
        [typeof(HotkeyStatus)] = Write(HotkeyStatus()),
        [typeof(Status)] = Write(Status()),
        [typeof(CommitmentFormats)] = Write(CommitmentFormats()),
        [typeof(Structure)] = Write(new Structure(
            Layout.Name,
            Layout.Structure,
            Layout.Description,
            [.. Layout.Sources.Select(source => source.Name)],
            Layout.ExampleKeys(Coldkey),
            ["Sign the folder_access commitment (GET /commitment-formats) with your hotkey."],
            UploadPolicy.MinBytes,
            UploadPolicy.MaxBytes,
            "POST")),
    };

    /// <summary>The answer to a refused request.</summary>
    /// <param name="code">Why it is refused.</param>
    /// <param name="request">The request's type.</param>
    internal static JsonNode Of(RefusalCode code, Type request)
    {
        if (code == RefusalCode.InvalidRequest && request == typeof(AccountId))
        {
            return Of(ProblemKind.Of(code), Sentence.Correct("address", Ss58Error.BadChecksum.Describe()), Wrong("address", Ss58Error.BadChecksum.Describe()));
        }

        if (code == RefusalCode.InvalidRequest && request == typeof(ListingTarget))
        {
            return Of(ProblemKind.Of(code), ListingTargetAttribute.Wrong("start-after"), Wrong("start-after", ListingTargetAttribute.Wrong("start-after")));
        }

        var detail = DetailOf(code, request);
        return Of(ProblemKind.Of(code), detail, code == RefusalCode.InvalidRequest ? Wrong("hotkey", detail) : null);
    }

    /// <summary>The answer to a request that the server itself refuses.</summary>
    internal static JsonNode Of(ProblemKind kind, string detail, IReadOnlyDictionary<string, string[]>? errors = null) =>
        Write(kind.With(detail, "2f1c6c1e0f6f4b0c8f3d5a7e9b1c2d3e", errors));

    private static Dictionary<string, string[]> Wrong(string member, string what) => new(StringComparer.Ordinal) { [member] = [what] };

    private static string DetailOf(RefusalCode code, Type request) => code switch
    {
        RefusalCode.InvalidRequest => "Send 'hotkey': the SS58 address of the hotkey that signs this request.",
        RefusalCode.TimestampExpired => $"The timestamp {Timestamp} is 1 s past the allowed 300 s; this server's time is {Timestamp + 301}: sign again with the current Unix time.",
        RefusalCode.TimestampInFuture => $"The timestamp {Timestamp} is 1 s beyond the allowed 60 s ahead; this server's time is {Timestamp - 61}: check your clock and sign again.",
        RefusalCode.ExpiryInPast => $"The requested expiry is not after this server's time {Timestamp}; send a later one in Unix seconds, or leave it out for the longest grant.",
        RefusalCode.InvalidSignature => $"The signature does not verify: sign exactly the text '{CommitmentOf(request).WithAudience(ThisServer)}' with the hotkey {(request.IsAssignableTo(typeof(MinerRequest)) ? Hotkey : Validator)} (sr25519) and send it as hex.",
        RefusalCode.WrongAudience => $"This request is meant for 'other.example.com', but this server is {ThisServer}: call the server that you mean by its own address, and sign the host of that URL as 'audience'.",
        RefusalCode.HotkeyNotRegistered => $"The hotkey {Hotkey} is not registered on netuid 46 of network finney (block 6852690): register it and, if you just did, ask again in 30 s.",
        RefusalCode.ColdkeyMismatch => $"On chain another coldkey than {Coldkey} owns the hotkey {Hotkey}: send and sign the coldkey that owns it.",
        RefusalCode.NotAValidator => $"The hotkey {Validator} has a validator permit and 1500 alpha staked; a validator needs a permit and more than 20000 alpha.",
        RefusalCode.MinerNotFound => $"The hotkey {Hotkey} is not registered on netuid 46 of network finney, so its coldkey is not known: send 'miner_coldkey' instead.",
        RefusalCode.InvalidLink => "This link has ended, was altered, or is not this server's: ask for access again, for example with /get-validator-access, and use the links of that answer.",
        RefusalCode.ReplayedRequest => "This signature was used already, and each is good once: sign again with a new timestamp.",
        RefusalCode.QuotaExceeded => "This hotkey has had its 100 grants of today as a miner: use what you were granted, and ask again after 00:00 UTC.",
        RefusalCode.RateLimited => "This address sends more than 120 requests a minute: send fewer.",
        RefusalCode.ServerBusy => "Too many large requests are arriving at once: send this one again in a few seconds.",
        RefusalCode.LimitsUnavailable => "This server cannot reach what it counts requests with; your request may be fine: try again shortly.",
        RefusalCode.FileExists => $"The file {FileKey} is there already: choose another name, or leave it as it is.",
        RefusalCode.FolderUploadUnsupported => "This deployment's object store takes no uploads into a folder: call /get-file-upload-url for each file, and /list-my-files to see what is there.",
        RefusalCode.ChainUnavailable => RefusedException.ChainUnavailable().Message,
        RefusalCode.StorageUnavailable => RefusedException.StorageUnavailable().Message,
        RefusalCode.StorageTimeout => RefusedException.StorageTimeout().Message,
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "A refusal without an example."),
    };

    private static Commitment CommitmentOf(Type request) =>
        request.IsAssignableTo(typeof(MinerRequest)) ? Commitment.FolderAccess(Coldkey, Hotkey, Timestamp)
        : request == typeof(GetValidatorAccessCommand) ? Commitment.ValidatorAccess(Timestamp)
        : request == typeof(GetFolderPresignedUrlsCommand) ? Commitment.FolderUrls(Validator, Timestamp)
        : request == typeof(GetFilePresignedUrlsCommand) ? Commitment.FileUrls(Coldkey, Validator, Timestamp)
        : request.IsAssignableTo(typeof(OneMinerRequest)) ? Commitment.MinerAccess(Coldkey, Timestamp)
        : throw new ArgumentOutOfRangeException(nameof(request), request, "A signed request without an example.");

    private static JsonObject OfMiner(params (string Name, JsonNode Value)[] more) =>
        Request([("coldkey", Coldkey.ToString()), ("hotkey", Hotkey.ToString()), .. more]);

    private static JsonObject OfValidator(params (string Name, JsonNode Value)[] more) => Request([("hotkey", Validator.ToString()), .. more]);

    private static JsonObject Request((string Name, JsonNode Value)[] members)
    {
        var request = new JsonObject();
        foreach (var (name, value) in members)
        {
            request.Add(name, value);
        }

        request.Add("audience", ThisServer.Text);
        request.Add("timestamp", Timestamp);
        request.Add("signature", ExampleSignature());
        return request;
    }

    private static FolderAccess FolderAccess()
    {
        var folders = Folders.ToDictionary(
            folder => folder.Source!.Value.Name,
            folder => new FolderGrant(folder.Prefix, "https://my-bucket.s3.us-east-2.amazonaws.com/", Fields(folder), ListUrl(folder.Prefix)),
            StringComparer.Ordinal);
        var first = folders.Values.First();

        return new FolderAccess
        {
            Folder = first.Folder,
            Url = first.Url,
            Fields = first.Fields,
            ListUrl = first.ListUrl,
            Expiry = Expiry,
            ExpirySeconds = 86400,
            Folders = folders,
            StructureInfo = StructureInfo,
        };
    }

    private static Dictionary<string, string> Fields(Folder folder) => new(StringComparer.Ordinal)
    {
        ["key"] = folder.Prefix + "${filename}",
        ["acl"] = UploadPolicy.Acl,
        ["x-amz-storage-class"] = UploadPolicy.StorageClass,
        ["Content-Type"] = "binary/octet-stream",
        ["x-amz-algorithm"] = "AWS4-HMAC-SHA256",
        ["x-amz-credential"] = "…/20261124/us-east-2/s3/aws4_request",
        ["x-amz-date"] = "20261124T062000Z",
        ["policy"] = "eyJleHBpcmF0aW9uIjo…",
        ["x-amz-signature"] = "…",
    };

    private static ValidatorAccess ValidatorAccess()
    {
        return new ValidatorAccess
        {
            Bucket = "my-bucket",
            Region = "us-east-2",
            ValidatorHotkey = Validator,
            Expiry = Expiry,
            ExpirySeconds = 86400,
            Urls = new ValidatorUrls(
                new GlobalUrls(ListUrl(FolderLayout.AllDataPrefix)),
                Layout.DiscoveryPrefixes.ToDictionary(
                    folder => folder.Source!.Value.Name,
                    folder => new SourceUrls(ListUrl(folder.Prefix), folder.Prefix),
                    StringComparer.Ordinal),
                Miners: null),
            Miners =
            [
                new MinerFolders(Coldkey, 7, MinerFolders()),
            ],
            StructureInfo = StructureInfo,
        };
    }

    private static MinerFolder[] MinerFolders() =>
        [.. Folders.Select(folder => new MinerFolder(folder.Source?.Name, folder.Prefix, ListUrl(folder.Prefix)))];

    private static FileUploadUrl FileUploadUrl()
    {
        var fields = Fields(Folders[0]);
        fields["key"] = FileKey;
        return new FileUploadUrl
        {
            S3Key = FileKey,
            Method = "POST",
            Url = "https://my-bucket.s3.us-east-2.amazonaws.com/",
            Fields = fields,
            ExpiresInSeconds = 86400,
        };
    }

    private static FileList FileList() => new()
    {
        Files = [new ListedFile(FileKey, 4096, DateTimeOffset.FromUnixTimeSeconds(Timestamp - 60), "5eb63bbbe01eeed093cb22bb8f5acdc3", GetUrl(FileKey))],
        NextCursor = "bGFzdC1rZXkgb2YgdGhlIHBhZ2U…",
        ExpiresInSeconds = 86400,
    };

    private static MinerSpecificAccess MinerSpecificAccess() => new()
    {
        Bucket = "my-bucket",
        Region = "us-east-2",
        MinerColdkey = Coldkey,
        MinerUrl = ListUrl(Folders[0].Prefix),
        Prefix = Folders[0].Prefix,
        Expiry = Expiry,
        ExpirySeconds = 86400,
        Folders = MinerFolders(),
    };

    private static FolderPresignedUrls FolderPresignedUrls()
    {
        var job = $"{Folders[0].Prefix}job_id=2026-11-24/";
        return new FolderPresignedUrls
        {
            ValidatorHotkey = Validator,
            Bucket = "my-bucket",
            ExpirySeconds = 86400,
            ExpiryTime = Expiry,
            TotalMiners = 1,
            FolderUrls = new Dictionary<string, MinerJobs>(StringComparer.Ordinal)
            {
                [Coldkey.ToString()] = new()
                {
                    MinerPath = Folders[0].Prefix,
                    JobFolders = [new JobFolder("2026-11-24", job, ListUrl(job), Folders[0].Source?.Name)],
                    TotalJobs = 1,
                    Folders = MinerFolders(),
                },
            },
            CommitmentUsed = Commitment.FolderUrls(Validator, Timestamp).WithAudience(ThisServer).Text,
        };
    }

    private static FilePresignedUrls FilePresignedUrls()
    {
        var url = new FileUrl(GetUrl(FileKey), FileKey, 3600, FileKey[(FileKey.LastIndexOf('/') + 1)..]);
        return new FilePresignedUrls
        {
            ValidatorHotkey = Validator,
            MinerColdkey = Coldkey,
            Bucket = "my-bucket",
            ExpiryHours = 1,
            ExpiryTime = DateTimeOffset.FromUnixTimeSeconds(Timestamp + 3600),
            TotalRequestedFiles = 1,
            ValidFilesCount = 1,
            InvalidFilesCount = 0,
            SuccessfulUrls = 1,
            FileUrls = new Dictionary<string, FileUrl>(StringComparer.Ordinal) { [FileKey] = url },
            InvalidFiles = [],
            CommitmentUsed = Commitment.FileUrls(Coldkey, Validator, Timestamp).WithAudience(ThisServer).Text,
        };
    }

    private static RateLimits RateLimits() => new()
    {
        DailyPerMiner = DailyLimits.Default.PerMiner,
        DailyPerValidator = DailyLimits.Default.PerValidator,
        DailyTotal = DailyLimits.Default.Total,
        PerMinutePerAddress = BurstLimit.Default.PerMinute,
        UsedToday = 1234,
        RemainingToday = DailyLimits.Default.Total - 1234,
        ResetsAt = UtcDay.Of(DateTimeOffset.FromUnixTimeSeconds(Timestamp)).End,
        ResetsInSeconds = (long)(UtcDay.Of(DateTimeOffset.FromUnixTimeSeconds(Timestamp)).End - DateTimeOffset.FromUnixTimeSeconds(Timestamp)).TotalSeconds,
        CountedTogether = true,
    };

    private static HotkeyStatus HotkeyStatus() => new()
    {
        Hotkey = Validator,
        Registered = true,
        Uid = 12,
        Coldkey = Coldkey,
        ValidatorPermit = true,
        AlphaStake = 30000.5m,
        IsMiner = true,
        IsValidator = true,
        Block = 6852690,
    };

    private static Status Status() => new()
    {
        Version = ServiceVersion.Text,
        Problems = [],
        Health = Health(),
        CanSign = true,
        Validators = 12,
        MinValidatorStake = 20000,
        RateLimits = RateLimits(),
        Activity = new RecentActivity(
            CountedTogether: false, DateTimeOffset.FromUnixTimeSeconds(Timestamp - 86400), Activity(intervalSeconds: 60, parts: 60), Activity(intervalSeconds: 1800, parts: 48)),
        Storage = new StorageStatus
        {
            FolderLayout = Layout.Name,
            FolderStructure = Layout.Structure,
            Miners = 187,
            BySource = new Dictionary<string, int>(StringComparer.Ordinal) { ["x"] = 180, ["reddit"] = 131 },
            CountedAt = DateTimeOffset.FromUnixTimeSeconds(Timestamp - 20),
            NewestUpload = DateTimeOffset.FromUnixTimeSeconds(Timestamp - 90),
            NewestUploadAgeSeconds = 90,
        },
    };

    private static Activity Activity(int intervalSeconds, int parts) => new(
        DateTimeOffset.FromUnixTimeSeconds(Timestamp - (intervalSeconds * parts)),
        intervalSeconds,
        Requests: 41 * parts,
        Granted: 40 * parts,
        Refused: parts,
        new Dictionary<string, long>(StringComparer.Ordinal) { [RefusalCode.QuotaExceeded.WireName()] = parts },
        [.. Enumerable.Repeat(40L, parts)],
        [.. Enumerable.Repeat(1L, parts)]);

    private static Health Health() => new()
    {
        Status = "ok",
        Timestamp = DateTimeOffset.FromUnixTimeSeconds(Timestamp),
        Bucket = "my-bucket",
        Region = "us-east-2",
        FolderStructure = Layout.Structure,
        S3Ok = true,
        S3LatencyMs = 12.5,
        Store = new StoreHealth(
            Problem: null,
            PublicEndpointOk: null,
            PublicEndpointProblem: null,
            PostProblem: null,
            "off",
            PutProblem: null,
            PutSizesEnforced: null,
            DateTimeOffset.FromUnixTimeSeconds(Timestamp - 30)),
        RedisOk = null,
        AuditOk = true,
        MetagraphSyncer = MetagraphHealth(),
        Stats = new ServiceStats(DateTimeOffset.FromUnixTimeSeconds(Timestamp - 60), 60),
        Timeouts = new ServiceTimeouts(3, 5),
    };

    private static MetagraphHealth MetagraphHealth() => new(
        Enabled: true,
        46,
        "finney",
        6852690,
        256,
        DateTimeOffset.FromUnixTimeSeconds(Timestamp - 60),
        60,
        "wss://entrypoint-finney.opentensor.ai",
        LastError: null);

    private static CommitmentFormats CommitmentFormats() => new(
        Layout.Name,
        new Dictionary<string, CommitmentFormat>(StringComparer.Ordinal)
        {
            ["validator_access"] = new(
                "POST /get-validator-access",
                "s3:validator:access:{timestamp}",
                Commitment.ValidatorAccess(Timestamp).Text,
                "s3:validator:access:{timestamp}:{audience}",
                Commitment.ValidatorAccess(Timestamp).WithAudience(ThisServer).Text,
                "A validator asks to find and list every miner's folder; signed by the validator's hotkey."),
        },
        new TaoHeaderFormat(
            "{lowercase hex of sha256(raw body)}.{nonce}.{timestamp in milliseconds}",
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [TaoHeaders.Version] = TaoHeaders.SupportedVersion,
                [TaoHeaders.Timestamp] = $"{Timestamp}000",
                [TaoHeaders.Nonce] = "6f9c2f5e-6d0f-4d8e-9a53-0f3b8f1d2c4a",
                [TaoHeaders.SignedBy] = Hotkey.ToString(),
                [TaoHeaders.Signature] = "…",
            },
            "{}",
            $"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a.6f9c2f5e-6d0f-4d8e-9a53-0f3b8f1d2c4a.{Timestamp}000"),
        [ThisServer],
        AudienceRequired: false,
        ["Write the commitment as UTF-8 text, with {timestamp} the current Unix time in seconds."],
        Timestamp);

    private static string GetUrl(string key) => $"https://my-bucket.s3.us-east-2.amazonaws.com/{key}?{Signed}";

    private static string ListUrl(string prefix) =>
        $"https://my-bucket.s3.us-east-2.amazonaws.com/?list-type=2&prefix={Uri.EscapeDataString(prefix)}&{Signed}";

    private static string ExampleSignature() => string.Concat(Enumerable.Repeat("5a", Sr25519Signature.Size));

    private static IReadOnlyList<Source> Sources(params string[] names) =>
        [.. names.Select(name => Source.TryParse(name, out var source) ? source : throw new ArgumentException($"'{name}' is no source.", nameof(names)))];

    private static JsonNode Write<T>(T value) =>
        JsonSerializer.SerializeToNode(value, typeof(T), WireJson.Default)!;
}

using System.Text.Json;
using System.Text.Json.Nodes;
using S3Auth.Api.Controllers;
using S3Auth.Api.Errors;
using S3Auth.Api.Json;
using S3Auth.Application;
using S3Auth.Application.Miners.GetFolderAccess;
using S3Auth.Application.Refusals;
using S3Auth.Application.Service;
using S3Auth.Application.Service.GetCommitmentFormats;
using S3Auth.Application.Service.GetHealth;
using S3Auth.Application.Service.GetReadiness;
using S3Auth.Application.Service.GetStructure;
using S3Auth.Application.Validators.GetFilePresignedUrls;
using S3Auth.Application.Validators.GetValidatorAccess;
using S3Auth.Domain;
using S3Auth.Substrate;

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
    private static readonly DateTimeOffset Expiry = DateTimeOffset.FromUnixTimeSeconds(Timestamp + 86400);
    private static readonly ColdkeyLayout Layout = new(Sources("x", "reddit"));
    private static readonly string FileKey = Layout.ExampleKeys(Coldkey)[0];
    private static readonly StructureInfo StructureInfo = new(Layout.Structure, Layout.Description);

    /// <summary>By the type that crosses the wire.</summary>
    internal static readonly IReadOnlyDictionary<Type, JsonNode> ByType = new Dictionary<Type, JsonNode>
    {
        [typeof(GetFolderAccessCommand)] = new JsonObject
        {
            ["coldkey"] = Coldkey.ToString(),
            ["hotkey"] = Hotkey.ToString(),
            ["timestamp"] = Timestamp,
            ["signature"] = ExampleSignature(),
        },
        [typeof(FolderAccess)] = Write(FolderAccess()),
        [typeof(GetValidatorAccessCommand)] = new JsonObject
        {
            ["hotkey"] = Validator.ToString(),
            ["timestamp"] = Timestamp,
            ["signature"] = ExampleSignature(),
        },
        [typeof(ValidatorAccess)] = Write(ValidatorAccess()),
        [typeof(GetFilePresignedUrlsCommand)] = new JsonObject
        {
            ["hotkey"] = Validator.ToString(),
            ["timestamp"] = Timestamp,
            ["signature"] = ExampleSignature(),
            ["miner_coldkey"] = Coldkey.ToString(),
            ["file_keys"] = new JsonArray(FileKey),
            ["expiry_hours"] = 1,
        },
        [typeof(FilePresignedUrls)] = Write(FilePresignedUrls()),
        [typeof(Health)] = Write(Health()),
        [typeof(Liveness)] = Write(new Liveness("ok")),
        [typeof(Readiness)] = Write(new Readiness("ready", new Dictionary<string, string>(StringComparer.Ordinal), MetagraphHealth())),
        [typeof(CommitmentFormats)] = Write(CommitmentFormats()),
        [typeof(Structure)] = Write(new Structure(
            Layout.Name,
            Layout.Structure,
            Layout.Description,
            [.. Layout.Sources.Select(source => source.Name)],
            Layout.ExampleKeys(Coldkey),
            ["Sign the folder_access commitment (GET /commitment-formats) with your hotkey."],
            UploadPolicy.MinBytes,
            UploadPolicy.MaxBytes)),
    };

    /// <summary>The answer to a refused request.</summary>
    /// <param name="code">Why it is refused.</param>
    /// <param name="request">The request's type.</param>
    internal static JsonNode Of(RefusalCode code, Type request)
    {
        var detail = DetailOf(code, request);
        return Of(ProblemKind.Of(code), detail, code == RefusalCode.InvalidRequest
            ? new Dictionary<string, string[]>(StringComparer.Ordinal) { ["hotkey"] = [detail] }
            : null);
    }

    /// <summary>The answer to a request that the server itself refuses.</summary>
    internal static JsonNode Of(ProblemKind kind, string detail, IReadOnlyDictionary<string, string[]>? errors = null) =>
        Write(kind.With(detail, "2f1c6c1e0f6f4b0c8f3d5a7e9b1c2d3e", errors));

    private static string DetailOf(RefusalCode code, Type request) => code switch
    {
        RefusalCode.InvalidRequest => "Send 'hotkey': the SS58 address of the hotkey that signs this request.",
        RefusalCode.TimestampExpired => $"The timestamp {Timestamp} is 1 s past the allowed 300 s; this server's time is {Timestamp + 301}: sign again with the current Unix time.",
        RefusalCode.TimestampInFuture => $"The timestamp {Timestamp} is 1 s beyond the allowed 60 s ahead; this server's time is {Timestamp - 61}: check your clock and sign again.",
        RefusalCode.ExpiryInPast => $"The requested expiry is not after this server's time {Timestamp}; send a later one in Unix seconds, or leave it out for the longest grant.",
        RefusalCode.InvalidSignature => $"The signature does not verify: sign exactly the text '{CommitmentOf(request)}' with the hotkey {(request == typeof(GetFolderAccessCommand) ? Hotkey : Validator)} (sr25519) and send it as hex.",
        RefusalCode.HotkeyNotRegistered => $"The hotkey {Hotkey} is not registered on netuid 46 of network finney (block 6852690): register it and, if you just did, ask again in 30 s.",
        RefusalCode.ColdkeyMismatch => $"On chain another coldkey than {Coldkey} owns the hotkey {Hotkey}: send and sign the coldkey that owns it.",
        RefusalCode.NotAValidator => $"The hotkey {Validator} has a validator permit and 1500 alpha staked; a validator needs a permit and more than 20000 alpha.",
        RefusalCode.MinerNotFound => $"The hotkey {Hotkey} is not registered on netuid 46 of network finney, so its coldkey is not known: send 'miner_coldkey' instead.",
        RefusalCode.ChainUnavailable => "This server has no recent answer of the chain and cannot tell who is registered; your request may be fine: try again shortly.",
        RefusalCode.StorageUnavailable => "The object store cannot be used now; try again shortly.",
        RefusalCode.StorageTimeout => "The object store did not answer in time; try again shortly.",
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "A refusal without an example."),
    };

    private static Commitment CommitmentOf(Type request) =>
        request == typeof(GetFolderAccessCommand) ? Commitment.FolderAccess(Coldkey, Hotkey, Timestamp)
        : request == typeof(GetValidatorAccessCommand) ? Commitment.ValidatorAccess(Timestamp)
        : request == typeof(GetFilePresignedUrlsCommand) ? Commitment.FileUrls(Coldkey, Validator, Timestamp)
        : throw new ArgumentOutOfRangeException(nameof(request), request, "A signed request without an example.");

    private static FolderAccess FolderAccess()
    {
        var folders = Layout.FoldersOf(Coldkey).ToDictionary(
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
        ["x-amz-algorithm"] = "AWS4-HMAC-SHA256",
        ["x-amz-credential"] = "…/20261124/us-east-2/s3/aws4_request",
        ["x-amz-date"] = "20261124T062000Z",
        ["policy"] = "eyJleHBpcmF0aW9uIjo…",
        ["x-amz-signature"] = "…",
    };

    private static ValidatorAccess ValidatorAccess()
    {
        var folders = Layout.FoldersOf(Coldkey);
        return new ValidatorAccess
        {
            Bucket = "my-bucket",
            Region = "us-east-2",
            ValidatorHotkey = Validator,
            Expiry = Expiry,
            ExpirySeconds = 86400,
            Urls = new ValidatorUrls(
                new GlobalUrls(ListUrl(FolderLayout.AllDataPrefix)),
                Layout.Discovery.ToDictionary(
                    folder => folder.Source!.Value.Name,
                    folder => new SourceUrls(ListUrl(folder.Prefix), folder.Prefix),
                    StringComparer.Ordinal),
                Miners: null),
            Miners =
            [
                new MinerFolders(Coldkey, 7, [.. folders.Select(folder => new MinerFolder(folder.Source?.Name, folder.Prefix, ListUrl(folder.Prefix)))]),
            ],
            StructureInfo = StructureInfo,
        };
    }

    private static FilePresignedUrls FilePresignedUrls()
    {
        var url = new FileUrl($"https://my-bucket.s3.us-east-2.amazonaws.com/{FileKey}?{Signed}", FileKey, 3600, FileKey[(FileKey.LastIndexOf('/') + 1)..]);
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
            CommitmentUsed = Commitment.FileUrls(Coldkey, Validator, Timestamp).Text,
        };
    }

    private static Health Health() => new()
    {
        Status = "ok",
        Timestamp = DateTimeOffset.FromUnixTimeSeconds(Timestamp),
        Bucket = "my-bucket",
        Region = "us-east-2",
        FolderStructure = Layout.Structure,
        S3Ok = true,
        S3LatencyMs = 12.5,
        RedisOk = null,
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
                "A validator asks to find and list every miner's folder; signed by the validator's hotkey."),
        },
        ["Write the commitment as UTF-8 text, with {timestamp} the current Unix time in seconds."],
        Timestamp);

    private static string ListUrl(string prefix) =>
        $"https://my-bucket.s3.us-east-2.amazonaws.com/?list-type=2&prefix={Uri.EscapeDataString(prefix)}&{Signed}";

    private static string ExampleSignature() => string.Concat(Enumerable.Repeat("5a", Sr25519Signature.Size));

    private static IReadOnlyList<Source> Sources(params string[] names) =>
        [.. names.Select(name => Source.TryParse(name, out var source) ? source : throw new ArgumentException($"'{name}' is no source.", nameof(names)))];

    private static JsonNode Write<T>(T value) =>
        JsonSerializer.SerializeToNode(value, typeof(T), WireJson.Default)!;
}

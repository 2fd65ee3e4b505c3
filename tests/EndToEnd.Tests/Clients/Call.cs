namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>A request without its proof: path, signer, body members, and the text of its commitment.</summary>
internal sealed record Call(string Path, Account Signer, JsonObject Members, Func<long, string> Commitment)
{
    /// <summary>Members that only a commitment's body has: the miner's coldkey.</summary>
    public JsonObject Claims { get; init; } = [];

    public static Call FolderAccess(Miner miner, string? source = null) =>
        OfMiner(ServiceClient.FolderAccessPath, miner, ("source", source));

    public static Call FileUpload(Miner miner, string? filename, string? jobId = null, string? source = null, long? size = null) =>
        OfMiner(ServiceClient.FileUploadPath, miner, ("filename", filename), ("job_id", jobId), ("source", source), ("size", size));

    public static Call FileUploads(
        Miner miner, IEnumerable<(string Path, long Size, string? Sha256)> files, string? jobId = null, bool? overwrite = null) =>
        OfMiner(
            ServiceClient.FileUploadsPath,
            miner,
            (
                "files",
                new JsonArray([
                    .. files.Select(file => With([], ("path", file.Path), ("size", file.Size), ("sha256", file.Sha256))),
                ])),
            ("job_id", jobId),
            ("overwrite", overwrite));

    public static Call CreateUpload(
        Miner miner, string path, long size, string? jobId = null, long? partSize = null, bool? overwrite = null, bool? resume = null) =>
        OfMiner(
            ServiceClient.CreateUploadPath,
            miner,
            ("path", path),
            ("size", size),
            ("job_id", jobId),
            ("part_size", partSize),
            ("overwrite", overwrite),
            ("resume", resume));

    /// <summary>A request to one of the endpoints that continue a multipart upload.</summary>
    public static Call OfUpload(string path, Miner miner, PartUpload upload, params (string Name, JsonNode? Value)[] members) =>
        OfMiner(path, miner, [("s3_key", upload.Key), ("upload_id", upload.UploadId), .. members]);

    public static Call MyFiles(Miner miner, string? source = null, string? prefix = null, long? limit = null, string? cursor = null) =>
        OfMiner(ServiceClient.MyFilesPath, miner, ("source", source), ("prefix", prefix), ("limit", limit), ("cursor", cursor));

    public static Call ValidatorAccess(Account validator) =>
        new(ServiceClient.ValidatorAccessPath, validator, [], ServiceClient.ValidatorAccessText);

    public static Call FolderUrls(Account validator) => new(
        ServiceClient.FolderUrlsPath, validator, [], timestamp => ServiceClient.FolderUrlsText(validator.Address, timestamp));

    public static Call MinerAccess(Account validator, string member, string miner) =>
        OfOneMiner(ServiceClient.MinerAccessPath, validator, member, miner);

    public static Call MinerList(Account validator, string member, string miner, string? source = null, string? token = null) =>
        OfOneMiner(ServiceClient.MinerListPath, validator, member, miner, ("source", source), ("continuation_token", token));

    public static Call Files(
        Account validator, string member, string miner, string? source =
            null, string? prefix = null, long? limit = null, string? cursor = null) =>
        OfOneMiner(
            ServiceClient.FilesPath,
            validator,
            member,
            miner,
            ("source", source),
            ("prefix", prefix),
            ("limit", limit),
            ("cursor", cursor));

    public static Call FileUrls(Account validator, string member, string miner, params string[] keys) => new(
        ServiceClient.FileUrlsPath,
        validator,
        With([], (member, miner), ("file_keys", new JsonArray([.. keys.Select(key => (JsonNode)key)]))),
        timestamp => ServiceClient.FileUrlsText(miner, validator.Address, timestamp));

    /// <summary>A miner's request for temporary credentials.</summary>
    public static Call Session(Miner miner, string? source = null, long? seconds = null) =>
        OfMiner(ServiceClient.SessionPath, miner, ("role", "miner"), ("source", source), ("duration_seconds", seconds));

    /// <summary>A validator's request for temporary credentials.</summary>
    public static Call Session(Account validator, string? source = null, long? seconds = null) => new(
        ServiceClient.SessionPath,
        validator,
        With([], ("role", "validator"), ("source", source), ("duration_seconds", seconds)),
        ServiceClient.ValidatorAccessText);

    /// <summary>Replaces the value of one member.</summary>
    public Call With(string member, JsonNode? value)
    {
        var changed = (JsonObject)Members.DeepClone();
        changed[member] = value;
        return this with { Members = changed };
    }

    /// <summary>The body with a valid commitment.</summary>
    public JsonObject Committed(long? timestamp = null)
    {
        var moment = timestamp ?? ServiceClient.Now;
        var body = new JsonObject
        {
            ["hotkey"] = Signer.Address,
            ["timestamp"] = moment,
            ["signature"] = Signer.SignHex(Commitment(moment)),
        };
        foreach (var (name, value) in Claims.Concat(Members))
        {
            body[name] = value?.DeepClone();
        }

        return body;
    }

    /// <summary>The body for a proof in headers.</summary>
    public byte[] Bare() => Encoding.UTF8.GetBytes(Members.ToJsonString());

    private static Call OfMiner(string path, Miner miner, params (string Name, JsonNode? Value)[] members) => new(
        path,
        miner.Hotkey,
        With([], members),
        timestamp => ServiceClient.FolderAccessText(miner.Coldkey.Address, miner.Hotkey.Address, timestamp))
    {
        Claims = new JsonObject { ["coldkey"] = miner.Coldkey.Address },
    };

    private static Call OfOneMiner(
        string path, Account validator, string member, string miner, params (string Name, JsonNode? Value)[] members) =>
        new(path, validator, With([], [(member, miner), .. members]), timestamp => ServiceClient.MinerText(miner, timestamp));

    private static JsonObject With(JsonObject body, params (string Name, JsonNode? Value)[] members)
    {
        foreach (var (name, value) in members.Where(one => one.Value is not null))
        {
            body[name] = value;
        }

        return body;
    }
}

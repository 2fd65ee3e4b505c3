namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>A client of the service, independent of the product's code: builds commitments and bodies and sends them over HTTP.</summary>
internal sealed class ServiceClient(Uri address)
{
    public const string FolderAccessPath = "/get-folder-access";
    public const string ValidatorAccessPath = "/get-validator-access";

    public const string FileUrlsPath = "/get-file-presigned-urls";
    public const string FileUploadPath = "/get-file-upload-url";
    public const string FileUploadsPath = "/get-file-upload-urls";
    public const string CreateUploadPath = "/create-multipart-upload";
    public const string SignPartsPath = "/sign-upload-parts";
    public const string ListPartsPath = "/list-upload-parts";
    public const string CompleteUploadPath = "/complete-multipart-upload";
    public const string AbortUploadPath = "/abort-multipart-upload";
    public const string MyFilesPath = "/list-my-files";
    public const string MinerAccessPath = "/get-miner-specific-access";
    public const string MinerListPath = "/get-miner-list";
    public const string FolderUrlsPath = "/get-folder-presigned-urls";
    public const string FilesPath = "/list-files";
    public const string SessionPath = "/get-session-credentials";

    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public Uri Address { get; } = address;

    public static long Now => DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    public static string FolderAccessText(string coldkey, string hotkey, long timestamp) =>
        FormattableString.Invariant($"s3:data:access:{coldkey}:{hotkey}:{timestamp}");

    public static string ValidatorAccessText(long timestamp) => FormattableString.Invariant($"s3:validator:access:{timestamp}");

    public static string FileUrlsText(string miner, string hotkey, long timestamp) =>
        FormattableString.Invariant($"s3:validator:files:{miner}:{hotkey}:{timestamp}");

    public static string MinerText(string miner, long timestamp) => FormattableString.Invariant($"s3:validator:miner:{miner}:{timestamp}");

    public static string FolderUrlsText(string hotkey, long timestamp) =>
        FormattableString.Invariant($"s3:validator:folders:{hotkey}:{timestamp}");

    /// <summary>A well-formed, properly signed body for folder access.</summary>
    public static JsonObject FolderAccessBody(Miner miner, long? timestamp = null, string? source = null, long? expiry = null)
    {
        var moment = timestamp ?? Now;
        var body = new JsonObject
        {
            ["coldkey"] = miner.Coldkey.Address,
            ["hotkey"] = miner.Hotkey.Address,
            ["timestamp"] = moment,
            ["signature"] = miner.Hotkey.SignHex(FolderAccessText(miner.Coldkey.Address, miner.Hotkey.Address, moment)),
        };
        return WithOptions(body, source, expiry);
    }

    /// <summary>A well-formed, properly signed body for validator access.</summary>
    public static JsonObject ValidatorAccessBody(Account validator, long? timestamp = null, long? expiry = null)
    {
        var moment = timestamp ?? Now;
        var body = new JsonObject
        {
            ["hotkey"] = validator.Address,
            ["timestamp"] = moment,
            ["signature"] = validator.SignHex(ValidatorAccessText(moment)),
        };
        return WithOptions(body, source: null, expiry);
    }

    /// <summary>A valid body for downloads of a miner, named in <paramref name="member"/> by one of its accounts.</summary>
    public static JsonObject FileUrlsBody(Account validator, string member, string miner, IEnumerable<string> keys, long? timestamp = null)
    {
        var moment = timestamp ?? Now;
        return new JsonObject
        {
            ["hotkey"] = validator.Address,
            ["timestamp"] = moment,
            ["signature"] = validator.SignHex(FileUrlsText(miner, validator.Address, moment)),
            [member] = miner,
            ["file_keys"] = new JsonArray([.. keys.Select(key => (JsonNode)key)]),
        };
    }

    public async Task<FolderAccess> GetFolderAccessAsync(Miner miner, string? source = null, long? expiry = null) =>
        Read<FolderAccess>(await PostAsync(FolderAccessPath, FolderAccessBody(miner, source: source, expiry: expiry)));

    public async Task<ValidatorAccess> GetValidatorAccessAsync(Account validator, long? expiry = null) =>
        Read<ValidatorAccess>(await PostAsync(ValidatorAccessPath, ValidatorAccessBody(validator, expiry: expiry)));

    public async Task<FileUrls> GetFileUrlsAsync(Account validator, string member, string miner, params string[] keys) =>
        Read<FileUrls>(await PostAsync(FileUrlsPath, FileUrlsBody(validator, member, miner, keys)));

    /// <summary>Adds a proof of the given kind and sends the request.</summary>
    public Task<Answer> SendAsync(Call call, ProofKind proof = ProofKind.Commitment)
    {
        if (proof == ProofKind.Commitment)
        {
            return PostAsync(call.Path, call.Committed());
        }

        var body = call.Bare();
        return PostAsync(call.Path, body, HeaderProof.Of(proof, call.Signer, body));
    }

    /// <summary>Sends a request that must succeed, and returns its answer.</summary>
    public async Task<T> AskAsync<T>(Call call, ProofKind proof = ProofKind.Commitment) => Read<T>(await SendAsync(call, proof));

    /// <summary>Sends exactly these bytes and the headers of a proof.</summary>
    public Task<Answer> PostAsync(
        string path, byte[] body, HeaderProof proof, string? contentType = "application/json", bool chunked = false) =>
        PostAsync(path, body, proof.Headers, contentType, chunked);

    /// <summary>Sends exactly these bytes and headers.</summary>
    public async Task<Answer> PostAsync(
        string path,
        byte[] body,
        IEnumerable<KeyValuePair<string, string>> headers,
        string? contentType = "application/json",
        bool chunked = false)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, path)) { Content = content };
        request.Headers.TransferEncodingChunked = chunked ? true : null;
        foreach (var (name, value) in headers)
        {
            Assert.That(request.Headers.TryAddWithoutValidation(name, value), name);
        }

        return await SendAsync(request, requestId: null);
    }

    public Task<Answer> PostAsync(string path, JsonNode body) => PostAsync(path, Encoding.UTF8.GetBytes(body.ToJsonString()));

    /// <summary>Sends exactly these bytes.</summary>
    public async Task<Answer> PostAsync(string path, byte[] body, string contentType = "application/json", string? requestId = null)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, path)) { Content = content };
        return await SendAsync(request, requestId);
    }

    public async Task<Answer> GetAsync(string path, string? requestId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Address, path));
        return await SendAsync(request, requestId);
    }

    public static T Read<T>(Answer answer)
    {
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK), answer.ToString());
        return JsonSerializer.Deserialize<T>(answer.Text, SnakeCase) ?? throw new InvalidOperationException("The answer is null.");
    }

    private static JsonObject WithOptions(JsonObject body, string? source, long? expiry)
    {
        if (source is not null)
        {
            body["source"] = source;
        }

        if (expiry is not null)
        {
            body["expiry"] = expiry;
        }

        return body;
    }

    private static async Task<Answer> SendAsync(HttpRequestMessage request, string? requestId)
    {
        if (requestId is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Request-ID", requestId);
        }

        using var response = await TestRun.Current.Http.SendAsync(request);
        return new Answer(
            response.StatusCode,
            response.Content.Headers.ContentType?.MediaType,
            response.Headers.TryGetValues("X-Request-ID", out var ids) ? string.Join(',', ids) : null,
            response.Headers.RetryAfter?.ToString(),
            await response.Content.ReadAsStringAsync())
        {
            RateLimit = response.Headers.TryGetValues("RateLimit", out var limits) ? string.Join(", ", limits) : null,
        };
    }
}

namespace S3Auth.Infrastructure.Tests.Storage.Sessions;

/// <summary>
/// A store that enforces the limits of the probe's session as AWS does, except where a test says otherwise. Does not verify signatures.
/// </summary>
internal sealed class LimitingStore : IAsyncDisposable
{
    private const string Inside = SessionProbe.Folder + SessionProbe.Own;

    private readonly ConcurrentDictionary<string, string> _uploads = new();
    private LoopbackServer _server = null!;

    /// <summary>What a session may do.</summary>
    internal HashSet<string> Allowed { get; } = ["list-inside", "put", "open"];

    /// <summary>The keys outside the folder of the session.</summary>
    internal List<string> Keys { get; } = ["data/x/5F/file"];

    /// <summary>The public access block; null if it cannot be read.</summary>
    internal string? PublicAccessBlock { get; set; } = "<PublicAccessBlockConfiguration/>";

    /// <summary>Whether it ignores ACLs.</summary>
    internal bool IgnoresAcls { get; set; }

    /// <summary>Whether it checks the size of a form's file before the limits of the session.</summary>
    internal bool ChecksSizesFirst { get; set; }

    /// <summary>Whether anyone can read what the session uploads with an ACL.</summary>
    internal bool MakesPublic { get; set; }

    /// <summary>Overrides the answer to an operation of the session; null for the usual one.</summary>
    internal Func<string, (int Status, string Body)?> Instead { get; set; } = _ => null;

    /// <summary>The operations of the session.</summary>
    internal ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>What is left behind.</summary>
    internal ConcurrentDictionary<string, int> Stored { get; } = new();

    internal ConcurrentDictionary<string, string> Uploads => _uploads;

    /// <summary>How long this server waits for an answer.</summary>
    internal TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    internal StorageOptions Options => new()
    {
        Bucket = StubStore.Bucket,
        Region = StubStore.Region,
        Endpoint = _server.Url,
        Usage = new StoreUsage { RequestTimeout = RequestTimeout },
    };

    internal static async Task<LimitingStore> StartAsync()
    {
        var store = new LimitingStore();
        store._server = await LoopbackServer.StartAsync(store.AnswerAsync);
        return store;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    /// <summary>Runs the probe.</summary>
    internal async Task<SessionFinding> AskAsync(ScriptedSessions source, TimeSpan? maxDuration = null, FolderLayout? layout = null)
    {
        var sessions = new SessionIssuerOptions { Mode = SessionMode.Sts, MaxDuration = maxDuration ?? TimeSpan.FromMinutes(15) };
        var probe = new SessionProbe(Options, sessions, source, layout ?? PutProbeTests.Layout, TimeProvider.System);
        using var http = new ProbeClient(TimeSpan.FromSeconds(30));
        return await probe.AskAsync(http, new StoreEndpoints(Options).Current, StubStore.Keys, CancellationToken.None);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.Latin1);
        var sent = await reader.ReadToEndAsync();
        var (status, body) = sent.Contains("form-data", StringComparison.Ordinal) ? AnswerForm(sent) : Answer(context.Request);
        context.Response.StatusCode = status;
        await context.Response.WriteAsync(body);
    }

    private (int Status, string Body) Answer(HttpRequest request)
    {
        var key = request.Path.Value!.Length > StubStore.Bucket.Length + 2 ? request.Path.Value[(StubStore.Bucket.Length + 2)..] : "";
        var credential = request.Query["X-Amz-Credential"].ToString();
        if (credential.Length == 0)
        {
            return MakesPublic ? (200, "a") : (403, StubStore.Error("AccessDenied"));
        }

        if (!credential.StartsWith(ScriptedSessions.SessionKey, StringComparison.Ordinal))
        {
            return AnswerServer(request, key);
        }

        var operation = Name(request, key);
        Asked.Enqueue(operation);
        return request.Query["X-Amz-Security-Token"] != "session-token" ? (403, StubStore.Error("InvalidAccessKeyId"))
            : Instead(operation) is { } other ? other
            : operation == "delete-many" && !Allowed.Contains(operation) ? (200, Deletion("Error"))
            : operation == "put-acl-impossible" ? IgnoresAcls ? Do("put", request, key) : (400, StubStore.Error("InvalidArgument"))
            : Allowed.Contains(operation) ? Do(operation, request, key)
            : (403, StubStore.Error("AccessDenied"));
    }

    private (int Status, string Body) AnswerForm(string form)
    {
        Asked.Enqueue("form");
        if (Instead("form") is { } other)
        {
            return other;
        }

        var isEmpty = !form.Contains("\r\n\r\na\r\n", StringComparison.Ordinal);
        if (!Allowed.Contains("form"))
        {
            return ChecksSizesFirst && isEmpty ? (400, StubStore.Error("EntityTooSmall")) : (403, StubStore.Error("AccessDenied"));
        }

        if (isEmpty)
        {
            return (400, StubStore.Error("EntityTooSmall"));
        }

        Stored[form.Split("name=\"key\"\r\n\r\n")[1].Split('\r')[0]] = 1;
        return (204, "");
    }

    private (int Status, string Body) AnswerServer(HttpRequest request, string key)
    {
        if (request.Query.ContainsKey("publicAccessBlock"))
        {
            return PublicAccessBlock is { } block ? (200, block) : (403, StubStore.Error("AccessDenied"));
        }

        if (request.Method == "DELETE")
        {
            return request.Query.ContainsKey("uploadId") ? (_uploads.TryRemove(request.Query["uploadId"]!, out _) ? 204 : 404, "")
                : (Stored.TryRemove(key, out _) ? 204 : 404, "");
        }

        var keys = string.Concat(Keys.Select(one => $"<Contents><Key>{one}</Key></Contents>"));
        return (200, $"<ListBucketResult>{keys}</ListBucketResult>");
    }

    private (int Status, string Body) Do(string operation, HttpRequest request, string key)
    {
        switch (operation)
        {
            case "list-inside" or "list-beside" or "list-above" or "list-all" or "list-all-v1":
                return (200, "<ListBucketResult/>");
            case "get":
                return Keys.Contains(key) ? (206, "a") : (404, StubStore.Error("NoSuchKey"));
            case "copy" or "copy-part" when request.Headers["x-amz-copy-source-if-match"].Count > 0:
                return (412, StubStore.Error("PreconditionFailed"));
            case "policy":
                return (400, StubStore.Error("MalformedPolicy"));
            case "acl":
                return (404, StubStore.Error("NoSuchKey"));
            case "delete":
                return (204, "");
            case "delete-many":
                return (200, Deletion("Deleted"));
            case "open" or "open-acl" or "open-grant" or "open-beside":
                var id = $"{Guid.NewGuid():N}";
                _uploads[id] = key;
                return (200, $"<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>");
            case "uploads" or "notification" or "versions":
                return (200, "<Result/>");
        }

        if (request.Headers["Content-MD5"].Count > 0)
        {
            return (400, StubStore.Error("BadDigest"));
        }

        Stored[key] = 1;
        return (200, "");
    }

    private static string Deletion(string result) =>
        $"<DeleteResult><{result}><Key>missing</Key></{result}></DeleteResult>";

    private static string Name(HttpRequest request, string key)
    {
        var (query, acl) = (request.Query, request.Headers["x-amz-acl"].ToString());
        var hasGrant = request.Headers["x-amz-grant-read"].Count > 0;
        var isInside = key.Contains(Inside, StringComparison.Ordinal);
        var place = key.Contains("beside/", StringComparison.Ordinal) ? "beside" : "above";
        string[] parameters = ["acl", "tagging", "policy", "notification", "uploads", "versions"];
        var parameter = parameters.FirstOrDefault(query.ContainsKey);
        return request.Method switch
        {
            "POST" when query.ContainsKey("delete") => "delete-many",
            "POST" => acl.Length > 0 ? "open-acl" : hasGrant ? "open-grant" : isInside ? "open" : $"open-{place}",
            "DELETE" => "delete",
            "GET" when parameter is not null => parameter,
            "GET" when key.Length > 0 => "get",
            "GET" when query["prefix"].ToString() is { Length: > 0 } prefix =>
                prefix.EndsWith(Inside, StringComparison.Ordinal) ? "list-inside"
                : prefix.EndsWith("beside/", StringComparison.Ordinal) ? "list-beside" : "list-above",
            "GET" => query.ContainsKey("list-type") ? "list-all" : "list-all-v1",
            _ when parameter is not null => parameter,
            _ when request.Headers["x-amz-copy-source"].Count > 0 => query.ContainsKey("uploadId") ? "copy-part" : "copy",
            _ when acl == "s3auth-probe" => "put-acl-impossible",
            _ when acl.Length > 0 => "put-acl",
            _ when hasGrant => "put-grant",
            _ => isInside ? "put" : $"put-{place}",
        };
    }
}

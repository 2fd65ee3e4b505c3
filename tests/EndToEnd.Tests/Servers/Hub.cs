namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>
/// A fake Hugging Face Hub with one private dataset: the documented JSON of a revision and of its paged tree, Git files from the Hub
/// itself, LFS files by a redirect to another host. It can answer 429, break off, and send wrong bytes.
/// </summary>
internal sealed class Hub : IAsyncDisposable
{
    public const string Dataset = "somebody/some-data";
    public const string Token = "hf_test";
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private const int PageSize = 3;

    private readonly HttpListener _hub = new();
    private readonly HttpListener _elsewhere = new();
    private readonly List<Task> _serving = [];
    private readonly SortedDictionary<string, (byte[] Content, bool IsLfs)> _files = new(StringComparer.Ordinal);
    private readonly string _cdn;
    private int _impatience;

    public Hub()
    {
        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}/"));
        _cdn = string.Create(CultureInfo.InvariantCulture, $"http://localhost:{FreePort.Next()}/");
        _hub.Prefixes.Add(Address.AbsoluteUri);
        _elsewhere.Prefixes.Add(_cdn);
        foreach (var listener in new[] { _hub, _elsewhere })
        {
            listener.Start();
            _serving.Add(ServeAsync(listener));
        }
    }

    public Uri Address { get; }

    /// <summary>The next answers of the Hub, as many as this, are 429.</summary>
    public int Impatience { set => _impatience = value; }

    /// <summary>Files whose first download breaks off at half.</summary>
    public ConcurrentDictionary<string, bool> Breaking { get; } = new(StringComparer.Ordinal);

    /// <summary>Files whose content does not match the tree.</summary>
    public HashSet<string> Lies { get; } = new(StringComparer.Ordinal);

    /// <summary>The requested files, and their first byte.</summary>
    public ConcurrentQueue<(string Path, long From)> Downloads { get; } = new();

    /// <summary>The URL of the next page in its list. Null for the correct one.</summary>
    public HubNext? Next { get; set; }

    /// <summary>True for a mirror, whose list has the URL of the original Hub for the next page.</summary>
    public bool IsMirror { get; set; }

    /// <summary>True if the other host received the token.</summary>
    public bool TokenWentElsewhere { get; private set; }

    public void Put(string path, byte[] content, bool isLfs = true) => _files[path] = (content, isLfs);

    public async ValueTask DisposeAsync()
    {
        _hub.Stop();
        _elsewhere.Stop();
        await Task.WhenAll(_serving);
    }

    private async Task ServeAsync(HttpListener listener)
    {
        var answers = new List<Task>();
        try
        {
            while (true)
            {
                answers.Add(AnswerAsync(await listener.GetContextAsync(), isHub: listener == _hub));
            }
        }
        catch (Exception end) when (end is HttpListenerException or ObjectDisposedException)
        {
            await Task.WhenAll(answers);
        }
    }

    private async Task AnswerAsync(HttpListenerContext context, bool isHub)
    {
        try
        {
            await (isHub ? AnswerHubAsync(context) : AnswerElsewhereAsync(context));
        }
        catch (Exception gone) when (gone is HttpListenerException or ObjectDisposedException or IOException)
        {
            // The client disconnected.
        }
    }

    private async Task AnswerHubAsync(HttpListenerContext context)
    {
        var (request, response) = (context.Request, context.Response);
        var path = Uri.UnescapeDataString(request.Url!.AbsolutePath);
        var files = $"/datasets/{Dataset}/resolve/{Commit}/";
        if (request.Headers["Authorization"] != "Bearer " + Token)
        {
            response.StatusCode = 401;
        }
        else if (Interlocked.Decrement(ref _impatience) >= 0)
        {
            response.StatusCode = 429;
            response.Headers["Retry-After"] = "1";
        }
        else if (path == $"/api/datasets/{Dataset}/revision/main")
        {
            await WriteJsonAsync(response, new { id = Dataset, sha = Commit, @private = true });
            return;
        }
        else if (path == $"/api/datasets/{Dataset}/tree/{Commit}")
        {
            await AnswerTreeAsync(request, response);
            return;
        }
        else if (path.StartsWith(files, StringComparison.Ordinal) && _files.TryGetValue(path[files.Length..], out var file))
        {
            if (!file.IsLfs)
            {
                await SendAsync(context, path[files.Length..]);
                return;
            }

            response.StatusCode = 302;
            response.Headers["Location"] = $"{_cdn}{Uri.EscapeDataString(path[files.Length..])}?signed=yes";
        }
        else
        {
            response.StatusCode = 404;
        }

        response.Close();
    }

    private async Task AnswerElsewhereAsync(HttpListenerContext context)
    {
        TokenWentElsewhere |= context.Request.Headers["Authorization"] is not null;
        await SendAsync(context, Uri.UnescapeDataString(context.Request.Url!.AbsolutePath[1..]));
    }

    private async Task AnswerTreeAsync(HttpListenerRequest request, HttpListenerResponse response)
    {
        if (Next is { } next)
        {
            response.Headers["Link"] = $"<{(next == HubNext.Elsewhere ? _cdn + "more" : request.Url!.AbsoluteUri)}>; rel=\"next\"";
            await WriteJsonAsync(response, Array.Empty<object>());
            return;
        }

        var start = int.Parse(request.QueryString["cursor"] ?? "0", CultureInfo.InvariantCulture);
        if (start + PageSize < _files.Count)
        {
            var list = $"{(IsMirror ? "https://huggingface.co/" : Address)}api/datasets/{Dataset}/tree/{Commit}";
            response.Headers["Link"] = string.Create(
                CultureInfo.InvariantCulture, $"<{list}?recursive=true&limit=1000&cursor={start + PageSize}>; rel=\"next\"");
        }

        var entries = _files.Skip(start).Take(PageSize).Select(file => (object)(file.Value.IsLfs
            ? new
            {
                type = "file",
                oid = new string('a', 40),
                size = file.Value.Content.Length,
                path = file.Key,
                lfs = new { oid = Sha256(file.Value.Content), size = file.Value.Content.Length, pointerSize = 134 },
            }
            : new { type = "file", oid = GitBlob(file.Value.Content), size = file.Value.Content.Length, path = file.Key }));
        await WriteJsonAsync(response, entries.Prepend(new { type = "directory", oid = new string('b', 40), size = 0, path = "data" }));
    }

    private async Task SendAsync(HttpListenerContext context, string path)
    {
        var content = (byte[])_files[path].Content.Clone();
        if (Lies.Contains(path))
        {
            content[^1] ^= 1;
        }

        var from = context.Request.Headers["Range"] is { } range ? long.Parse(
            range.AsSpan("bytes=".Length..^1), NumberStyles.None, CultureInfo.InvariantCulture) : 0;
        Downloads.Enqueue((path, from));
        var response = context.Response;
        if (from > 0)
        {
            response.StatusCode = 206;
            response.Headers["Content-Range"] = string.Create(
                CultureInfo.InvariantCulture, $"bytes {from}-{content.Length - 1}/{content.Length}");
        }

        response.ContentLength64 = content.Length - from;
        if (Breaking.TryUpdate(path, newValue: false, comparisonValue: true))
        {
            await response.OutputStream.WriteAsync(content.AsMemory(0, content.Length / 2));
            await response.OutputStream.FlushAsync();
            response.Abort();
            return;
        }

        await response.OutputStream.WriteAsync(content.AsMemory((int)from));
        response.Close();
    }

    private static async Task WriteJsonAsync(HttpListenerResponse response, object value)
    {
        response.ContentType = "application/json";
        await response.OutputStream.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(value));
        response.Close();
    }

    private static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static string GitBlob(byte[] content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {content.Length}\0")));
        hash.AppendData(content);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

/// <summary>Where a list must not go on.</summary>
internal enum HubNext
{
    Elsewhere,
    WhereItIs,
}

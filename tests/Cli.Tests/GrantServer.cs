using System.Collections.Concurrent;
using System.Globalization;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace S3Auth.Cli.Tests;

/// <summary>
/// A server that counts grants as docs/limits.md says and refuses above the day's limit, and the store behind it, which keeps what it is
/// sent.
/// </summary>
internal sealed class GrantServer : IAsyncDisposable
{
    public const string Folder = "data/x/5A/";

    private const int PageSize = 1000;
    private const int DailyLimit = 100;

    private readonly LocalServer _service = new();
    private readonly LocalServer _store = new();
    private readonly TimeProvider _time;
    private readonly string _method;
    private readonly ConcurrentQueue<string> _charged = [];

    public GrantServer(TimeProvider time, string method)
    {
        (_time, _method) = (time, method);
        _service.Answer = AnswerAsync;
        _store.Answer = StoreAsync;
    }

    public Uri Address => _service.Address;

    /// <summary>The requests that cost a grant.</summary>
    public IReadOnlyCollection<string> Charged => _charged;

    /// <summary>The stored files by key.</summary>
    public ConcurrentDictionary<string, StoredContent> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether the store refuses every request.</summary>
    public bool IsStoreClosed { get; set; }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _store.DisposeAsync();
    }

    private T Read<T>() => JsonSerializer.Deserialize<T>(_service.Bodies.Last())!;

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var path = context.Request.Url!.AbsolutePath;
        if (path == "/structure-info")
        {
            await LocalServer.WriteJsonAsync(context, new Structure
            {
                Min_bytes = 1,
                Max_bytes = 1 << 30,
                Sources = ["x"],
                Upload_method = _method,
                Folder_structure = Folder,
                Example_paths = [],
                Supports_batch_uploads = true,
            });
            return;
        }

        if (path == "/get-folder-access" && _method != "POST")
        {
            await RefuseAsync(context, "folder_upload_unsupported", 409);
            return;
        }

        var resetsIn = (int)(_time.GetUtcNow().UtcDateTime.Date.AddDays(1) - _time.GetUtcNow().UtcDateTime).TotalSeconds;
        if (_charged.Count == DailyLimit)
        {
            WriteQuota(context, resetsIn);
            context.Response.Headers["Retry-After"] = resetsIn.ToString(CultureInfo.InvariantCulture);
            await RefuseAsync(context, "quota_exceeded", 429);
            return;
        }

        _charged.Enqueue(path);
        WriteQuota(context, resetsIn);
        await (path switch
        {
            "/get-folder-access" => LocalServer.WriteJsonAsync(context, Grant()),
            "/get-file-upload-urls" => LocalServer.WriteJsonAsync(context, Grant(Read<GetFileUploadUrlsCommand>())),
            "/list-my-files" => LocalServer.WriteJsonAsync(context, List(Read<ListMyFilesCommand>())),
            _ => RefuseAsync(context, "not_found", 404),
        });
    }

    private void WriteQuota(HttpListenerContext context, int resetsIn)
    {
        context.Response.Headers["RateLimit"] = string.Create(
            CultureInfo.InvariantCulture, $"\"miner\";r={DailyLimit - _charged.Count};t={resetsIn}");
        context.Response.Headers["RateLimit-Policy"] = string.Create(CultureInfo.InvariantCulture, $"\"miner\";q={DailyLimit};w=86400");
    }

    private static Task RefuseAsync(HttpListenerContext context, string code, int status)
    {
        context.Response.ContentType = "application/problem+json";
        return LocalServer.WriteAsync(
            context, Encoding.UTF8.GetBytes($$"""{"code": "{{code}}", "detail": "No.", "status": {{status}}}"""), status);
    }

    private FolderAccess Grant() => new()
    {
        Folder = Folder,
        Url = _store.Address + "form",
        List_url = _store.Address + "list",
        Fields = new Dictionary<string, string> { ["key"] = Folder + "${filename}" },
        Expiry_seconds = 24 * 3600,
        Folders = new Dictionary<string, FolderGrant>
        {
            ["x"] = new FolderGrant
            {
                Folder = Folder,
                Url = _store.Address + "form",
                List_url = _store.Address + "list",
                Fields = new Dictionary<string, string> { ["key"] = Folder + "${filename}" },
            },
        },
    };

    private FileUploadUrls Grant(GetFileUploadUrlsCommand command)
    {
        var existing = command.Files!.Select(file => file.Path!)
            .Where(path => command.Overwrite is not true && Files.ContainsKey(Folder + path)).ToList();
        return new FileUploadUrls
        {
            Write_once = true,
            Sha256_enforced = true,
            Existing = existing,
            Files = command.Files!.Select(file => file.Path!).Except(existing).ToDictionary(path => path, path => new FileUploadTarget
            {
                S3_key = Folder + path,
                Method = "PUT",
                Url = new Uri(_store.Address, "put/" + Folder + path).AbsoluteUri,
                Headers = new Dictionary<string, string>(),
                Expires_in_seconds = 3600,
            }),
        };
    }

    private FileList List(ListMyFilesCommand command)
    {
        var files = Files.Keys.Where(key => key.StartsWith(command.Prefix ?? "", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Where(key => string.CompareOrdinal(key, command.Cursor) > 0).ToList();
        var page = files.Take(PageSize).ToList();
        return new FileList
        {
            Files = [.. page.Select(key => new ListedFile
            {
                Key = key,
                Size = Files[key].Content.Length,
                Etag = Files[key].Md5,
                Last_modified = Files[key].Modified,
                Download_url = _store.Address + "get/" + key,
            })],
            Next_cursor = files.Count > PageSize ? page[^1] : null,
            Expires_in_seconds = 3600,
        };
    }

    private async Task StoreAsync(HttpListenerContext context)
    {
        if (IsStoreClosed)
        {
            await LocalServer.WriteAsync(context, "<Error><Code>AccessDenied</Code></Error>"u8.ToArray(), 403);
            return;
        }

        var path = context.Request.Url!.AbsolutePath;
        if (path == "/list")
        {
            await LocalServer.WriteAsync(context, Encoding.UTF8.GetBytes(ListAsXml()));
            return;
        }

        var (key, content) = path == "/form" ? ReadForm(_store.Bodies.Last()) : (path["/put/".Length..], _store.Bodies.Last());
        Files[key] = new StoredContent(content, _time.GetUtcNow());
        context.Response.Headers["ETag"] = $"\"{Files[key].Md5}\"";
        await LocalServer.WriteAsync(context, [], path == "/form" ? 204 : 200);
    }

    private string ListAsXml()
    {
        var keys = Files.Keys.Order(StringComparer.Ordinal).ToList();
        var contents = keys.Take(PageSize).Select(key => string.Create(
            CultureInfo.InvariantCulture,
            $"<Contents><Key>{SecurityElement.Escape(Uri.EscapeDataString(key))}</Key><Size>{Files[key].Content.Length}</Size>"
                + $"<ETag>\"{Files[key].Md5}\"</ETag><LastModified>{Files[key].Modified:O}</LastModified></Contents>"));
        return $"<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>{(keys.Count > PageSize ? "true" : "false")}</IsTruncated>"
            + $"{string.Concat(contents)}</ListBucketResult>";
    }

    // Latin-1 keeps one character per byte. The file is the last part.
    private static (string Key, byte[] Content) ReadForm(byte[] body)
    {
        var text = Encoding.Latin1.GetString(body);
        var boundary = text[..text.IndexOf("\r\n", StringComparison.Ordinal)];
        var parts = text.Split(boundary, StringSplitOptions.RemoveEmptyEntries)[..^1]
            .Select(part => part.Split("\r\n\r\n", 2)).ToList();
        var key = parts.Single(part => part[0].Contains("name=\"key\"", StringComparison.Ordinal))[1];
        return (key[..^2], Encoding.Latin1.GetBytes(parts[^1][1][..^2]));
    }

    /// <summary>A stored file.</summary>
    internal sealed record StoredContent(byte[] Content, DateTimeOffset Modified)
    {
#pragma warning disable CA5351 // Stores name objects by it.
        public string Md5 { get; } = Convert.ToHexStringLower(MD5.HashData(Content));
#pragma warning restore CA5351
    }
}

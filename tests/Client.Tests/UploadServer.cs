using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;

namespace S3Auth.Client.Tests;

/// <summary>A server that grants uploads, and the store that takes them.</summary>
internal sealed class UploadServer : IAsyncDisposable
{
    public const string Folder = "data/x/5A/";

    public LocalServer Service { get; } = new();

    public LocalServer Store { get; } = new();

    public Structure Structure { get; } = new()
    {
        Min_bytes = 1,
        Max_bytes = 1 << 30,
        Sources = ["x"],
        Upload_method = "POST",
        Folder_structure = Folder,
        Supports_batch_uploads = true,
        Supports_multipart_uploads = true,
    };

    /// <summary>The requests for many files.</summary>
    public ConcurrentQueue<GetFileUploadUrlsCommand> Batches { get; } = [];

    /// <summary>The requests for parts.</summary>
    public ConcurrentQueue<SignUploadPartsCommand> PartRequests { get; } = [];

    public ConcurrentQueue<CreateMultipartUploadCommand> Created { get; } = [];

    public ConcurrentQueue<CompleteMultipartUploadCommand> Completed { get; } = [];

    /// <summary>What the store has: files by key, and parts by their number.</summary>
    public ConcurrentDictionary<string, byte[]> Stored { get; } = new(StringComparer.Ordinal);

    /// <summary>The headers of every request to the store.</summary>
    public ConcurrentQueue<IReadOnlyDictionary<string, string>> Headers { get; } = [];

    /// <summary>Changes the answer to a request for many files.</summary>
    public Action<GetFileUploadUrlsCommand, FileUploadUrls> Adjust { get; set; } = (_, _) => { };

    /// <summary>Answers a request to the server instead of this; false to answer as usual.</summary>
    public Func<HttpListenerContext, Task<bool>> OnService { get; set; } = _ => Task.FromResult(false);

    /// <summary>Answers a request to the store instead of this; false to answer as usual.</summary>
    public Func<HttpListenerContext, Task<bool>> OnStore { get; set; } = _ => Task.FromResult(false);

    public string Method { get; set; } = "PUT";

    public bool IsHashEnforced { get; set; } = true;

    public long PartSize { get; set; } = 100_000;

    /// <summary>The parts of an unfinished upload.</summary>
    public List<StoredPart> Unfinished { get; } = [];

    public UploadServer()
    {
        Service.Answer = AnswerAsync;
        Store.Answer = StoreAsync;
    }

    public static string Md5Of(ReadOnlySpan<byte> content) =>
#pragma warning disable CA5351 // Stores name objects by it.
        Convert.ToHexStringLower(MD5.HashData(content));
#pragma warning restore CA5351

    public static Task RefuseAsync(HttpListenerContext context, string code, int status = 409)
    {
        context.Response.ContentType = "application/problem+json";
        return LocalServer.WriteAsync(
            context, Encoding.UTF8.GetBytes($$"""{"code": "{{code}}", "detail": "No.", "status": {{status}}}"""), status);
    }

    public static Task RefuseAsStoreAsync(HttpListenerContext context, string code, int status) =>
        LocalServer.WriteAsync(context, Encoding.UTF8.GetBytes($"<Error><Code>{code}</Code></Error>"), status);

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await Store.DisposeAsync();
    }

    private T Read<T>() => JsonSerializer.Deserialize<T>(Service.Bodies.Last())!;

    private async Task AnswerAsync(HttpListenerContext context)
    {
        if (await OnService(context))
        {
            return;
        }

        await (context.Request.Url!.AbsolutePath switch
        {
            "/structure-info" => LocalServer.WriteJsonAsync(context, Structure),
            "/get-folder-access" => LocalServer.WriteJsonAsync(context, new FolderAccess
            {
                Folder = Folder,
                Url = Store.Address.AbsoluteUri,
                List_url = "",
                Expiry_seconds = 3600,
                Fields = new Dictionary<string, string>(),
            }),
            "/get-file-upload-urls" => LocalServer.WriteJsonAsync(context, Grant(Read<GetFileUploadUrlsCommand>())),
            "/create-multipart-upload" => LocalServer.WriteJsonAsync(context, Create(Read<CreateMultipartUploadCommand>())),
            "/list-upload-parts" => LocalServer.WriteJsonAsync(context, new UploadedParts { Parts = Unfinished }),
            "/sign-upload-parts" => LocalServer.WriteJsonAsync(context, Sign(Read<SignUploadPartsCommand>())),
            "/complete-multipart-upload" => LocalServer.WriteJsonAsync(context, Complete(Read<CompleteMultipartUploadCommand>())),
            "/list-my-files" => LocalServer.WriteJsonAsync(context, new FileList
            {
                Files = [.. Stored.Select(file => new ListedFile
                {
                    Key = file.Key, Size = file.Value.Length, Etag = Md5Of(file.Value), Download_url = Store.Address.AbsoluteUri,
                })],
                Expires_in_seconds = 3600,
            }),
            _ => RefuseAsync(context, "not_found", 404),
        });
    }

    private FileUploadUrls Grant(GetFileUploadUrlsCommand command)
    {
        Batches.Enqueue(command);
        var answer = new FileUploadUrls
        {
            Bucket = "b",
            Write_once = true,
            Size_enforced = true,
            Sha256_enforced = IsHashEnforced,
            Files = command.Files!.ToDictionary(file => file.Path!, file => new FileUploadTarget
            {
                S3_key = Folder + file.Path,
                Method = Method,
                Url = new Uri(Store.Address, Folder + file.Path).AbsoluteUri,
                Headers = Method == "PUT" ? new Dictionary<string, string> { ["x-amz-content-sha256"] = file.Sha256 ?? "none" } : null,
                Fields = Method == "PUT" ? null : new Dictionary<string, string> { ["key"] = Folder + file.Path },
                Expires_in_seconds = 3600,
            }),
        };
        Adjust(command, answer);
        return answer;
    }

    private CreatedUpload Create(CreateMultipartUploadCommand command)
    {
        Created.Enqueue(command);
        return new CreatedUpload
        {
            Upload_id = "id" + Created.Count,
            S3_key = Folder + command.Path,
            Part_size = PartSize,
            Part_count = (int)((command.Size!.Value + PartSize - 1) / PartSize),
            Resumed = Unfinished.Count > 0,
        };
    }

    private SignedParts Sign(SignUploadPartsCommand command)
    {
        PartRequests.Enqueue(command);
        return new SignedParts
        {
            Parts = [.. command.Part_numbers!.Select(number => new SignedPart
            {
                Part_number = (int)number, Url = new Uri(Store.Address, $"part/{number}?request={PartRequests.Count}").AbsoluteUri,
            })],
            Expires_in_seconds = 3600,
        };
    }

    private CompletedUpload Complete(CompleteMultipartUploadCommand command)
    {
        Completed.Enqueue(command);
        return new CompletedUpload { S3_key = command.S3_key!, Etag = "e-1", Size = 1 };
    }

    private async Task StoreAsync(HttpListenerContext context)
    {
        Headers.Enqueue(context.Request.Headers.AllKeys.ToDictionary(
            name => name!, name => context.Request.Headers[name]!, StringComparer.OrdinalIgnoreCase));
        if (await OnStore(context))
        {
            return;
        }

        var body = Store.Bodies.Last();
        Stored[Uri.UnescapeDataString(context.Request.Url!.AbsolutePath[1..])] = body;
        if (context.Request.HttpMethod == "PUT")
        {
            context.Response.Headers["ETag"] = $"\"{Md5Of(body)}\"";
        }

        await LocalServer.WriteAsync(context, []);
    }
}

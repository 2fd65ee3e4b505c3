using System.Net.Sockets;
using System.Security.Cryptography;

namespace S3Auth.Client.Tests;

/// <summary>Servers and stores that redirect, or send something else than requested.</summary>
public sealed class UnfaithfulServerTests
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 300_000).Select(number => (byte)(number * 11))];

#pragma warning disable CA5351 // It is what stores name objects by.
    private static readonly string ContentMd5 = Convert.ToHexStringLower(MD5.HashData(Content));
#pragma warning restore CA5351

    private LocalServer _service = null!;
    private LocalServer _store = null!;
    private LocalServer _elsewhere = null!;
    private KeyPair _hotkey = null!;
    private KeyPair _coldkey = null!;
    private S3AuthClient _client = null!;
    private DirectoryInfo _folder = null!;

    // The file that the server lists.
    private ListedFile _listed = null!;

    private string Target => Path.Combine(_folder.FullName, "file.bin");

    [SetUp]
    public void SetUp()
    {
        (_service, _store, _elsewhere) = (new LocalServer(), new LocalServer(), new LocalServer());
        (_hotkey, _coldkey) = (KeyPair.FromUri("//Bob"), KeyPair.FromUri("//Bob//cold"));
        _client = new S3AuthClient(
            _service.Address, _hotkey, new S3AuthClientOptions { Attempts = 3, FirstWait = TimeSpan.FromMilliseconds(1) });
        _folder = Directory.CreateTempSubdirectory("s3auth-client-");
        _listed = new ListedFile
        {
            Key = "data/x/5A/a.bin",
            Size = Content.Length,
            Etag = ContentMd5,
            Download_url = new Uri(_store.Address, "a.bin").AbsoluteUri,
        };
        _service.Answer = context => context.Request.Url!.AbsolutePath switch
        {
            "/structure-info" => LocalServer.WriteJsonAsync(context, StructureOf("POST")),
            "/get-folder-access" => LocalServer.WriteJsonAsync(context, GrantOf(_store.Address)),
            _ => LocalServer.WriteJsonAsync(context, new FileList { Files = [_listed], Expires_in_seconds = 3600 }),
        };
    }

    [TearDown]
    public async Task TearDown()
    {
        _client.Dispose();
        _hotkey.Dispose();
        _coldkey.Dispose();
        await _service.DisposeAsync();
        await _store.DisposeAsync();
        await _elsewhere.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Test]
    public void Request_does_not_follow_redirects_of_the_server()
    {
        _service.Answer = context => LocalServer.RedirectAsync(context, new Uri(_elsewhere.Address, "get-folder-access"));

        Assert.That(
            () => _client.Api.GetFolderAccessAsync(new GetFolderAccessCommand { Coldkey = _coldkey.AccountId.ToString() }),
            Throws.TypeOf<UnexpectedAnswerException>().With.Property(nameof(UnexpectedAnswerException.StatusCode)).EqualTo(307));
        Assert.That(_elsewhere.Asked, Is.Empty);
    }

    [TestCase("file:///etc/")]
    [TestCase("ftp://store/")]
    public void Upload_to_a_url_that_is_not_http_is_refused(string store)
    {
        _service.Answer = context => context.Request.Url!.AbsolutePath == "/structure-info"
            ? LocalServer.WriteJsonAsync(context, StructureOf("POST"))
            : LocalServer.WriteJsonAsync(context, GrantOf(new Uri(store)));

        Assert.That(UploadAsync, Throws.TypeOf<RefusedException>().With.Message.Contains("not http"));
    }

    [Test]
    public void Upload_does_not_follow_redirects_of_the_store()
    {
        _store.Answer = context => LocalServer.RedirectAsync(context, _elsewhere.Address);

        Assert.That(UploadAsync, Throws.TypeOf<StoreException>().With.Message.Contains("307"));
        Assert.That(_elsewhere.Asked, Is.Empty);
    }

    [Test]
    public void Download_does_not_follow_redirects_of_the_store()
    {
        _store.Answer = context => LocalServer.RedirectAsync(context, _elsewhere.Address);

        Assert.That(DownloadAsync, Throws.TypeOf<StoreException>().With.Message.Contains("307"));
        Assert.That(_elsewhere.Asked, Is.Empty);
    }

    [Test]
    public async Task Upload_is_retried_if_the_store_received_other_bytes()
    {
        var tries = 0;
        _store.Answer = context =>
        {
            context.Response.Headers["ETag"] = ++tries == 1 ? $"\"{new string('0', 32)}\"" : $"\"{ContentMd5}\"";
            return LocalServer.WriteAsync(context, [], 201);
        };
        var sent = new Sum();

        var uploaded = await UploadAsync(sent);

        Assert.That((uploaded.Md5, tries, sent.Total), Is.EqualTo((ContentMd5, 2, Content.Length)));
    }

    [Test]
    public async Task Refused_grant_is_renewed_once()
    {
        var tries = 0;
        _store.Answer = context => LocalServer.WriteAsync(context, [], ++tries == 1 ? 403 : 201);

        await UploadAsync();
        Assert.That(_service.Asked.Count(asked => asked == "POST /get-folder-access"), Is.EqualTo(2));

        _store.Answer = context => LocalServer.WriteAsync(context, "<Error><Code>AccessDenied</Code></Error>"u8.ToArray(), 403);
        Assert.That(UploadAsync, Throws.TypeOf<StoreException>().With.Property(nameof(StoreException.Code)).EqualTo("AccessDenied"));
    }

    [Test]
    public void Error_of_the_store_becomes_one_short_line()
    {
        _store.Answer = context => LocalServer.WriteAsync(
            context, Encoding.UTF8.GetBytes($"<Error><Code>Bad</Code><Message>a\u0085\n{new string('b', 1000)}</Message></Error>"), 400);

        Assert.That(
            DownloadAsync,
            Throws.TypeOf<StoreException>()
                .With.Message.Length.LessThan(400)
                .And.Message.Not.Contains("\n")
                .And.Message.Not.Contains("\u0085"));
    }

    [Test]
    public void Too_long_key_is_refused_before_the_upload()
    {
        var file = FileOf(Content) with { Path = string.Join('/', Enumerable.Repeat(new string('a', 200), 6)) };

        Assert.That(() => _client.CreateUploader(_coldkey.AccountId).UploadAsync(file), Throws.TypeOf<UnacceptableFileException>());
        Assert.That(_store.Asked, Is.Empty);
    }

    [TestCase(-1, "more")]
    [TestCase(1, "ended")]
    public void Download_of_another_size_is_refused(int difference, string reason)
    {
        // The ETag is not an MD5.
        (_listed.Size, _listed.Etag) = (Content.Length + difference, "0-2");
        _store.Answer = context => LocalServer.WriteAsync(context, Content);

        Assert.That(DownloadAsync, Throws.InstanceOf<Exception>().With.Message.Contains(reason));
        Assert.That(File.Exists(Target), Is.False);
    }

    [Test]
    public void Download_of_other_bytes_is_refused_and_leaves_no_file()
    {
        var other = (byte[])Content.Clone();
        other[1000] ^= 1;
        _store.Answer = context => LocalServer.WriteAsync(context, other);

        Assert.That(DownloadAsync, Throws.TypeOf<ChangedFileException>().With.Message.Contains("MD5"));
        Assert.That(_folder.EnumerateFiles("*", SearchOption.AllDirectories), Is.Empty);
    }

    // An owner could replace its file forever.
    [Test]
    public void Download_of_a_file_that_is_replaced_repeatedly_fails_soon()
    {
        _store.Answer = context => LocalServer.WriteAsync(context, [], 412);
        using var client = new S3AuthClient(
            _service.Address, _hotkey, new S3AuthClientOptions { Attempts = 10, FirstWait = TimeSpan.FromMilliseconds(1) });

        Assert.That(
            async () => await client.CreateReader().DownloadAsync(await ListAsync(), Target), Throws.TypeOf<ChangedFileException>());
        Assert.That(_service.Asked.Count(asked => asked == "POST /list-my-files"), Is.EqualTo(1));
        Assert.That(_store.Asked, Has.Count.EqualTo(3));
    }

    [Test]
    public void Key_without_a_url_costs_no_request()
    {
        _listed.Download_url = null;

        Assert.That(DownloadAsync, Throws.TypeOf<StoreException>().With.Message.Contains("cannot be part of a URL"));
        Assert.That(_service.Asked, Has.Count.EqualTo(1));
        Assert.That(_store.Asked, Is.Empty);
    }

    [Test]
    public async Task Part_files_of_earlier_versions_are_deleted()
    {
        _store.Answer = async context =>
        {
            context.Response.ContentLength64 = Content.Length;
            await context.Response.OutputStream.WriteAsync(Content.AsMemory(0, 100_000));
            await context.Response.OutputStream.FlushAsync();
            throw new IOException("The store breaks off.");
        };
        Assert.That(DownloadAsync, Throws.InstanceOf<Exception>());
        Assert.That(_folder.EnumerateFiles(), Is.Not.Empty, "The part file stays for a later download.");

        (_listed.Etag, _listed.Size) = ("0-2", Content.Length);
        _store.Answer = context => LocalServer.WriteAsync(context, Content);
        await DownloadAsync();

        Assert.That(_folder.EnumerateFiles().Select(file => file.Name), Is.EqualTo(["file.bin"]));
    }


    [Test]
    [Platform(Include = "Linux")]
    public void Connection_timeout_is_not_a_cancellation()
    {
        // Linux drops connection requests while the backlog is full.
        using var full = new TcpListener(IPAddress.Loopback, port: 0);
        full.Start(backlog: 0);
        using var first = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var second = new Socket(SocketType.Stream, ProtocolType.Tcp);
        _ = first.ConnectAsync(full.LocalEndpoint).ContinueWith(_ => { }, TaskScheduler.Default);
        _ = second.ConnectAsync(full.LocalEndpoint).ContinueWith(_ => { }, TaskScheduler.Default);
        _listed.Download_url = $"http://{full.LocalEndpoint}/a.bin";
        using var client = new S3AuthClient(
            _service.Address, _hotkey, new S3AuthClientOptions { Attempts = 1, ConnectTimeout = TimeSpan.FromMilliseconds(300) });

        Assert.That(
            async () => await client.CreateReader().DownloadAsync(await ListAsync(), Target),
            Throws.TypeOf<StalledException>().With.Message.Contains("could not connect"));
    }

    [Test]
    public async Task Slow_source_of_an_upload_is_not_a_stall()
    {
        _store.Answer = context => LocalServer.WriteAsync(context, [], 201);
        var time = new TestTime(DateTimeOffset.UtcNow);
        using var client = new S3AuthClient(
            _service.Address, _hotkey, new S3AuthClientOptions { Attempts = 1, StallTimeout = TimeSpan.FromSeconds(6), Time = time });
        var file = FileOf(Content) with
        {
            OpenAsync = _ =>
            {
                time.Advance(TimeSpan.FromSeconds(9));
                return ValueTask.FromResult<Stream>(new MemoryStream(Content, writable: false));
            },
        };

        Assert.That((await client.CreateUploader(_coldkey.AccountId).UploadAsync(file)).Size, Is.EqualTo(Content.Length));
    }

    [Test]
    public async Task Upload_goes_on_when_the_server_changes_the_method_to_put()
    {
        var uploader = _client.CreateUploader(_coldkey.AccountId);
        Assert.That((await uploader.GetStructureAsync()).Upload_method, Is.EqualTo("POST"));
        _service.Answer = context => context.Request.Url!.AbsolutePath switch
        {
            "/structure-info" => LocalServer.WriteJsonAsync(context, StructureOf("PUT")),
            "/get-folder-access" => RefuseAsync(context, "folder_upload_unsupported"),
            _ => LocalServer.WriteJsonAsync(context, new FileUploadUrl
            {
                Method = "PUT",
                S3_key = "data/x/5A/a.bin",
                Url = new Uri(_store.Address, "a.bin").AbsoluteUri,
                Fields = new Dictionary<string, string>(),
            }),
        };
        _store.Answer = context => LocalServer.WriteAsync(context, [], 200);

        var first = await uploader.UploadAsync(FileOf(Content));
        await uploader.UploadAsync(FileOf(Content));

        Assert.That(first.Key, Is.EqualTo("data/x/5A/a.bin"));
        Assert.That(_store.Asked, Is.EqualTo(["PUT /a.bin", "PUT /a.bin"]));
        Assert.That(_service.Asked.Count(asked => asked == "POST /get-folder-access"), Is.EqualTo(1), "It then knows the method.");
    }

    [TestCase(400, "RequestTimeout", 3, 1)]
    [TestCase(409, "ConditionalRequestConflict", 3, 1)]
    [TestCase(400, "InvalidArgument", 1, 1)]
    [TestCase(403, "AccessDenied", 2, 2)]
    [TestCase(400, "ExpiredToken", 2, 2)]
    public void Refusal_of_the_store_is_retried_if_that_can_help(int status, string code, int tries, int grants)
    {
        _store.Answer = context =>
            LocalServer.WriteAsync(context, Encoding.UTF8.GetBytes($"<Error><Code>{code}</Code></Error>"), status);

        Assert.That(UploadAsync, Throws.TypeOf<StoreException>().With.Property(nameof(StoreException.Code)).EqualTo(code));
        Assert.That((_store.Asked.Count, _service.Asked.Count(asked => asked == "POST /get-folder-access")), Is.EqualTo((tries, grants)));
    }

    // A bucket policy can cause it. Further files must not cost a grant each.
    [Test]
    public void Store_that_refuses_fresh_grants_costs_no_further_grants()
    {
        _store.Answer = context => LocalServer.WriteAsync(context, "<Error><Code>AccessDenied</Code></Error>"u8.ToArray(), 403);
        var uploader = _client.CreateUploader(_coldkey.AccountId);

        for (var i = 0; i < 10; i++)
        {
            Assert.That(() => uploader.UploadAsync(FileOf(Content)), Throws.TypeOf<StoreException>());
        }

        Assert.That(_service.Asked.Count(asked => asked == "POST /get-folder-access"), Is.EqualTo(2));
    }

    [Test]
    public async Task Whole_file_instead_of_a_range_is_not_appended()
    {
        var tries = 0;
        _store.Answer = async context =>
        {
            if (++tries == 1)
            {
                context.Response.ContentLength64 = Content.Length;
                await context.Response.OutputStream.WriteAsync(Content.AsMemory(0, 200_000));
                await context.Response.OutputStream.FlushAsync();
                throw new IOException("The store breaks off.");
            }

            await LocalServer.WriteAsync(context, Content);
        };

        await DownloadAsync();

        Assert.That(await File.ReadAllBytesAsync(Target), Is.EqualTo(Content));
        Assert.That(_store.Asked.First(), Is.EqualTo("GET /a.bin"));
        Assert.That(_store.Asked.ElementAt(1), Does.StartWith("GET /a.bin bytes="));
        Assert.That(_store.Asked.Last(), Is.EqualTo("GET /a.bin"));
    }

    // A multipart ETag is not an MD5, so no hash could detect wrongly joined parts.
    [Test]
    public async Task Other_range_than_requested_is_not_appended(
        [Values("bytes 0-99999/300000", "bytes 200000-299999/400000", "")] string range)
    {
        _listed.Etag = "0123-2";
        var tries = 0;
        _store.Answer = async context =>
        {
            switch (++tries)
            {
                case 1:
                    context.Response.ContentLength64 = Content.Length;
                    await context.Response.OutputStream.WriteAsync(Content.AsMemory(0, 200_000));
                    await context.Response.OutputStream.FlushAsync();
                    // Waits until the bytes have arrived.
                    await Task.Delay(2000);
                    throw new IOException("The store breaks off.");
                case 2:
                    if (range.Length > 0)
                    {
                        context.Response.Headers["Content-Range"] = range;
                    }

                    await LocalServer.WriteAsync(context, Content[..100_000], 206);
                    break;
                default:
                    await LocalServer.WriteAsync(context, Content);
                    break;
            }
        };

        await DownloadAsync();

        Assert.That(await File.ReadAllBytesAsync(Target), Is.EqualTo(Content));
        Assert.That(_store.Asked, Is.EqualTo(["GET /a.bin", "GET /a.bin bytes=200000-", "GET /a.bin"]));
    }

    [Test]
    public async Task Download_requests_the_listed_version()
    {
        _store.Answer = context => LocalServer.WriteAsync(context, Content);

        await DownloadAsync();

        Assert.That(_store.Matched, Is.EqualTo([$"\"{ContentMd5}\""]));
    }

    [Test]
    public async Task Part_file_of_another_version_is_not_resumed()
    {
        (_listed.Etag, _store.Answer) = ("0123-2", async context =>
        {
            context.Response.ContentLength64 = Content.Length;
            await context.Response.OutputStream.WriteAsync(new byte[200_000]);
            await context.Response.OutputStream.FlushAsync();
            await Task.Delay(2000);
            throw new IOException("The store breaks off.");
        });
        Assert.That(DownloadAsync, Throws.InstanceOf<Exception>());
        _store.Asked.Clear();

        _listed.Etag = "4567-2";
        _store.Answer = context => LocalServer.WriteAsync(context, Content);
        await DownloadAsync();

        Assert.That(await File.ReadAllBytesAsync(Target), Is.EqualTo(Content));
        Assert.That(_store.Asked, Is.EqualTo(["GET /a.bin"]));
    }

    [Test]
    public async Task Expiring_url_is_renewed_before_use()
    {
        _store.Answer = context => LocalServer.WriteAsync(context, Content);
        var old = (await ListAsync()) with { UrlEndsAt = DateTimeOffset.UtcNow.AddSeconds(30), Url = new Uri(_store.Address, "old.bin") };

        await _client.CreateReader().DownloadAsync(old, Target);

        Assert.That(_store.Asked, Is.EqualTo(["GET /a.bin"]));
    }

    // A hostile server could send megabytes to fill the client's memory.
    [Test]
    public void Too_large_refusal_is_a_failed_request()
    {
        _service.Answer = context =>
        {
            context.Response.ContentType = "application/problem+json";
            return LocalServer.WriteAsync(context, new byte[1024 * 1024], 403);
        };

        Assert.That(
            () => _client.Api.GetFolderAccessAsync(new GetFolderAccessCommand { Coldkey = _coldkey.AccountId.ToString() }),
            Throws.InstanceOf<HttpRequestException>());
    }

    private static Task RefuseAsync(HttpListenerContext context, string code)
    {
        context.Response.ContentType = "application/problem+json";
        return LocalServer.WriteAsync(context, Encoding.UTF8.GetBytes($$"""{"code": "{{code}}", "detail": "No.", "status": 409}"""), 409);
    }

    private static Structure StructureOf(string method) => new()
    {
        Min_bytes = 1024,
        Max_bytes = 1 << 30,
        Sources = ["x"],
        Upload_method = method,
        Folder_structure = "data/{source}/{coldkey}/",
    };

    private static FolderAccess GrantOf(Uri store) => new()
    {
        Folder = "data/x/5A/",
        Url = store.AbsoluteUri,
        List_url = store.AbsoluteUri,
        Expiry_seconds = 3600,
        Fields = new Dictionary<string, string> { ["policy"] = "p" },
    };

    private static FileToUpload FileOf(byte[] content) => new()
    {
        Path = "a.bin", Size = content.Length, OpenAsync = _ => ValueTask.FromResult<Stream>(new MemoryStream(content, writable: false)),
    };

    private Task<UploadedFile> UploadAsync() => UploadAsync(sent: null);

    private Task<UploadedFile> UploadAsync(IProgress<long>? sent) =>
        _client.CreateUploader(_coldkey.AccountId).UploadAsync(FileOf(Content) with { Sent = sent });

    private async Task<RemoteFile> ListAsync()
    {
        await foreach (var file in _client.CreateReader().ListAsync(FileOwner.Own(_coldkey.AccountId)))
        {
            return file;
        }

        throw new AssertionException("The list is empty.");
    }

    private async Task DownloadAsync() => await _client.CreateReader().DownloadAsync(await ListAsync(), Target);

    private sealed class Sum : IProgress<long>
    {
        public long Total { get; private set; }

        public void Report(long value) => Total += value;
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace S3Auth.Client.Tests;

/// <summary>Counts the grants of downloads while owners replace files or the store refuses URLs.</summary>
public sealed class DownloadCostTests
{
    private const int Count = 401;

    private static readonly byte[] Listed = Encoding.UTF8.GetBytes("as it was listed");
    private static readonly byte[] Replaced = Encoding.UTF8.GetBytes("as it is now, and longer");

    private LocalServer _service = null!;
    private LocalServer _store = null!;
    private KeyPair _hotkey = null!;
    private S3AuthClient _client = null!;
    private FileReader _reader = null!;
    private DirectoryInfo _folder = null!;
    private long _life = 3600;

    // The store accepts only URLs with this query.
    private string _validity = "old";

    [SetUp]
    public void SetUp()
    {
        (_service, _store) = (new LocalServer(), new LocalServer());
        _hotkey = KeyPair.FromUri("//Alice");
        _client = new S3AuthClient(
            _service.Address, _hotkey, new S3AuthClientOptions { Attempts = 2, FirstWait = TimeSpan.FromMilliseconds(1) });
        _reader = _client.CreateReader();
        _folder = Directory.CreateTempSubdirectory("s3auth-cost-");
        (_life, _validity) = (3600, "old");
        _service.Answer = AnswerAsync;
        _store.Answer = context => context.Request.Url!.Query == "?" + _validity
            ? SendAsync(context, Listed)
            : LocalServer.WriteAsync(context, "<Error><Code>AccessDenied</Code></Error>"u8.ToArray(), 403);
    }

    [TearDown]
    public async Task TearDown()
    {
        _client.Dispose();
        _hotkey.Dispose();
        await _service.DisposeAsync();
        await _store.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Test]
    public async Task Replaced_files_are_downloaded_in_their_new_version_without_a_grant()
    {
        _store.Answer = context => context.Request.Headers["If-Match"] is { } wanted && wanted != ETagOf(Replaced)
            ? LocalServer.WriteAsync(context, [], 412)
            : SendAsync(context, Replaced);

        var arrived = await DownloadAllAsync(Validator);

        Assert.That(Grants, Is.EqualTo(new[] { "POST /list-files" }));
        Assert.That(arrived, Has.Count.EqualTo(Count).And.All.Matches<RemoteFile>(file => file.Size == Replaced.Length));
        Assert.That(_folder.EnumerateFiles().Select(file => File.ReadAllText(file.FullName)), Has.Exactly(Count).EqualTo(
            Encoding.UTF8.GetString(Replaced)));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Refused_urls_are_renewed_with_one_grant(bool asValidator)
    {
        _validity = asValidator ? "new" : "listed2";

        await DownloadAllAsync(asValidator ? Validator : Own);

        Assert.That(Grants, Is.EqualTo(
            asValidator ? ["POST /list-files", "POST /get-file-presigned-urls"] : new[] { "POST /list-my-files", "POST /list-my-files" }));
        Assert.That(_folder.EnumerateFiles().Count(), Is.EqualTo(Count));
    }

    [Test]
    public async Task Expiring_urls_are_renewed_with_one_grant_before_use()
    {
        (_life, _validity) = (30, "new");

        await DownloadAllAsync(Validator);

        Assert.That(Grants, Is.EqualTo(new[] { "POST /list-files", "POST /get-file-presigned-urls" }));
        Assert.That(_store.Asked, Has.Count.EqualTo(Count), "no old URL was tried");
    }

    // A bucket policy can cause it.
    [Test]
    public async Task Store_that_refuses_every_url_costs_one_more_grant()
    {
        _validity = "none";
        using var client = NewClientWithStoppedClock();
        _reader = client.CreateReader();
        var failed = 0;
        await foreach (var file in ListAsync(Validator))
        {
            Assert.That(() => DownloadAsync(file), Throws.TypeOf<StoreException>());
            failed++;
        }

        Assert.That((failed, Grants.Count), Is.EqualTo((Count, 2)));
        Assert.That(_folder.EnumerateFiles(), Is.Empty, "no parts without a byte stay");
    }

    [Test]
    public async Task Refused_renewal_is_not_repeated()
    {
        _validity = "none";
        using var client = NewClientWithStoppedClock();
        _reader = client.CreateReader();
        _service.Answer = context =>
            context.Request.Url!.AbsolutePath != "/get-file-presigned-urls" ? AnswerAsync(context) : RefuseAsync(context);
        await foreach (var file in ListAsync(Validator))
        {
            Assert.That(
                () => DownloadAsync(file),
                Throws.TypeOf<RefusedException>().With.Property(nameof(RefusedException.Code)).EqualTo("quota_exceeded"));
        }

        Assert.That(Grants, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Broken_connection_costs_no_grant()
    {
        var broken = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        _store.Answer = context => broken.TryAdd(context.Request.Url!.AbsolutePath, true)
            ? throw new IOException("The store breaks off.")
            : SendAsync(context, Listed);

        // One at a time, because another download may be given the connection that this server is breaking off.
        await DownloadAllAsync(Validator, parallel: 1);

        Assert.That(Grants, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Long_keys_are_renewed_in_batches_below_the_servers_body_limit()
    {
        _validity = "new";
        _service.Answer = context =>
            AnswerAsync(context, number => string.Create(CultureInfo.InvariantCulture, $"{new string('数', 330)}{number:D4}"));

        // One at a time, because parallel downloads start batches in any order.
        await DownloadAllAsync(Validator, parallel: 1);

        Assert.That(Grants, Has.Count.InRange(3, 5));
    }

    [Test]
    public async Task Folder_is_searched_for_part_files_once()
    {
        var files = await ListAsync(Validator).Take(2).ToListAsync();
        await DownloadAsync(files[0]);
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(files[1].Key)).AsSpan(0, 12));
        var part = Path.Combine(_folder.FullName, $".{digest}-{new string('0', 24)}.s3auth-part");
        await File.WriteAllTextAsync(part, "another version");

        await DownloadAsync(files[1]);

        Assert.That(File.Exists(part), "it came after the folder was searched");
        await _client.CreateReader().DownloadAsync(files[1], Path.Combine(_folder.FullName, "again"));
        Assert.That(File.Exists(part), Is.False);
    }

    // A newer version can be stored within the same second.
    [TestCase(60, false)]
    [TestCase(-60, true)]
    public async Task Download_gets_the_stored_time_only_if_no_other_version_can_have_it(int seconds, bool hasTime)
    {
        var wholeSeconds = DateTime.UtcNow.Ticks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond;
        var stored = new DateTimeOffset(wholeSeconds, TimeSpan.Zero).AddSeconds(seconds);
        var file = await ListAsync(Validator).FirstAsync() with { LastModified = stored };

        await DownloadAsync(file);

        Assert.That(_folder.EnumerateFiles().Single().LastWriteTimeUtc == stored.UtcDateTime, Is.EqualTo(hasTime));
    }

    [TestCase("aws:kms", false)]
    [TestCase("aws:kms:dsse", false)]
    [TestCase("AES256", true)]
    [TestCase(null, true)]
    public async Task Inspection_reads_whether_the_etag_is_an_md5(string? encryption, bool hasMd5)
    {
        _store.Answer = context =>
        {
            if (encryption is not null)
            {
                context.Response.Headers["x-amz-server-side-encryption"] = encryption;
            }

            context.Response.Headers["Last-Modified"] = "Sat, 28 Nov 2026 06:00:00 GMT";
            return LocalServer.WriteAsync(context, [1], 206);
        };

        var mark = await _client.CreateReader().InspectAsync(await ListAsync(Validator).FirstAsync());

        Assert.That((mark.HasMd5, mark.LastModified), Is.EqualTo((hasMd5, new DateTimeOffset(2026, 11, 28, 6, 0, 0, TimeSpan.Zero))));
        Assert.That(mark.ClockSkew!.Value.Duration(), Is.LessThan(TimeSpan.FromMinutes(1)));
        Assert.That(_store.Asked.Single(), Does.EndWith("bytes=0-0"));
    }

    private FileOwner Validator => FileOwner.MinerOfHotkey(_hotkey.AccountId);

    private FileOwner Own => FileOwner.Own(_hotkey.AccountId);

    private List<string> Grants => [.. _service.Asked];

    // A renewal is valid for one minute. The clock stands still, so that it does not end during the test.
    private S3AuthClient NewClientWithStoppedClock() => new(
        _service.Address, _hotkey, new S3AuthClientOptions { Attempts = 2, Time = new TestTime(DateTimeOffset.UtcNow) });

    private static string ETagOf(byte[] content) => $"\"{Md5Of(content)}\"";

#pragma warning disable CA5351 // It is what stores name objects by.
    private static string Md5Of(byte[] content) => Convert.ToHexStringLower(MD5.HashData(content));
#pragma warning restore CA5351

    private static Task SendAsync(HttpListenerContext context, byte[] content)
    {
        context.Response.Headers["ETag"] = ETagOf(content);
        return LocalServer.WriteAsync(context, content);
    }

    private static Task RefuseAsync(HttpListenerContext context)
    {
        context.Response.ContentType = "application/problem+json";
        context.Response.Headers["Retry-After"] = "40000";
        return LocalServer.WriteAsync(
            context, JsonSerializer.SerializeToUtf8Bytes(new { code = "quota_exceeded", detail = "Tomorrow." }), 429);
    }

    private Task AnswerAsync(HttpListenerContext context) =>
        AnswerAsync(context, number => string.Create(CultureInfo.InvariantCulture, $"k{number:D4}"));

    private async Task AnswerAsync(HttpListenerContext context, Func<int, string> keyOf)
    {
        if (context.Request.Url!.AbsolutePath == "/get-file-presigned-urls")
        {
            var requested = JsonDocument.Parse(_service.Bodies.Last()).RootElement.GetProperty("file_keys");
            var keys = requested.EnumerateArray().Select(key => key.GetString()!).ToList();
            await LocalServer.WriteJsonAsync(context, new FilePresignedUrls
            {
                File_urls = keys.ToDictionary(
                    key => key,
                    key => new FileUrl { File_key = key, Presigned_url = UrlOf(key, "new"), Expires_in_seconds = 3600 },
                    StringComparer.Ordinal),
            });
            return;
        }

        var listings = _service.Asked.Count(asked => asked.Contains("list", StringComparison.Ordinal));
        var files = Enumerable.Range(0, Count).Select(keyOf).Select(key => new ListedFile
        {
            Key = key,
            Size = Listed.Length,
            Etag = Md5Of(Listed),
            Download_url = UrlOf(key, listings == 1 ? "old" : $"listed{listings}"),
            Last_modified = DateTimeOffset.UnixEpoch,
        });
        await LocalServer.WriteJsonAsync(context, new FileList { Files = [.. files], Expires_in_seconds = _life });
    }

    private string UrlOf(string key, string validity) => new Uri(_store.Address, $"{Uri.EscapeDataString(key)}?{validity}").AbsoluteUri;

    private IAsyncEnumerable<RemoteFile> ListAsync(FileOwner owner) => _reader.ListAsync(owner);

    private async Task<List<RemoteFile>> DownloadAllAsync(FileOwner owner, int parallel = 8)
    {
        var arrived = new ConcurrentBag<RemoteFile>();
        await Parallel.ForEachAsync(
            ListAsync(owner),
            new ParallelOptions { MaxDegreeOfParallelism = parallel },
            async (file, _) => arrived.Add(await DownloadAsync(file)));
        return [.. arrived];
    }

    private Task<RemoteFile> DownloadAsync(RemoteFile file) =>
        _reader.DownloadAsync(file, Path.Combine(_folder.FullName, LocalName.Of(file, out var _)));
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace S3Auth.Cli.Tests;

/// <summary>Which files a run uploads, and whether they may replace stored ones.</summary>
public sealed class SyncTests
{
    private static readonly DateTimeOffset Stored = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly byte[] Content = [.. Enumerable.Range(0, 2000).Select(number => (byte)(number * 7))];

    private readonly List<ListedFile> _listed = [];
    private readonly List<GetFileUploadUrlsCommand> _batches = [];
    private readonly List<string> _prefixes = [];
    private LocalServer _server = null!;
    private DirectoryInfo _folder = null!;
    private string? _encryption;

    [SetUp]
    public void SetUp()
    {
        _listed.Clear();
        _batches.Clear();
        _prefixes.Clear();
        (_server, _folder, _encryption) = (new LocalServer(), Directory.CreateTempSubdirectory("s3auth-sync-"), null);
        _server.Answer = context => context.Request.Url!.AbsolutePath switch
        {
            "/structure-info" => LocalServer.WriteJsonAsync(context, new Structure
            {
                Min_bytes = 1,
                Max_bytes = 1 << 30,
                Sources = [],
                Upload_method = "POST",
                Folder_structure = "f/",
                Example_paths = [],
                Supports_batch_uploads = true,
            }),
            "/get-folder-access" => RefuseFoldersAsync(context),
            "/list-my-files" => ListAsync(context),
            "/get-file-upload-urls" => LocalServer.WriteJsonAsync(context, Grant()),
            _ => AnswerAsStoreAsync(context),
        };
    }

    [TearDown]
    public async Task TearDown()
    {
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [TestCase(0, false)]
    [TestCase(-60, false)]
    [TestCase(0.9, false)]
    [TestCase(1, true)]
    public async Task Sync_uploads_a_file_that_is_newer_than_the_stored_one(double age, bool isSent)
    {
        Write("a.bin", Content, Stored.AddSeconds(age));
        List("a.bin", new string('0', 32));

        await SyncAsync(FileComparison.Time);

        Assert.That(Sent(), Is.EqualTo(isSent ? ["a.bin+"] : Array.Empty<string>()));
    }

    [Test]
    public async Task New_file_and_file_of_another_size_are_uploaded_in_every_mode([Range(0, 3)] int comparison)
    {
        Write("a.bin", Content, Stored.AddYears(-1));
        Write("sub/b.bin", Content, Stored.AddYears(-1));
        List("a.bin", "0-2", size: 1999);

        await SyncAsync((FileComparison)comparison);

        Assert.That(Sent(), Is.EquivalentTo(["a.bin+", "sub/b.bin"]), "Only a file that exists may be replaced.");
    }

    [Test]
    public async Task Sizes_are_all_that_size_only_compares()
    {
        Write("a.bin", Content, Stored.AddYears(1));
        List("a.bin", new string('0', 32));

        await SyncAsync(FileComparison.Size);

        Assert.That(Sent(), Is.Empty);
    }

    // The local file is older than the stored one, so that its time alone would be no reason to send it.
    [TestCase("same", false)]
    [TestCase("other", true)]
    [TestCase("parts", false)]
    [TestCase("other parts", true)]
    [TestCase("unknown", false)]
    public async Task Checksum_compares_content_if_the_etag_allows_it(string etag, bool isSent)
    {
        Write("a.bin", Content, Stored.AddYears(-1));
        List("a.bin", etag switch
        {
            "same" => Md5Of(Content),
            "other" => new string('0', 32),
            "parts" => Md5Of(Convert.FromHexString(Md5Of(Content))) + "-1",
            "other parts" => new string('0', 32) + "-1",
            _ => "etag-of-another-kind",
        });

        await SyncAsync(FileComparison.Checksum);

        Assert.That(Sent(), Is.EqualTo(isSent ? ["a.bin+"] : Array.Empty<string>()));
    }

    // With KMS an ETag looks like an MD5 but is not one, so only the time can be compared.
    [TestCase(-60, false)]
    [TestCase(60, true)]
    public async Task Checksum_compares_times_if_the_store_encrypts_with_a_managed_key(int age, bool isSent)
    {
        _encryption = "aws:kms";
        Write("a.bin", Content, Stored.AddSeconds(age));
        List("a.bin", new string('0', 32));

        await SyncAsync(FileComparison.Checksum);

        Assert.That(Sent(), Is.EqualTo(isSent ? ["a.bin+"] : Array.Empty<string>()));
    }

    [Test]
    public async Task Filters_select_by_relative_path()
    {
        foreach (var name in (string[])["a.bin", "b.txt", "sub/c.bin", "sub/d.bin"])
        {
            Write(name, Content, Stored);
        }

        await SyncAsync(FileComparison.Time, new PathFilter(["**/*.bin"], ["sub/d*"]));

        Assert.That(Sent(), Is.EquivalentTo(["a.bin", "sub/c.bin"]));
    }

    [Test]
    public async Task Sync_lists_the_whole_destination_and_upload_only_what_it_compares()
    {
        Write("a1.bin", Content, Stored);
        Write("a2.bin", Content, Stored);

        await SyncAsync(FileComparison.Time);
        await RunAsync(new UploadPlan { Paths = [_folder.FullName], Settings = Settings() });

        Assert.That(_prefixes, Is.EqualTo(["f/to/", "f/to/a"]));
    }

    [Test]
    public async Task Force_may_replace_every_file()
    {
        Write("a.bin", Content, Stored);

        await RunAsync(new UploadPlan { Paths = [_folder.FullName], Settings = Settings() with { Force = true } });

        Assert.That(Sent(), Is.EqualTo(["a.bin+"]));
        Assert.That(_prefixes, Is.Empty);
    }

    [TestCase("1k", 1024)]
    [TestCase("10M", 10 << 20)]
    [TestCase("1.5G", (3L << 30) / 2)]
    [TestCase("2048", 2048)]
    [TestCase("512K", 512 << 10)]
    public void Rate_is_a_number_with_a_suffix(string text, long bytes) =>
        Assert.That(RateOption.Read(text), Is.EqualTo(bytes));

    [TestCase("")]
    [TestCase("M")]
    [TestCase("0")]
    [TestCase("1023")]
    [TestCase("-1M")]
    [TestCase("10m")]
    [TestCase("10 M")]
    [TestCase("9999999G")]
    public void Other_rates_are_refused(string text) =>
        Assert.That(() => RateOption.Read(text), Throws.TypeOf<UsageException>().With.Message.Contains("--bwlimit"));

    // 8 MiB is the part size of aws, 16 MiB that of this project's servers.
    [TestCase(20, 3, "8")]
    [TestCase(20, 2, "10 15 16")]
    [TestCase(100_000, 5000, "20")]
    [TestCase(23, 4, "6")]
    public void Part_sizes_are_those_that_result_in_the_number_of_parts(long mebibytes, int count, string expected) => Assert.That(
        string.Join(' ', StoredFileComparer.PartSizesOf(mebibytes << 20, count).Select(size => size >> 20)), Does.Contain(expected));

    [TestCase(2000, "1999 bytes + 1")]
    [TestCase(1000, "two whole parts")]
    public async Task ETag_of_parts_is_the_md5_of_their_md5s(int partSize, string reason)
    {
        var path = Write("a.bin", [.. Content, .. (partSize == 2000 ? new byte[1] : [])], Stored);
        byte[][] parts = partSize == 2000 ? [Content, [0]] : [Content[..1000], Content[1000..]];

        Assert.That(
            await Md5.OfPartsAsync(path, partSize, CancellationToken.None),
            Is.EqualTo(Md5Of([.. parts.SelectMany(part => Convert.FromHexString(Md5Of(part)))]) + "-2"),
            reason);
    }

#pragma warning disable CA5351 // Stores name objects by it.
    // So that each run lists by pages, which these tests look at.
    private static Task RefuseFoldersAsync(HttpListenerContext context)
    {
        context.Response.ContentType = "application/problem+json";
        return LocalServer.WriteAsync(
            context, """{"code": "folder_upload_unsupported", "detail": "No.", "status": 409}"""u8.ToArray(), 409);
    }

    private static string Md5Of(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(MD5.HashData(content));
#pragma warning restore CA5351

    private static UploadSettings Settings() => new() { Parallel = 2, To = "to" };

    private string Write(string name, byte[] content, DateTimeOffset time)
    {
        var path = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        File.SetLastWriteTimeUtc(path, time.UtcDateTime);
        return path;
    }

    private void List(string path, string etag, long size = 2000) => _listed.Add(new ListedFile
    {
        Key = "f/to/" + path, Size = size, Etag = etag, Last_modified = Stored, Download_url = _server.Address + "get",
    });

    /// <summary>Returns the requested paths; those that may replace a file end with a plus.</summary>
    private IEnumerable<string> Sent() => _batches.SelectMany(batch => batch.Files!.Select(
        file => file.Path!["to/".Length..] + (batch.Overwrite is true ? "+" : "")));

    private Task SyncAsync(FileComparison comparison, PathFilter? filter = null) => RunAsync(new UploadPlan
    {
        Paths = [_folder.FullName],
        Settings = Settings() with { Filter = filter ?? PathFilter.All },
        Comparison = comparison,
        ReportsOthers = true,
    });

    private async Task RunAsync(UploadPlan plan)
    {
        using var coldkey = KeyPair.FromUri("//Bob//cold");
        using var session = new Session(
            new Report(json: false, quiet: true), _server.Address, () => new Wallet(KeyPair.FromUri("//Bob"), coldkey.AccountId));
        Assert.That(await new UploadRun(session, plan).RunAsync(CancellationToken.None), Is.EqualTo(ExitCode.Done));
    }

    private async Task ListAsync(HttpListenerContext context)
    {
        using var body = JsonDocument.Parse(_server.Bodies.Last());
        _prefixes.Add(body.RootElement.GetProperty("prefix").GetString()!);
        await LocalServer.WriteJsonAsync(context, new FileList { Files = _listed, Expires_in_seconds = 3600 });
    }

    private FileUploadUrls Grant()
    {
        var command = JsonSerializer.Deserialize<GetFileUploadUrlsCommand>(Encoding.UTF8.GetString(_server.Bodies.Last()))!;
        _batches.Add(command);
        return new FileUploadUrls
        {
            Sha256_enforced = true,
            Files = command.Files!.ToDictionary(file => file.Path!, file => new FileUploadTarget
            {
                S3_key = "f/" + file.Path, Method = "PUT", Url = _server.Address + "put", Expires_in_seconds = 3600,
            }),
        };
    }

    private async Task AnswerAsStoreAsync(HttpListenerContext context)
    {
        if (_encryption is not null)
        {
            context.Response.Headers["x-amz-server-side-encryption"] = _encryption;
        }

        await LocalServer.WriteAsync(context, context.Request.HttpMethod == "GET" ? [0] : []);
    }
}

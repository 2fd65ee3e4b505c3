namespace S3Auth.Application.Tests;

public sealed class GetFileUploadUrlsTests
{
    private const string Hex = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    private static readonly string Folder = $"data/x/{Subnet.Dave}/";

    private static readonly StoreCapabilities Capable = new()
    {
        PostForms = true,
        PutUploads = PutUploads.Safe,
        PutSizesEnforced = true,
        ConditionalWrites = ConditionalWrites.Enforced,
        Checksums = true,
    };

    [Test]
    public async Task Grants_a_put_of_each_file_with_its_size_its_hash_and_write_once()
    {
        using var subnet = With(Capable);

        var urls = await subnet.SendAsync(For(File("a/b", 2000, Hex), File("c", 3000)));

        Assert.Multiple(() =>
        {
            Assert.That(
                (urls.Bucket, urls.WriteOnce, urls.SizeEnforced, urls.Sha256Enforced), Is.EqualTo(("bucket", true, true, true)));
            Assert.That(urls.Expiry.ToUnixTimeSeconds(), Is.EqualTo(Subnet.Now + 86400));
            Assert.That(urls.Files.Keys, Is.EqualTo(new[] { "a/b", "c" }));
            var first = urls.Files["a/b"];
            Assert.That(
                (first.S3Key, first.Method, first.Url.ToString(), first.ExpiresInSeconds, first.Fields),
                Is.EqualTo(($"{Folder}a/b", "PUT", $"put {Folder}a/b of 2000 until +86400", 86400L, default(object))));
            Assert.That(
                first.Headers,
                Is.EqualTo(new Dictionary<string, string>(StringComparer.Ordinal) { ["If-None-Match"] = "*", ["sha256"] = Hex }));
            Assert.That(
                urls.Files["c"].Headers, Is.EqualTo(new Dictionary<string, string>(StringComparer.Ordinal) { ["If-None-Match"] = "*" }));
            Assert.That((urls.Existing.Count, urls.Refused.Count), Is.EqualTo((0, 0)));
        });
        Assert.That(subnet.Recorded.Single().Granted, Is.EqualTo(new GrantedAccess([Folder], 2, urls.Expiry)).UsingPropertiesComparer());
    }

    [Test]
    public async Task Grants_a_form_where_puts_are_not_safe()
    {
        using var subnet = With(Capable with { PutUploads = PutUploads.Unsafe });

        var urls = await subnet.SendAsync(For(File("a", 2000, Hex)));

        Assert.Multiple(() =>
        {
            Assert.That((urls.WriteOnce, urls.SizeEnforced, urls.Sha256Enforced), Is.EqualTo((false, true, false)));
            Assert.That((urls.Files["a"].Method, urls.Files["a"].Headers), Is.EqualTo(("POST", default(object))));
            Assert.That(urls.Files["a"].Fields!.ToDictionary()["size"], Is.EqualTo("2000"));
        });
    }

    [Test]
    public async Task Grants_a_form_where_puts_may_have_another_size()
    {
        using var subnet = With(Capable with { PutSizesEnforced = false });

        var urls = await subnet.SendAsync(For(File("a", 2000, Hex)));

        Assert.That(
            (urls.Files["a"].Method, urls.WriteOnce, urls.SizeEnforced, urls.Sha256Enforced), Is.EqualTo(("POST", false, true, false)));
    }

    [TestCase(UploadMethod.Post)]
    [TestCase(UploadMethod.Put)]
    public async Task Method_of_folders_does_not_matter(UploadMethod method)
    {
        using var subnet = With(Capable, method);

        Assert.That((await subnet.SendAsync(For(File("a", 2000)))).Files["a"].Method, Is.EqualTo("PUT"));
    }

    [Test]
    public async Task Store_without_forms_and_without_safe_puts_gets_puts_which_the_signer_refuses()
    {
        using var subnet = With(Capable with { PutUploads = PutUploads.Unknown, PostForms = false });

        Assert.That((await subnet.SendAsync(For(File("a", 2000)))).Files["a"].Method, Is.EqualTo("PUT"));
    }

    [Test]
    public async Task Answer_says_what_the_store_does_not_enforce()
    {
        using var subnet = With(Capable with
        {
            PostForms = false,
            PutSizesEnforced = false,
            ConditionalWrites = ConditionalWrites.Accepted,
            Checksums = false,
            PayloadHashes = false,
        });

        var urls = await subnet.SendAsync(For(File("a", 2000, Hex)));

        Assert.That((urls.WriteOnce, urls.SizeEnforced, urls.Sha256Enforced), Is.EqualTo((false, false, false)));
    }

    [Test]
    public async Task Existing_files_are_listed_and_not_signed()
    {
        using var subnet = With(Capable);
        Exist(subnet, "b", "e");

        var urls = await subnet.SendAsync(For(File("a"), File("b"), File("c"), File("d"), File("e")));

        Assert.That(urls.Existing, Is.EqualTo(new[] { "b", "e" }));
        Assert.That(urls.Files.Keys, Is.EqualTo(new[] { "a", "c", "d" }));
    }

    [Test]
    public async Task Overwrite_asks_the_store_for_nothing_and_is_not_write_once()
    {
        using var subnet = With(Capable);
        Exist(subnet, "a");

        var urls = await subnet.SendAsync(For(File("a"), File("b"), File("c"), File("d")) with { Overwrite = true });

        Assert.Multiple(() =>
        {
            Assert.That((urls.Files.Count, urls.Existing.Count, urls.WriteOnce), Is.EqualTo((4, 0, false)));
            Assert.That(urls.Files["a"].Headers, Is.Empty);
        });
        subnet.Store.Verify(
            port => port.ListFilesAsync(It.IsAny<string>(), It.IsAny<ObjectKey?>(), It.IsAny<int>(), It.IsAny<CancellationToken>()),
            Times.Never);
        subnet.Store.Verify(port => port.ExistsAsync(It.IsAny<ObjectName>(), It.IsAny<CancellationToken>()), Times.Never);
    }

    [TestCase("../a", 2000, null, "Send a path of names")]
    [TestCase("/a", 2000, null, "Send a path of names")]
    [TestCase("a\u0001", 2000, null, "Send a path of names")]
    [TestCase("a", 1023, null, "Send a file of 1024 to 6442450944 bytes.")]
    [TestCase("a", 6442450945, null, "Send a file of 1024 to 6442450944 bytes.")]
    [TestCase("a", 5368709121, null, "Call /create-multipart-upload for this file: one upload has at most 5368709120 bytes.")]
    [TestCase("a", 2000, "abc", "Send as 'sha256' the SHA-256 of the file")]
    public async Task File_that_cannot_be_uploaded_is_refused_alone(string path, long size, string? sha256, string detail)
    {
        using var subnet = With(Capable, sizes: new FileSizeLimits(1024, 6L << 30));

        var urls = await subnet.SendAsync(For(File("good"), File(path, size, sha256)));

        Assert.That(urls.Files.Keys, Is.EqualTo(new[] { "good" }));
        Assert.That(urls.Refused.Keys, Is.EqualTo(new[] { path }));
        Assert.That(urls.Refused[path].Code, Is.EqualTo("invalid_request"));
        Assert.That(urls.Refused[path].Detail, Does.StartWith(detail));
    }

    [Test]
    public async Task File_whose_key_would_be_too_long_is_refused_alone()
    {
        using var subnet = With(Capable);
        var path = string.Join('/', Enumerable.Repeat(new string('n', 200), 5));

        var urls = await subnet.SendAsync(For(File(path)));

        Assert.That(urls.Refused[path].Detail, Does.StartWith("Send a shorter path"));
        Assert.That(subnet.Signer.Signed, Is.Zero);
    }

    [Test]
    public async Task Source_and_job_select_the_folder()
    {
        using var subnet = With(Capable);

        var urls = await subnet.SendAsync(For(File("a")) with
        {
            Source = Subnet.SourceOf("reddit"), JobId = JobId.TryParse("7", out var job) ? job : null,
        });

        Assert.That(urls.Files["a"].S3Key, Is.EqualTo($"data/reddit/{Subnet.Dave}/job_id=7/a"));
        var refused = await subnet.RefuseAsync(For(File("a")) with { Source = Subnet.SourceOf("tiktok") });
        Assert.That(refused.Errors.Keys, Is.EqualTo(new[] { "source" }));
    }

    [Test]
    public async Task Request_has_1_to_1000_files_with_path_and_size_each_once()
    {
        using var subnet = With(Capable);
        GetFileUploadUrlsCommand[] malformed =
        [
            For() with { Files = null },
            For(),
            For([.. Enumerable.Range(0, 1001).Select(i => File($"{i}"))]),
            For(File("a"), null!),
            For(new RequestedFile { Path = "a" }),
            For(new RequestedFile { Size = 2000 }),
            For(File("a"), File("a", 3000)),
        ];

        foreach (var request in malformed)
        {
            var refused = await subnet.RefuseAsync(request);
            Assert.That((refused.Code, refused.Errors.Keys.Single()), Is.EqualTo((RefusalCode.InvalidRequest, "files")));
        }

        Assert.That((await subnet.SendAsync(For([.. Enumerable.Range(0, 1000).Select(i => File($"{i}"))]))).Files, Has.Count.EqualTo(1000));
    }

    [Test]
    public async Task Request_costs_one_grant_and_each_of_its_files()
    {
        using var subnet = With(Capable);
        Exist(subnet, "a");

        await subnet.SendAsync(For(File("a"), File("b"), File("../c")));

        subnet.Quota.Verify(port => port.TakeAsync(
            It.Is<QuotaRequest>(request => request.Cost == new QuotaCost(1, 3)), It.IsAny<CancellationToken>()));
    }

    [Test]
    public async Task What_cannot_be_signed_is_refused_before_the_answer_begins()
    {
        using var subnet = With(Capable);
        subnet.Signer.RefusesPuts = true;

        Assert.That((await subnet.RefuseAsync(For(File("a")))).Code, Is.EqualTo(RefusalCode.StorageUnavailable));
    }

    [Test]
    public async Task Request_without_free_memory_is_refused_before_the_store_is_called()
    {
        using var subnet = With(Capable);
        subnet.Memory.TryChange(new ResponseMemoryOwner(Subnet.Charlie, 7), 0, 64 * 1024 * 1024);

        var refused = subnet.RefuseAsync(For(File("a"), File("b"), File("c"), File("d")));
        await subnet.Time.AdvanceUntilAsync(() => refused.IsCompleted, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(5));

        Assert.That((await refused).Code, Is.EqualTo(RefusalCode.ServerBusy));
        Assert.That(subnet.Store.Invocations.Select(call => call.Method.Name), Has.None.StartsWith("List"));
    }

    private static Subnet With(StoreCapabilities capabilities, UploadMethod method = UploadMethod.Post, FileSizeLimits? sizes = null)
    {
        var subnet = new Subnet { FileSizes = sizes ?? FileSizeLimits.Default };
        subnet.StoreState.SetupGet(port => port.Current)
            .Returns(StoreFindings.None with { UploadMethod = method, Capabilities = capabilities });
        return subnet;
    }

    private static void Exist(Subnet subnet, params string[] names)
    {
        subnet.Store.Setup(port => port.ListFilesAsync(
                Folder, It.IsAny<ObjectKey?>(), It.IsAny<int>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(new FilePage(
                [.. names.Select(name => new StoredFile(Subnet.KeyOf(Folder + name), 1, DateTimeOffset.UnixEpoch, ""))], HasMore: false));
        subnet.Store.Setup(port => port.ExistsAsync(It.IsAny<ObjectName>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync((ObjectName name, CancellationToken _) => names.Any(one => Folder + one == name.Key));
    }

    private static RequestedFile File(string path, long size = 2000, string? sha256 = null) =>
        new() { Path = path, Size = size, Sha256 = sha256 };

    private static GetFileUploadUrlsCommand For(params RequestedFile[] files) => new()
    {
        Coldkey = Subnet.Dave,
        Hotkey = Subnet.Bob,
        Timestamp = Subnet.Now,
        Signature = Subnet.Good,
        Files = files,
    };
}

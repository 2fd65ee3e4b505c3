using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace S3Auth.Client.Tests;

/// <summary>Uploads of many files with grants in batches.</summary>
public sealed class FileUploaderTests
{
    private UploadServer _server = null!;
    private KeyPair _hotkey = null!;
    private KeyPair _coldkey = null!;
    private S3AuthClient _client = null!;

    [SetUp]
    public void SetUp()
    {
        (_server, _hotkey, _coldkey) = (new UploadServer(), KeyPair.FromUri("//Bob"), KeyPair.FromUri("//Bob//cold"));
        _client = Connect(new S3AuthClientOptions { Attempts = 3, FirstWait = TimeSpan.FromMilliseconds(1) });
    }

    [TearDown]
    public async Task TearDown()
    {
        _client.Dispose();
        _hotkey.Dispose();
        _coldkey.Dispose();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task Files_are_granted_together_and_sent_with_their_hash_and_the_granted_headers()
    {
        var sent = new Sum();
        FileToUpload[] files = [FileOf("a.bin", 2000) with { Sent = sent }, FileOf("sub/größe.bin", 300_000) with { Sent = sent }];

        var outcomes = await UploadAsync(files);

        var batch = _server.Batches.Single();
        Assert.Multiple(() =>
        {
            Assert.That(outcomes.Select(outcome => outcome.Error), Is.All.Null);
            Assert.That(
                outcomes.Select(outcome => outcome.Uploaded!.Key), Is.EquivalentTo(["data/x/5A/a.bin", "data/x/5A/sub/größe.bin"]));
            Assert.That(batch.Files!.Select(file => (file.Path, file.Size)), Is.EqualTo([("a.bin", 2000L), ("sub/größe.bin", 300_000L)]));
            Assert.That(
                _server.Headers.Select(headers => headers["x-amz-content-sha256"]),
                Is.EquivalentTo([HashOf(2000), HashOf(300_000)]));
            Assert.That(_server.Headers.Select(headers => headers["Content-Length"]), Is.EquivalentTo(["2000", "300000"]));
            Assert.That(_server.Headers.SelectMany(headers => headers.Keys), Does.Not.Contain("Content-Type"));
            Assert.That(_server.Stored["data/x/5A/a.bin"], Is.EqualTo(ContentOf(2000)));
            Assert.That(_server.Stored["data/x/5A/sub/größe.bin"], Is.EqualTo(ContentOf(300_000)));
            Assert.That(sent.Total, Is.EqualTo(302_000));
        });
    }

    [Test]
    public async Task Each_job_and_each_mode_has_its_own_request()
    {
        await UploadAsync(
            FileOf("a.bin"),
            FileOf("b.bin") with { Overwrite = true },
            FileOf("c.bin") with { JobId = "j" },
            FileOf("d.bin") with { Source = "x" },
            FileOf("e.bin"));

        Assert.That(
            _server.Batches.Select(batch => (batch.Source, batch.Job_id, batch.Overwrite, string.Join(' ', batch.Files!.Select(
                file => file.Path)))),
            Is.EquivalentTo<(string?, string?, bool?, string)>(
            [
                (null, null, false, "a.bin e.bin"),
                (null, null, true, "b.bin"),
                (null, "j", false, "c.bin"),
                ("x", null, false, "d.bin"),
            ]));
    }

    [Test]
    public async Task Thousand_files_are_one_request()
    {
        var outcomes = await UploadAsync([.. Enumerable.Range(0, 1001).Select(number => FileOf($"{number}.bin", 10))]);

        Assert.That(outcomes, Has.Count.EqualTo(1001).And.All.Property(nameof(UploadOutcome.Error)).Null);
        Assert.That(_server.Batches.Select(batch => batch.Files!.Count), Is.EqualTo([1000, 1]));
    }

    [Test]
    public async Task File_that_exists_or_is_refused_fails_alone()
    {
        _server.Adjust = (_, answer) =>
        {
            answer.Files = new Dictionary<string, FileUploadTarget> { ["c.bin"] = answer.Files["c.bin"] };
            answer.Existing = ["a.bin"];
            answer.Refused = new Dictionary<string, RefusedFile> { ["b.bin"] = new() { Code = "invalid_request", Detail = "Too long." } };
        };

        var outcomes = await UploadAsync(FileOf("a.bin"), FileOf("b.bin"), FileOf("c.bin"), FileOf("d.bin"));

        Assert.Multiple(() =>
        {
            Assert.That(RefusalOf(outcomes, "a.bin").Code, Is.EqualTo("file_exists"));
            Assert.That(RefusalOf(outcomes, "b.bin").Message, Is.EqualTo("Too long."));
            Assert.That(outcomes.Single(outcome => outcome.File.Path == "c.bin").Uploaded, Is.Not.Null);
            Assert.That(RefusalOf(outcomes, "d.bin").Message, Does.Contain("leaves out d.bin"));
        });
    }

    [Test]
    public async Task Unacceptable_and_unreadable_files_fail_before_the_request()
    {
        var outcomes = await UploadAsync(
            FileOf("../a.bin"),
            FileOf("b.bin") with { OpenAsync = _ => throw new IOException("The disk is broken.") },
            FileOf("c.bin"));

        Assert.That(ErrorOf(outcomes, "../a.bin"), Is.TypeOf<UnacceptableFileException>());
        Assert.That(ErrorOf(outcomes, "b.bin"), Is.TypeOf<IOException>());
        Assert.That(ErrorOf(outcomes, "c.bin"), Is.Null);
        Assert.That(_server.Batches.Single().Files!.Select(file => file.Path), Is.EqualTo(["c.bin"]));
    }

    [Test]
    public async Task Form_is_posted_where_the_server_grants_one()
    {
        (_server.Method, _server.IsHashEnforced) = ("POST", false);

        var outcome = (await UploadAsync(FileOf("a.bin"))).Single();

        Assert.That(outcome.Uploaded!.Md5, Is.EqualTo(UploadServer.Md5Of(ContentOf(2000))));
        Assert.That(_server.Store.Asked, Is.All.StartsWith("POST /data/x/5A/a.bin"));
        Assert.That(_server.Headers.Last()["Content-Type"], Does.StartWith("multipart/form-data; boundary="));
        Assert.That(Encoding.Latin1.GetString(_server.Store.Bodies.Last()), Does.Contain("name=\"key\"\r\n\r\ndata/x/5A/a.bin"));
    }

    // Where the store verifies no SHA-256, the ETag is compared, and hashing every file would be in vain.
    [Test]
    public async Task Store_without_hashes_gets_none_and_its_etag_is_compared()
    {
        _server.IsHashEnforced = false;
        var tries = 0;
        _server.OnStore = async context =>
        {
            if (++tries > 1)
            {
                return false;
            }

            context.Response.Headers["ETag"] = $"\"{new string('0', 32)}\"";
            await LocalServer.WriteAsync(context, []);
            return true;
        };

        var outcomes = await UploadAsync(FileOf("a.bin"), FileOf("b.bin") with { Overwrite = true });

        Assert.That(tries, Is.EqualTo(3), "The first upload is retried.");
        Assert.That(outcomes.Select(outcome => outcome.Uploaded!.Md5), Is.All.EqualTo(UploadServer.Md5Of(ContentOf(2000))));
        Assert.That(_server.Batches.Select(batch => batch.Files!.Single().Sha256), Is.EqualTo([HashOf(2000), null]));
    }

    [Test]
    public async Task Known_hash_is_sent_without_reading_the_file_twice()
    {
        var opened = 0;
        var file = FileOf("a.bin");
        var expected = ExpectedContent.Sha256(HashOf(2000));

        await UploadAsync(file with { Expected = expected, OpenAsync = token => Count(ref opened, file.OpenAsync(token)) });

        Assert.That(opened, Is.EqualTo(1));
        Assert.That(_server.Batches.Single().Files!.Single().Sha256, Is.EqualTo(HashOf(2000)));
    }

    [Test]
    public async Task Etag_is_compared_if_the_request_has_no_sha256()
    {
        var tries = 0;
        _server.OnStore = async context =>
        {
            if (++tries > 1)
            {
                return false;
            }

            context.Response.Headers["ETag"] = $"\"{new string('0', 32)}\"";
            await LocalServer.WriteAsync(context, []);
            return true;
        };
#pragma warning disable CA5350 // Git names blobs by it.
        var blob = System.Security.Cryptography.SHA1.HashData([.. "blob 2000\0"u8, .. ContentOf(2000)]);
#pragma warning restore CA5350

        var outcomes = await UploadAsync(
            FileOf("a.bin") with { Expected = ExpectedContent.GitBlob(Convert.ToHexStringLower(blob), 2000) });

        Assert.That((tries, outcomes.Single().Error), Is.EqualTo((2, default(Exception))));
    }

    [TestCase("Authorization")]
    [TestCase("Host")]
    [TestCase("Transfer-Encoding")]
    public void Header_that_is_not_of_an_upload_is_not_sent(string name)
    {
        _server.Adjust = (_, answer) => answer.Files["a.bin"].Headers = new Dictionary<string, string> { [name] = "x" };

        Assert.That(async () => await UploadAsync(FileOf("a.bin")), Throws.TypeOf<RefusedException>());
        Assert.That(_server.Headers, Is.Empty);
    }

    // The answer to the first attempt is lost, so the second one finds a file: that of the first attempt, or another one.
    [TestCase(true)]
    [TestCase(false)]
    public async Task Upload_whose_answer_was_lost_succeeded_if_the_store_has_its_bytes(bool isSame)
    {
        var tries = 0;
        _server.OnStore = async context =>
        {
            if (++tries == 1)
            {
                _server.Stored["data/x/5A/a.bin"] = isSame ? _server.Store.Bodies.Last() : new byte[2000];
                await UploadServer.RefuseAsStoreAsync(context, "InternalError", 500);
            }
            else
            {
                await UploadServer.RefuseAsStoreAsync(context, "PreconditionFailed", 412);
            }

            return true;
        };

        var outcomes = await UploadAsync(FileOf("a.bin"));

        Assert.That(tries, Is.EqualTo(2));
        Assert.That((ErrorOf(outcomes, "a.bin") as RefusedException)?.Code, Is.EqualTo(isSame ? null : "file_exists"));
    }

    [Test]
    public async Task File_that_the_store_has_meanwhile_is_refused_without_a_search()
    {
        _server.OnStore = async context =>
        {
            await UploadServer.RefuseAsStoreAsync(context, "PreconditionFailed", 412);
            return true;
        };

        Assert.That(RefusalOf(await UploadAsync(FileOf("a.bin")), "a.bin").Code, Is.EqualTo("file_exists"));
        Assert.That(_server.Service.Asked, Does.Not.Contain("POST /list-my-files"));
        Assert.That(_server.Store.Asked, Has.Count.EqualTo(1));
    }

    [TestCase("BadDigest")]
    [TestCase("XAmzContentSHA256Mismatch")]
    [TestCase("XAmzContentChecksumMismatch")]
    public async Task File_with_other_bytes_than_announced_has_changed(string code)
    {
        _server.OnStore = async context =>
        {
            await UploadServer.RefuseAsStoreAsync(context, code, 400);
            return true;
        };

        Assert.That(ErrorOf(await UploadAsync(FileOf("a.bin")), "a.bin"), Is.TypeOf<ChangedContentException>());
    }

    [Test]
    public async Task Local_file_that_changes_before_it_is_sent_is_an_error()
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(path, ContentOf(2000));
            var file = FileToUpload.FromFile(new FileInfo(path), "a.bin");
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(-5));

            Assert.That(
                ErrorOf(await UploadAsync(file), "a.bin"),
                Is.TypeOf<ChangedContentException>().With.Message.Contains("changed during the upload"));
            Assert.That(_server.Stored, Is.Empty);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public async Task Refusal_of_a_request_is_thrown_after_the_files_that_were_granted()
    {
        _server.OnService = async context =>
        {
            if (context.Request.Url!.AbsolutePath != "/get-file-upload-urls" || _server.Batches.IsEmpty)
            {
                return false;
            }

            await UploadServer.RefuseAsync(context, "quota_exceeded", 403);
            return true;
        };
        var outcomes = new List<UploadOutcome>();

        Assert.That(
            () => UploadAsync(outcomes, [FileOf("a.bin"), FileOf("b.bin") with { Overwrite = true }]),
            Throws.TypeOf<RefusedException>().With.Property(nameof(RefusedException.Code)).EqualTo("quota_exceeded"));
        Assert.That(outcomes.Single().Uploaded!.Key, Is.EqualTo("data/x/5A/a.bin"));
    }

    [Test]
    public async Task Expired_grants_are_requested_again_together()
    {
        var time = new TestTime(DateTimeOffset.UtcNow);
        using var client = Connect(new S3AuthClientOptions { Attempts = 1, Time = time, StallTimeout = TimeSpan.FromDays(1) });
        _server.OnStore = _ =>
        {
            // The first file takes an hour.
            time.Advance(_server.Store.Asked.Count == 1 ? TimeSpan.FromHours(1) : TimeSpan.Zero);
            return Task.FromResult(false);
        };
        var outcomes = new List<UploadOutcome>();

        await UploadAsync(outcomes, [FileOf("a.bin"), FileOf("b.bin"), FileOf("c.bin")], client, new FileUploaderOptions { Parallel = 1 });

        Assert.That(outcomes.Select(outcome => outcome.Error), Is.EqualTo(new Exception?[3]));
        Assert.That(
            _server.Batches.Select(batch => string.Join(' ', batch.Files!.Select(file => file.Path))),
            Is.EqualTo(["a.bin b.bin c.bin", "b.bin c.bin"]));
    }

    [TestCase(30, 1)]
    [TestCase(90, 2)]
    public async Task Refused_grant_is_renewed_once_if_it_is_older_than_a_minute(int ageSeconds, int grants)
    {
        var time = new TestTime(DateTimeOffset.UtcNow);
        using var client = Connect(new S3AuthClientOptions { Attempts = 1, Time = time, StallTimeout = TimeSpan.FromDays(1) });
        _server.OnStore = async context =>
        {
            time.Advance(TimeSpan.FromSeconds(ageSeconds));
            await UploadServer.RefuseAsStoreAsync(context, "AccessDenied", 403);
            return true;
        };
        var outcomes = new List<UploadOutcome>();

        await UploadAsync(outcomes, [FileOf("a.bin")], client);

        Assert.That(ErrorOf(outcomes, "a.bin"), Is.TypeOf<StoreException>());
        Assert.That(_server.Batches, Has.Count.EqualTo(grants));
    }

    [Test]
    public async Task Server_without_batches_gets_folder_grants()
    {
        (_server.Structure.Supports_batch_uploads, _server.Structure.Supports_multipart_uploads) = (false, false);

        var outcomes = await UploadAsync(FileOf("a.bin"), FileOf("b.bin"));

        Assert.That(outcomes.Select(outcome => outcome.Uploaded!.Key), Is.EquivalentTo(["data/x/5A/a.bin", "data/x/5A/b.bin"]));
        Assert.That(_server.Service.Asked.Count(asked => asked == "POST /get-folder-access"), Is.EqualTo(1));
        Assert.That(_server.Batches, Is.Empty);
    }

    [TestCase("POST", 0)]
    [TestCase("PUT", 1)]
    public async Task Folder_grants_are_used_if_wanted_and_possible(string method, int batches)
    {
        _server.Structure.Upload_method = method;
        var outcomes = new List<UploadOutcome>();

        await UploadAsync(outcomes, [FileOf("a.bin")], _client, new FileUploaderOptions { UsesFolderGrants = true });

        Assert.That(outcomes.Single().Uploaded, Is.Not.Null);
        Assert.That(_server.Batches, Has.Count.EqualTo(batches));
    }

    [TestCase("POST", 0)]
    [TestCase("PUT", 1)]
    public async Task Single_file_needs_a_batch_only_without_folder_grants(string method, int batches)
    {
        _server.Structure.Upload_method = method;

        var uploaded = await _client.CreateUploader(_coldkey.AccountId).UploadAsync(FileOf("sub/a.bin"));

        Assert.That(uploaded.Key, Is.EqualTo("data/x/5A/sub/a.bin"));
        Assert.That(_server.Batches, Has.Count.EqualTo(batches));
    }

    [Test]
    public async Task Leaving_early_cancels_the_other_uploads()
    {
        // The second upload is not answered before the loop is left, so that the others cannot end meanwhile.
        var isLeft = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.OnStore = async _ =>
        {
            if (_server.Store.Asked.Count == 2)
            {
                await Task.WhenAny(isLeft.Task, Task.Delay(TimeSpan.FromMinutes(1)));
            }

            return false;
        };
        var uploader = _client.CreateUploader(_coldkey.AccountId, new FileUploaderOptions { Parallel = 1 });
        await foreach (var _ in uploader.UploadAsync(
            Enumerable.Range(0, 200).Select(number => FileOf($"{number}.bin", 100_000)).ToAsyncEnumerable()))
        {
            break;
        }

        isLeft.SetResult();

        // Uploads that went on would reach the store only now.
        for (var before = -1; before != _server.Stored.Count;)
        {
            before = _server.Stored.Count;
            await Task.Delay(TimeSpan.FromSeconds(1));
        }

        Assert.That(_server.Stored, Has.Count.LessThanOrEqualTo(2));
    }

    [Test]
    public async Task Bandwidth_limit_holds_for_all_files_together()
    {
        var started = DateTimeOffset.UtcNow;
        var outcomes = new List<UploadOutcome>();

        await UploadAsync(
            outcomes,
            [FileOf("a.bin", 200_000), FileOf("b.bin", 200_000)],
            _client,
            new FileUploaderOptions { MaxBytesPerSecond = 400_000 });

        Assert.That(outcomes.Select(outcome => outcome.Error), Is.All.Null);
        Assert.That(DateTimeOffset.UtcNow - started, Is.GreaterThan(TimeSpan.FromSeconds(0.8)));
    }

    private static byte[] ContentOf(int size) => [.. Enumerable.Range(0, size).Select(number => (byte)(number * 7))];

    private static string HashOf(int size) => Convert.ToHexStringLower(SHA256.HashData(ContentOf(size)));

    private static FileToUpload FileOf(string path, int size = 2000) => new()
    {
        Path = path, Size = size, OpenAsync = _ => ValueTask.FromResult<Stream>(new MemoryStream(ContentOf(size), writable: false)),
    };

    private static ValueTask<Stream> Count(ref int opened, ValueTask<Stream> stream)
    {
        opened++;
        return stream;
    }

    private static Exception? ErrorOf(IEnumerable<UploadOutcome> outcomes, string path) =>
        outcomes.Single(outcome => outcome.File.Path == path).Error;

    private static RefusedException RefusalOf(IEnumerable<UploadOutcome> outcomes, string path) =>
        (RefusedException)ErrorOf(outcomes, path)!;

    private S3AuthClient Connect(S3AuthClientOptions options) => new(_server.Service.Address, _hotkey, options);

    private async Task<List<UploadOutcome>> UploadAsync(params FileToUpload[] files)
    {
        var outcomes = new List<UploadOutcome>();
        await UploadAsync(outcomes, files);
        return outcomes;
    }

    private Task UploadAsync(List<UploadOutcome> outcomes, FileToUpload[] files) => UploadAsync(outcomes, files, _client);

    private async Task UploadAsync(
        List<UploadOutcome> outcomes, FileToUpload[] files, S3AuthClient client, FileUploaderOptions? options = null)
    {
        await foreach (var outcome in client.CreateUploader(_coldkey.AccountId, options).UploadAsync(files.ToAsyncEnumerable()))
        {
            outcomes.Add(outcome);
        }
    }

    private sealed class Sum : IProgress<long>
    {
        private long _total;

        public long Total => _total;

        public void Report(long value) => Interlocked.Add(ref _total, value);
    }
}

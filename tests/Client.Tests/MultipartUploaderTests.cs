
namespace S3Auth.Client.Tests;

/// <summary>Uploads of large files in parts.</summary>
public sealed class MultipartUploaderTests
{
    private const string Key = UploadServer.Folder + "a.bin";

    // Five parts of 100,000 bytes and one of 50,000.
    private static readonly byte[] Content = [.. Enumerable.Range(0, 550_000).Select(number => (byte)(number * 13 / 5))];

    private readonly TestTime _time = new(DateTimeOffset.UtcNow);
    private UploadServer _server = null!;
    private KeyPair _hotkey = null!;
    private KeyPair _coldkey = null!;

    [SetUp]
    public void SetUp() =>
        (_server, _hotkey, _coldkey) = (new UploadServer(), KeyPair.FromUri("//Bob"), KeyPair.FromUri("//Bob//cold"));

    [TearDown]
    public async Task TearDown()
    {
        _hotkey.Dispose();
        _coldkey.Dispose();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task Large_file_is_sent_in_parts_and_completed_with_their_etags()
    {
        var sent = new Sum();

        var uploaded = await UploadAsync(FileOf() with { Sent = sent, Overwrite = true, JobId = "j" });

        var created = _server.Created.Single();
        var completed = _server.Completed.Single();
        Assert.Multiple(() =>
        {
            Assert.That(uploaded.Key, Is.EqualTo(Key));
            Assert.That(
                (created.Path, created.Size, created.Job_id, created.Overwrite, created.Resume),
                Is.EqualTo(("a.bin", (long?)Content.Length, "j", (bool?)true, (bool?)true)));
            Assert.That(StoredParts(), Is.EqualTo(Content));
            Assert.That(completed.Upload_id, Is.EqualTo("id1"));
            Assert.That(
                completed.Parts!.Select(part => (part.Part_number, part.Etag)),
                Is.EqualTo(Enumerable.Range(1, 6).Select(number => ((long?)number, UploadServer.Md5Of(PartOf(number))))));
            Assert.That(sent.Total, Is.EqualTo(Content.Length));
        });
    }

    [Test]
    public async Task Small_file_and_file_with_an_expected_hash_are_sent_in_one_request()
    {
        var threshold = Content.Length;
        await UploadAsync(FileOf(), threshold);
        await UploadAsync(FileOf() with
        {
            Path = "b.bin",
            Expected = ExpectedContent.Sha256(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(Content))),
        });
        _server.Structure.Supports_multipart_uploads = false;
        await UploadAsync(FileOf() with { Path = "c.bin" });

        Assert.That(_server.Created, Is.Empty);
        Assert.That(_server.Store.Asked, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task Resumed_upload_sends_only_the_parts_that_are_missing_or_differ()
    {
        Have(1, UploadServer.Md5Of(PartOf(1)));
        Have(2, "\"" + UploadServer.Md5Of(PartOf(2)) + "\"");
        Have(3, new string('0', 32));
        Have(4, UploadServer.Md5Of(PartOf(4)), size: 99_999);
        Have(6, "no-md5");
        var sent = new Sum();

        await UploadAsync(FileOf() with { Sent = sent });

        Assert.That(_server.Stored.Keys, Is.EquivalentTo(["part/3", "part/4", "part/5"]));
        Assert.That(_server.Completed.Single().Parts!.Select(part => part.Etag), Is.EqualTo((string[])[
            UploadServer.Md5Of(PartOf(1)), UploadServer.Md5Of(PartOf(2)), UploadServer.Md5Of(PartOf(3)), UploadServer.Md5Of(PartOf(4)),
            UploadServer.Md5Of(PartOf(5)), "no-md5"]));
        Assert.That(sent.Total, Is.EqualTo(Content.Length));
    }

    // The body of a request that names more parts could be too large.
    [TestCase(110, true)]
    [TestCase(100, false)]
    public async Task At_most_5000_parts_are_named_at_the_completion(int partSize, bool isNamed)
    {
        _server.PartSize = partSize;
        var count = Content.Length / partSize;
        for (var number = 1; number <= count; number++)
        {
            Have(number, "no-md5");
        }

        await UploadAsync(FileOf());

        Assert.That(_server.Completed.Single().Parts?.Count, Is.EqualTo(isNamed ? count : null));
    }

    [Test]
    public async Task Urls_of_the_next_missing_parts_are_requested_together()
    {
        _server.PartSize = 5000;
        Have(2, UploadServer.Md5Of(Content.AsSpan(5000, 5000)));

        await UploadAsync(FileOf(), parallel: 1);

        // 110 parts, without part 2.
        Assert.That(_server.PartRequests.Select(request => request.Part_numbers!.Count), Is.EqualTo([32, 32, 32, 13]));
        Assert.That(
            _server.PartRequests.First().Part_numbers!, Is.EqualTo(Enumerable.Range(1, 33).Where(number => number != 2)));
    }

    [Test]
    public async Task Expired_part_urls_are_requested_again()
    {
        _server.OnStore = _ =>
        {
            _time.Advance(_server.Store.Asked.Count == 2 ? TimeSpan.FromMinutes(45) : TimeSpan.Zero);
            return Task.FromResult(false);
        };

        await UploadAsync(FileOf(), parallel: 1, time: _time);

        Assert.That(StoredParts(), Is.EqualTo(Content));
        Assert.That(_server.PartRequests.Select(request => request.Part_numbers![0]), Is.EqualTo([1, 3]));
    }

    [TestCase(59, 1)]
    [TestCase(61, 2)]
    public void Refused_part_url_is_renewed_once_if_it_is_older_than_a_minute(int ageSeconds, int requests)
    {
        _server.OnStore = async context =>
        {
            _time.Advance(TimeSpan.FromSeconds(_server.Store.Asked.Count == 1 ? ageSeconds : 0));
            await UploadServer.RefuseAsStoreAsync(context, "AccessDenied", 403);
            return true;
        };

        Assert.That(() => UploadAsync(FileOf(), parallel: 1, time: _time), Throws.TypeOf<StoreException>());
        Assert.That(_server.PartRequests, Has.Count.EqualTo(requests));
    }

    [Test]
    public async Task Part_that_the_store_received_wrongly_is_sent_again()
    {
        var tries = 0;
        _server.OnStore = async context =>
        {
            if (Interlocked.Increment(ref tries) > 1)
            {
                return false;
            }

            context.Response.Headers["ETag"] = $"\"{new string('0', 32)}\"";
            await LocalServer.WriteAsync(context, []);
            return true;
        };
        var sent = new Sum();

        await UploadAsync(FileOf() with { Sent = sent });

        Assert.That((tries, sent.Total), Is.EqualTo((7, Content.Length)));
    }

    [Test]
    public void Store_that_always_receives_other_bytes_is_an_error()
    {
        _server.OnStore = async context =>
        {
            context.Response.Headers["ETag"] = $"\"{new string('0', 32)}\"";
            await LocalServer.WriteAsync(context, []);
            return true;
        };

        Assert.That(() => UploadAsync(FileOf()), Throws.TypeOf<HttpRequestException>().With.Message.Contains("other bytes of part 1"));
        Assert.That(_server.Store.Asked, Has.Count.EqualTo(4 * 6), "Each of six parts is sent again three times.");
        Assert.That(_server.Completed, Is.Empty);
    }

    [TestCase("upload_not_found", 404, true)]
    [TestCase("file_exists", 409, true)]
    [TestCase("upload_not_found", 404, false)]
    [TestCase("size_mismatch", 409, true)]
    public async Task Completion_whose_answer_was_lost_is_recognised(string code, int status, bool isSame)
    {
        var etag = Md5ETag.OfParts([.. Enumerable.Range(1, 6).Select(number => UploadServer.Md5Of(PartOf(number)))]);
        _server.OnService = async context =>
        {
            switch (context.Request.Url!.AbsolutePath)
            {
                case "/complete-multipart-upload":
                    await UploadServer.RefuseAsync(context, code, status);
                    return true;
                case "/list-my-files":
                    await LocalServer.WriteJsonAsync(context, new FileList
                    {
                        Files = [new ListedFile
                        {
                            Key = Key,
                            Size = Content.Length,
                            Etag = isSame ? etag! : "0-6",
                            Download_url = _server.Store.Address.AbsoluteUri,
                        }],
                        Expires_in_seconds = 3600,
                    });
                    return true;
                default:
                    return false;
            }
        };

        if (isSame && code != "size_mismatch")
        {
            Assert.That((await UploadAsync(FileOf())).Key, Is.EqualTo(Key));
        }
        else
        {
            Assert.That(() => UploadAsync(FileOf()), Throws.TypeOf<RefusedException>().With.Property("Code").EqualTo(code));
        }
    }

    // The file may be an older one of the same size.
    [TestCase("upload_not_found", 404)]
    [TestCase("file_exists", 409)]
    public void Completion_whose_answer_was_lost_fails_if_the_file_cannot_be_compared(string code, int status)
    {
        _server.OnStore = async context =>
        {
            context.Response.Headers["ETag"] = "\"no-md5\"";
            await LocalServer.WriteAsync(context, []);
            return true;
        };
        _server.OnService = async context =>
        {
            if (context.Request.Url!.AbsolutePath != "/complete-multipart-upload")
            {
                return false;
            }

            await UploadServer.RefuseAsync(context, code, status);
            return true;
        };
        _server.Stored[Key] = Content;

        Assert.That(() => UploadAsync(FileOf()), Throws.TypeOf<RefusedException>().With.Property("Code").EqualTo(code));
    }

    [TestCase(100_000, int.MaxValue)]
    [TestCase(100_000, 5)]
    [TestCase(100_000, 0)]
    [TestCase(0, 6)]
    [TestCase(-1, 6)]
    [TestCase(1, 550_000)]
    [TestCase(long.MaxValue, 2)]
    public void Parts_that_do_not_make_the_file_are_not_sent(long partSize, int count)
    {
        _server.OnService = async context =>
        {
            if (context.Request.Url!.AbsolutePath != "/create-multipart-upload")
            {
                return false;
            }

            await LocalServer.WriteJsonAsync(
                context, new CreatedUpload { Upload_id = "id", S3_key = Key, Part_size = partSize, Part_count = count });
            return true;
        };

        Assert.That(() => UploadAsync(FileOf()), Throws.TypeOf<RefusedException>());
        Assert.That(_server.Headers, Is.Empty);
    }

    [Test]
    public void Answer_that_leaves_out_a_part_is_refused()
    {
        _server.OnService = async context =>
        {
            if (context.Request.Url!.AbsolutePath != "/sign-upload-parts")
            {
                return false;
            }

            await LocalServer.WriteJsonAsync(context, new SignedParts { S3_key = Key, Parts = [], Expires_in_seconds = 3600 });
            return true;
        };

        Assert.That(() => UploadAsync(FileOf()), Throws.TypeOf<RefusedException>());
    }

    // The id of a long upload expires. The parts stay at the store.
    [Test]
    public async Task Upload_whose_id_expires_goes_on_with_another_one()
    {
        _server.OnService = async context =>
        {
            if (context.Request.Url!.AbsolutePath != "/complete-multipart-upload" || _server.Created.Count > 1)
            {
                return false;
            }

            for (var number = 1; number <= 6; number++)
            {
                Have(number, UploadServer.Md5Of(PartOf(number)));
            }

            await UploadServer.RefuseAsync(context, "upload_not_found", 404);
            return true;
        };
        var sent = new Sum();

        await UploadAsync(FileOf() with { Sent = sent });

        Assert.That(_server.Completed.Single().Upload_id, Is.EqualTo("id2"));
        Assert.That(_server.Store.Asked, Has.Count.EqualTo(6), "No part is sent twice.");
        Assert.That(sent.Total, Is.EqualTo(Content.Length));
    }

    [Test]
    public void Upload_that_the_server_never_finds_fails()
    {
        _server.OnService = async context =>
        {
            if (context.Request.Url!.AbsolutePath != "/sign-upload-parts")
            {
                return false;
            }

            await UploadServer.RefuseAsync(context, "upload_not_found", 404);
            return true;
        };

        Assert.That(() => UploadAsync(FileOf()), Throws.TypeOf<RefusedException>());
        Assert.That(_server.Created, Has.Count.EqualTo(1));
    }

    [Test]
    public void File_that_changes_meanwhile_is_not_completed()
    {
        var sent = new Sum();

        Assert.That(
            () => UploadAsync(FileOf() with { Sent = sent, HasChanged = () => _server.Store.Asked.Count > 3 }),
            Throws.TypeOf<ChangedContentException>());
        Assert.That(_server.Completed, Is.Empty);
        Assert.That(sent.Total, Is.Zero);
    }

    [Test]
    public void ETag_of_parts_is_the_md5_of_their_md5s()
    {
        // hashlib of Python, of two parts with 5 MiB and one byte of zeros.
        string[] parts = ["5f363e0e58a95f06cbe9bbc662c5dfb6", "93b885adfe0da089cdf634904fd59f71"];

        Assert.That(Md5ETag.OfParts(parts), Is.EqualTo("92f3a08aa3b1d7eb318ab9c2fc4a6ec3-2"));
        Assert.That(Md5ETag.OfParts([parts[0], "no-md5"]), Is.Null);
    }

    private static byte[] PartOf(int number) => Content[((number - 1) * 100_000)..Math.Min(number * 100_000, Content.Length)];

    private static FileToUpload FileOf() => new()
    {
        Path = "a.bin", Size = Content.Length, OpenAsync = _ => ValueTask.FromResult<Stream>(new MemoryStream(Content, writable: false)),
    };

    private byte[] StoredParts() => [.. Enumerable.Range(1, 6).SelectMany(number => _server.Stored[$"part/{number}"])];

    private void Have(int number, string etag, int? size = null) => _server.Unfinished.Add(new StoredPart
    {
        Part_number = number,
        Size = size ?? Math.Min(_server.PartSize, Content.Length - ((number - 1) * _server.PartSize)),
        Etag = etag,
    });

    private async Task<UploadedFile> UploadAsync(
        FileToUpload file, long threshold = 300_000, int parallel = 4, TimeProvider? time = null)
    {
        using var client = new S3AuthClient(_server.Service.Address, _hotkey, new S3AuthClientOptions
        {
            Attempts = time is null ? 3 : 1,
            FirstWait = TimeSpan.FromMilliseconds(1),
            Time = time ?? TimeProvider.System,
            StallTimeout = time is null ? TimeSpan.FromMinutes(1) : TimeSpan.FromDays(1),
        });
        return await client.CreateUploader(
            _coldkey.AccountId, new FileUploaderOptions { MultipartThreshold = threshold, Parallel = parallel }).UploadAsync(file);
    }

    private sealed class Sum : IProgress<long>
    {
        private long _total;

        public long Total => _total;

        public void Report(long value) => Interlocked.Add(ref _total, value);
    }
}

using System.Buffers.Binary;
using System.Text;

namespace S3Auth.Application.Tests;

public sealed class MultipartUploadTests
{
    private const long MiB = 1024 * 1024;
    private const long Size = 40 * MiB;
    private const string StoreId = "store-id";

    private static readonly string Key = $"data/x/{Subnet.Dave}/a/b";

    private readonly List<string> _calls = [];
    private IReadOnlyList<StoredPart>? _parts = [];
    private Subnet _subnet = null!;

    [SetUp]
    public void SetUp()
    {
        _calls.Clear();
        _parts = [];
        _subnet = new Subnet();
        Use(new StoreCapabilities { PartUploads = PutUploads.Safe, Multipart = true });
        var uploads = _subnet.Uploads;
        uploads.Setup(port => port.CreateAsync(It.IsAny<ObjectName>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync((ObjectName key, CancellationToken _) => Call("create", key, StoreId));
        uploads.Setup(port => port.ListPartsAsync(It.IsAny<ObjectName>(), StoreId, It.IsAny<CancellationToken>()))
            .ReturnsAsync(() => _parts);
        uploads.Setup(port => port.AbortAsync(It.IsAny<ObjectName>(), StoreId, It.IsAny<CancellationToken>()))
            .ReturnsAsync((ObjectName key, string _, CancellationToken _) => Call("abort", key, true));
        Complete(new Completion(CompletionOutcome.Completed, "etag-3"));
    }

    [TearDown]
    public void TearDown() => _subnet.Dispose();

    [Test]
    public async Task Create_opens_an_upload_of_the_callers_own_key()
    {
        var created = await CreateAsync();

        Assert.Multiple(() =>
        {
            Assert.That((created.S3Key, created.PartSize, created.PartCount, created.Resumed), Is.EqualTo((Key, 16 * MiB, 3, false)));
            Assert.That(created.Expiry.ToUnixTimeSeconds(), Is.EqualTo(Subnet.Now + 86400));
            Assert.That(_calls, Is.EqualTo(new[] { $"create {Key}" }));
            Assert.That(_subnet.Recorded.Single().Granted!.Prefixes, Is.EqualTo(new[] { Key }));
        });
    }

    [TestCase(ConditionalWrites.Enforced, false, true)]
    [TestCase(ConditionalWrites.Enforced, true, false)]
    [TestCase(ConditionalWrites.Accepted, false, false)]
    [TestCase(ConditionalWrites.Ignored, false, false)]
    public async Task Create_says_whether_the_store_refuses_to_overwrite(ConditionalWrites completion, bool overwrite, bool isWriteOnce)
    {
        Use(new StoreCapabilities { PartUploads = PutUploads.Safe, Multipart = true, ConditionalCompletion = completion });

        Assert.That((await _subnet.SendAsync(Create with { Overwrite = overwrite })).WriteOnce, Is.EqualTo(isWriteOnce));
    }

    [TestCase(5 * MiB, 8)]
    [TestCase(Size, 1)]
    public async Task Client_chooses_the_part_size(long partSize, int count)
    {
        var created = await _subnet.SendAsync(Create with { PartSize = partSize });

        Assert.That((created.PartSize, created.PartCount), Is.EqualTo((partSize, count)));
    }

    [Test]
    public async Task Malformed_create_is_refused()
    {
        (CreateMultipartUploadCommand Request, string Member)[] malformed =
        [
            (Create with { Path = null }, "path"),
            (Create with { Size = null }, "size"),
            (Create with { Size = 1023 }, "size"),
            (Create with { Size = FileSizeLimits.Default.MaxBytes + 1 }, "size"),
            (Create with { PartSize = (5 * MiB) - 1 }, "part_size"),
            (Create with { PartSize = 0 }, "part_size"),
            (Create with { PartSize = long.MinValue }, "part_size"),
            (Create with { Source = Subnet.SourceOf("tiktok") }, "source"),
        ];
        foreach (var (request, member) in malformed)
        {
            Assert.That((await _subnet.RefuseAsync(request)).Errors.Keys, Is.EqualTo(new[] { member }));
        }

        Assert.That(_calls, Is.Empty);
    }

    [Test]
    public async Task Key_that_would_be_too_long_is_refused()
    {
        var path = string.Join('/', Enumerable.Repeat(new string('n', 200), 5));

        Assert.That((await _subnet.RefuseAsync(Create with { Path = Subnet.PathOf(path) })).Message, Does.Contain("shorter path"));
        Assert.That(_calls, Is.Empty);
    }

    [TestCase(PutUploads.Unsafe, true)]
    [TestCase(PutUploads.Unknown, true)]
    [TestCase(PutUploads.Safe, false)]
    public async Task Store_without_safe_parts_or_multipart_uploads_gets_none(PutUploads parts, bool multipart)
    {
        Use(new StoreCapabilities { PutUploads = PutUploads.Safe, PartUploads = parts, Multipart = multipart });

        Assert.That((await _subnet.RefuseAsync(Create)).Code, Is.EqualTo(RefusalCode.MultipartUnsupported));
        Assert.That(_calls, Is.Empty);
    }

    [Test]
    public async Task Existing_file_is_replaced_only_by_an_overwrite()
    {
        Exist();

        Assert.That((await _subnet.RefuseAsync(Create)).Code, Is.EqualTo(RefusalCode.FileExists));
        Assert.That((await _subnet.SendAsync(Create with { Overwrite = true })).S3Key, Is.EqualTo(Key));
    }

    [TestCase(null, 16, 16, 3, Description = "no parts yet: as requested")]
    [TestCase("1:16", 16, 16, 3)]
    [TestCase("2:16 3:8", 16, 16, 3)]
    [TestCase("3:8", 16, 16, 3)]
    [TestCase("1:20", 16, 20, 2, Description = "begun with another part size")]
    [TestCase("1:20 2:20", 16, 20, 2)]
    public async Task Resume_continues_an_unfinished_upload(string? parts, int wanted, int partSize, int count)
    {
        Found(Parts(parts));

        var created = await _subnet.SendAsync(Create with { Resume = true, PartSize = wanted * MiB });

        Assert.That(
            (created.Resumed, created.PartSize, created.PartCount, created.S3Key), Is.EqualTo((true, partSize * MiB, count, Key)));
        Assert.That(_calls, Is.Empty);
    }

    [TestCase("1:20 2:19")]
    [TestCase("1:20 3:20")]
    [TestCase("1:4")]
    [TestCase("2:41")]
    public async Task Resume_begins_anew_if_the_parts_do_not_fit(string parts)
    {
        Found(Parts(parts));

        Assert.That((await _subnet.SendAsync(Create with { Resume = true })).Resumed, Is.False);
        Assert.That(_calls, Is.EqualTo(new[] { $"create {Key}" }));
    }

    [Test]
    public async Task Resume_begins_anew_if_there_is_no_upload_or_it_ends_meanwhile()
    {
        Assert.That((await _subnet.SendAsync(Create with { Resume = true })).Resumed, Is.False);

        Found(parts: null);
        Assert.That((await _subnet.SendAsync(Create with { Resume = true })).Resumed, Is.False);
    }

    [Test]
    public async Task Unfinished_upload_is_not_continued_unless_requested()
    {
        Found([]);

        Assert.That((await CreateAsync()).Resumed, Is.False);
        _subnet.Uploads.Verify(port => port.FindAsync(It.IsAny<ObjectName>(), It.IsAny<CancellationToken>()), Times.Never);
    }

    [Test]
    public async Task Parts_are_signed_for_their_exact_size_for_one_hour()
    {
        var created = await CreateAsync();

        var signed = await _subnet.SendAsync(Of<SignUploadPartsCommand>(created) with { PartNumbers = [1, 3, 1] });

        Assert.That((signed.S3Key, signed.ExpiresInSeconds), Is.EqualTo((Key, 3600)));
        Assert.That(signed.Parts, Is.EqualTo(new[]
        {
            new SignedPart(1, 16 * MiB, $"part 1 of {Key} in {StoreId} of {16 * MiB} until +3600"),
            new SignedPart(3, 8 * MiB, $"part 3 of {Key} in {StoreId} of {8 * MiB} until +3600"),
            new SignedPart(1, 16 * MiB, $"part 1 of {Key} in {StoreId} of {16 * MiB} until +3600"),
        }));
    }

    [TestCase(0L)]
    [TestCase(4L)]
    [TestCase(-1L)]
    [TestCase(long.MaxValue)]
    public async Task Part_that_the_upload_does_not_have_is_not_signed(long number)
    {
        var request = Of<SignUploadPartsCommand>(await CreateAsync()) with { PartNumbers = [1, number] };

        var refused = await _subnet.RefuseAsync(request);

        Assert.That(refused.Message, Is.EqualTo($"This upload has no part {number}: its 3 parts are numbered from 1."));
        Assert.That(_subnet.Signer.Signed, Is.Zero);
    }

    [Test]
    public async Task Request_for_parts_has_1_to_1000_numbers()
    {
        var request = Of<SignUploadPartsCommand>(await CreateAsync());
        foreach (var numbers in (long?[]?[])[null, [], [.. Enumerable.Repeat<long?>(1, 1001)], [1, null]])
        {
            Assert.That(
                (await _subnet.RefuseAsync(request with { PartNumbers = numbers })).Errors.Keys, Is.EqualTo(new[] { "part_numbers" }));
        }

        Assert.That(
            (await _subnet.SendAsync(request with { PartNumbers = [.. Enumerable.Repeat<long?>(1, 1000)] })).Parts,
            Has.Count.EqualTo(1000));
    }

    [Test]
    public async Task List_returns_the_plan_and_the_stored_parts()
    {
        _parts = Parts("1:16");

        var listed = await _subnet.SendAsync(Of<ListUploadPartsCommand>(await CreateAsync()));

        Assert.That((listed.S3Key, listed.Size, listed.PartSize, listed.PartCount), Is.EqualTo((Key, Size, 16 * MiB, 3)));
        Assert.That(listed.Parts, Is.EqualTo(_parts));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Complete_makes_the_file_of_all_parts(bool overwrite)
    {
        _parts = Parts("1:16 2:16 3:8");
        var created = await _subnet.SendAsync(Create with { Overwrite = overwrite });
        if (overwrite)
        {
            Exist();
        }

        var completed = await _subnet.SendAsync(Of<CompleteMultipartUploadCommand>(created));

        Assert.That(completed, Is.EqualTo(new CompletedUpload(Key, "etag-3", Size)));
        _subnet.Uploads.Verify(port => port.CompleteAsync(
            It.Is<ObjectName>(key => key.Key == Key), StoreId, _parts!, !overwrite, It.IsAny<CancellationToken>()));
    }

    [TestCase("1:16 2:16", "2 of 3 parts with 33554432 of the announced 41943040 bytes")]
    [TestCase("", "0 of 3 parts with 0 of")]
    [TestCase("1:16 2:16 3:9", "3 of 3 parts with 42991616 of")]
    [TestCase("1:16 2:24", "2 of 3 parts with 41943040 of")]
    public async Task Complete_aborts_an_upload_whose_parts_do_not_have_the_announced_size(string parts, string detail)
    {
        var created = await CreateAsync();
        _parts = Parts(parts);

        var refused = await _subnet.RefuseAsync(Of<CompleteMultipartUploadCommand>(created));

        Assert.That((refused.Code, refused.Message), Is.EqualTo((RefusalCode.SizeMismatch, refused.Message)));
        Assert.That(refused.Message, Does.Contain(detail));
        Assert.That(_calls, Is.EqualTo(new[] { $"create {Key}", $"abort {Key}" }));
    }

    [TestCase("1:e1 2:e2 3:\"E3\"", true)]
    [TestCase("1:e1", true)]
    [TestCase("1:e1 2:other", false)]
    [TestCase("4:e4", false)]
    public async Task Complete_compares_the_etags_that_the_client_sends(string sent, bool isSame)
    {
        _parts = Parts("1:16 2:16 3:8");
        var request = Of<CompleteMultipartUploadCommand>(await CreateAsync()) with
        {
            Parts = [.. sent.Split(' ').Select(part => new SentPart { PartNumber = part[0] - '0', Etag = part[2..] })],
        };

        if (isSame)
        {
            Assert.That((await _subnet.SendAsync(request)).Size, Is.EqualTo(Size));
            return;
        }

        Assert.That((await _subnet.RefuseAsync(request)).Code, Is.EqualTo(RefusalCode.InvalidRequest));
        Assert.That(_calls, Is.EqualTo(new[] { $"create {Key}" }), "the upload goes on");
        RequireNoRefund();
    }

    [Test]
    public async Task Complete_refuses_malformed_parts()
    {
        var request = Of<CompleteMultipartUploadCommand>(await CreateAsync());
        SentPart?[][] malformed =
        [
            [], [null], [new SentPart { Etag = "e" }], [new SentPart { PartNumber = 1 }],
            [.. Enumerable.Repeat(new SentPart { PartNumber = 1, Etag = "e" }, 10_001)],
        ];
        foreach (var parts in malformed)
        {
            Assert.That((await _subnet.RefuseAsync(request with { Parts = parts })).Errors.Keys, Is.EqualTo(new[] { "parts" }));
        }
    }

    [Test]
    public async Task Complete_replaces_no_file_that_was_stored_meanwhile()
    {
        _parts = Parts("1:16 2:16 3:8");
        var created = await CreateAsync();
        Exist();

        Assert.That((await _subnet.RefuseAsync(Of<CompleteMultipartUploadCommand>(created))).Code, Is.EqualTo(RefusalCode.FileExists));
        _subnet.Uploads.Verify(
            port => port.CompleteAsync(
                It.IsAny<ObjectName>(),
                It.IsAny<string>(),
                It.IsAny<IReadOnlyList<StoredPart>>(),
                It.IsAny<bool>(),
                It.IsAny<CancellationToken>()),
            Times.Never);
    }

    [TestCase(CompletionOutcome.NotFound, RefusalCode.UploadNotFound)]
    [TestCase(CompletionOutcome.Exists, RefusalCode.FileExists)]
    [TestCase(CompletionOutcome.InvalidParts, RefusalCode.InvalidRequest)]
    public async Task Complete_says_why_the_store_refuses(CompletionOutcome outcome, RefusalCode code)
    {
        _parts = Parts("1:16 2:16 3:8");
        Complete(new Completion(outcome));

        Assert.That((await _subnet.RefuseAsync(Of<CompleteMultipartUploadCommand>(await CreateAsync()))).Code, Is.EqualTo(code));
        RequireNoRefund();
    }

    [Test]
    public async Task Complete_aborts_a_file_that_is_larger_than_files_may_be_by_now()
    {
        var created = await CreateAsync();
        var content = Content(created);
        BinaryPrimitives.WriteInt64BigEndian(content.AsSpan(8), FileSizeLimits.Default.MaxBytes + MiB);
        BinaryPrimitives.WriteInt64BigEndian(content.AsSpan(16), FileSizeLimits.Default.MaxBytes);
        _parts = [new StoredPart(1, "e1", FileSizeLimits.Default.MaxBytes), new StoredPart(2, "e2", MiB)];

        var id = OpenSealer.SealFor("upload:46:bucket:static", content);
        var request = Of<CompleteMultipartUploadCommand>(created) with { UploadId = id };

        Assert.That((await _subnet.RefuseAsync(request)).Code, Is.EqualTo(RefusalCode.SizeMismatch));
        Assert.That(_calls, Is.EqualTo(new[] { $"create {Key}", $"abort {Key}" }));
    }

    [Test]
    public async Task Abort_ends_the_upload()
    {
        var created = await CreateAsync();

        Assert.That((await _subnet.SendAsync(Of<AbortMultipartUploadCommand>(created))).S3Key, Is.EqualTo(Key));
        Assert.That(_calls, Is.EqualTo(new[] { $"create {Key}", $"abort {Key}" }));

        _subnet.Uploads.Setup(port => port.AbortAsync(It.IsAny<ObjectName>(), StoreId, It.IsAny<CancellationToken>())).ReturnsAsync(false);
        Assert.That((await _subnet.RefuseAsync(Of<AbortMultipartUploadCommand>(created))).Code, Is.EqualTo(RefusalCode.UploadNotFound));
    }

    [Test]
    public async Task Upload_that_ended_is_not_found()
    {
        var created = await CreateAsync();
        _parts = null;

        Assert.That((await _subnet.RefuseAsync(Of<ListUploadPartsCommand>(created))).Code, Is.EqualTo(RefusalCode.UploadNotFound));
        Assert.That((await _subnet.RefuseAsync(Of<CompleteMultipartUploadCommand>(created))).Code, Is.EqualTo(RefusalCode.UploadNotFound));
    }

    [Test]
    public async Task Upload_id_works_only_with_its_key()
    {
        var created = await CreateAsync();
        await RefuseEverywhereAsync(created with { S3Key = Key + "x" });
        await RefuseEverywhereAsync(created with { UploadId = "no id" });
        await RefuseEverywhereAsync(created with { UploadId = created.UploadId[..^1] });
        await RefuseEverywhereAsync(created with { UploadId = OpenSealer.SealFor("listing:46:bucket:static", new byte[100]) });
        await RefuseEverywhereAsync(created with { UploadId = OpenSealer.SealFor("upload:46:bucket:static", new byte[100]) });
        await RefuseEverywhereAsync(created with { UploadId = OpenSealer.SealFor("upload:47:bucket:static", Content(created)) });
        await RefuseEverywhereAsync(
            created with { UploadId = OpenSealer.SealFor("upload:46:bucket:static", Content(created).AsSpan(..^StoreId.Length)) });
    }

    [TestCase(0)]
    [TestCase(4097)]
    public async Task Upload_id_has_1_to_4096_characters(int length)
    {
        var request = Of<ListUploadPartsCommand>(await CreateAsync()) with { UploadId = new string('a', length) };

        Assert.That((await _subnet.RefuseAsync(request)).Errors.Keys, Is.EqualTo(new[] { "upload_id" }));
    }

    [Test]
    public async Task Upload_id_of_a_key_in_another_folder_is_not_found()
    {
        var created = await CreateAsync();
        var key = Key.Replace($"{Subnet.Dave}", $"{Subnet.Charlie}", StringComparison.Ordinal);
        var content = Encoding.Latin1.GetString(Content(created)).Replace(Key, key, StringComparison.Ordinal);
        var foreign = created with
        {
            S3Key = key, UploadId = OpenSealer.SealFor("upload:46:bucket:static", Encoding.Latin1.GetBytes(content)),
        };

        await RefuseEverywhereAsync(foreign);
    }

    [Test]
    public async Task Upload_id_of_any_of_the_callers_sources_is_found()
    {
        var created = await _subnet.SendAsync(Create with { Source = Subnet.SourceOf("reddit") });

        Assert.That((await _subnet.SendAsync(Of<ListUploadPartsCommand>(created))).S3Key, Is.EqualTo($"data/reddit/{Subnet.Dave}/a/b"));
    }

    [Test]
    public async Task Upload_id_expires_with_the_grant()
    {
        var created = await CreateAsync();

        _subnet.Time.Advance(TimeSpan.FromSeconds(86399));
        Assert.That((await _subnet.SendAsync(Later(created))).S3Key, Is.EqualTo(Key));
        _subnet.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.That((await _subnet.RefuseAsync(Later(created))).Code, Is.EqualTo(RefusalCode.UploadNotFound));

        ListUploadPartsCommand Later(CreatedUpload upload) =>
            Of<ListUploadPartsCommand>(upload) with { Timestamp = _subnet.Time.GetUtcNow().ToUnixTimeSeconds() };
    }

    [Test]
    public async Task Create_costs_a_grant_and_a_file_and_each_later_request_a_file()
    {
        _parts = Parts("1:16 2:16 3:8");
        var created = await CreateAsync();
        RequireCost(new QuotaCost(1, 1));

        await _subnet.SendAsync(Of<SignUploadPartsCommand>(created) with { PartNumbers = [1, 2] });
        RequireCost(new QuotaCost(0, 1));
        await _subnet.SendAsync(Of<ListUploadPartsCommand>(created));
        RequireCost(new QuotaCost(0, 1));
        await _subnet.SendAsync(Of<CompleteMultipartUploadCommand>(created));
        RequireCost(new QuotaCost(0, 1));
        await _subnet.SendAsync(Of<AbortMultipartUploadCommand>(created));
        RequireCost(new QuotaCost(0, 1));

        void RequireCost(QuotaCost cost)
        {
            _subnet.Quota.Verify(port => port.TakeAsync(
                It.Is<QuotaRequest>(request => request.Cost == cost), It.IsAny<CancellationToken>()));
            _subnet.Quota.Invocations.Clear();
        }
    }

    [Test]
    public async Task Request_for_parts_without_free_memory_is_refused_before_the_store_is_called()
    {
        var created = await CreateAsync();
        _subnet.Memory.TryChange(new ResponseMemoryOwner(Subnet.Charlie, 7), 0, 64 * MiB);
        _subnet.Uploads.Invocations.Clear();

        await RefusesAsync(_subnet.RefuseAsync(Of<CompleteMultipartUploadCommand>(created)));
        await RefusesAsync(_subnet.RefuseAsync(Of<ListUploadPartsCommand>(created)));
        await RefusesAsync(_subnet.RefuseAsync(Of<SignUploadPartsCommand>(created) with { PartNumbers = [1] }));
        await RefusesAsync(_subnet.RefuseAsync(Create with { Resume = true }));
        Assert.That(_subnet.Uploads.Invocations, Is.Empty);

        async Task RefusesAsync(Task<RefusedException> refused)
        {
            await _subnet.Time.AdvanceUntilAsync(() => refused.IsCompleted, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(5));
            Assert.That((await refused).Code, Is.EqualTo(RefusalCode.ServerBusy));
        }
    }

    // The store was asked, so that a free request would be a free call to the store.
    private void RequireNoRefund() =>
        _subnet.Quota.Verify(port => port.Refund(It.IsAny<QuotaRequest>(), It.IsAny<QuotaCount>()), Times.Never);

    private static CreateMultipartUploadCommand Create => new()
    {
        Coldkey = Subnet.Dave,
        Hotkey = Subnet.Bob,
        Timestamp = Subnet.Now,
        Signature = Subnet.Good,
        Path = Subnet.PathOf("a/b"),
        Size = Size,
    };

    private Task<CreatedUpload> CreateAsync() => _subnet.SendAsync(Create);

    private async Task RefuseEverywhereAsync(CreatedUpload upload)
    {
        Assert.That(
            (await _subnet.RefuseAsync(Of<SignUploadPartsCommand>(upload) with { PartNumbers = [1] })).Code,
            Is.EqualTo(RefusalCode.UploadNotFound));
        Assert.That((await _subnet.RefuseAsync(Of<ListUploadPartsCommand>(upload))).Code, Is.EqualTo(RefusalCode.UploadNotFound));
        Assert.That((await _subnet.RefuseAsync(Of<CompleteMultipartUploadCommand>(upload))).Code, Is.EqualTo(RefusalCode.UploadNotFound));
        Assert.That((await _subnet.RefuseAsync(Of<AbortMultipartUploadCommand>(upload))).Code, Is.EqualTo(RefusalCode.UploadNotFound));
    }

    private static byte[] Content(CreatedUpload upload) =>
        new OpenSealer().Open(upload.UploadId, Encoding.UTF8.GetBytes("upload:46:bucket:static"))!;

    private static T Of<T>(CreatedUpload upload)
        where T : MultipartRequest, new() => new()
    {
        Coldkey = Subnet.Dave,
        Hotkey = Subnet.Bob,
        Timestamp = Subnet.Now,
        Signature = Subnet.Good,
        S3Key = upload.S3Key,
        UploadId = upload.UploadId,
    };

    private static StoredPart[] Parts(string? parts) => parts is not { Length: > 0 }
        ? []
        : [.. parts.Split(' ').Select(part => part.Split(':')).Select(part => new StoredPart(
            int.Parse(part[0], System.Globalization.CultureInfo.InvariantCulture),
            $"e{part[0]}",
            int.Parse(part[1], System.Globalization.CultureInfo.InvariantCulture) * MiB))];

    private void Use(StoreCapabilities capabilities) => _subnet.StoreState.SetupGet(port => port.Current)
        .Returns(StoreFindings.None with { Capabilities = capabilities });

    private void Exist() => _subnet.Store.Setup(port => port.ExistsAsync(
        It.Is<ObjectName>(name => name.Key == Key), It.IsAny<CancellationToken>())).ReturnsAsync(true);

    private void Found(IReadOnlyList<StoredPart>? parts)
    {
        _parts = parts;
        _subnet.Uploads.Setup(port => port.FindAsync(It.Is<ObjectName>(name => name.Key == Key), It.IsAny<CancellationToken>()))
            .ReturnsAsync(StoreId);
    }

    private void Complete(Completion completion) => _subnet.Uploads.Setup(port => port.CompleteAsync(
        It.IsAny<ObjectName>(),
        It.IsAny<string>(),
        It.IsAny<IReadOnlyList<StoredPart>>(),
        It.IsAny<bool>(),
        It.IsAny<CancellationToken>())).ReturnsAsync(completion);

    private T Call<T>(string name, ObjectName key, T result)
    {
        _calls.Add($"{name} {key}");
        return result;
    }
}

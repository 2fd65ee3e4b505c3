namespace S3Auth.EndToEnd.Tests.Cases.Miners;

/// <summary>Multipart uploads on each store: they make files of the announced size in the caller's folder, and nothing else.</summary>
[TestFixtureSource(typeof(Deployments), nameof(Deployments.EachStore))]
internal sealed class PartUploadTests(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    private const int PartBytes = 5 * 1024 * 1024;
    private const int Small = 3000;
    private const string CopySource = "x-amz-copy-source";

    [Test]
    public async Task File_of_parts_arrives_and_continues_where_it_stopped()
    {
        var miner = Deployment.NextMiner();
        var content = Bytes((2 * PartBytes) + 1000);
        var upload = await CreateAsync(miner, content.Length);
        Assert.That((upload.PartCount, upload.PartSize, upload.Resumed), Is.EqualTo((3, PartBytes, false)));
        await PutAsync(miner, upload, content, 2);

        var resumed = await CreateAsync(miner, content.Length, resume: true);
        var before = await ListAsync(miner, resumed);
        await PutAsync(miner, resumed, content, 1, 3);
        var completed = await Client.SendAsync(Call.OfUpload(ServiceClient.CompleteUploadPath, miner, resumed), ProofKind.Tao);

        Assert.That((resumed.Resumed, resumed.UploadId == upload.UploadId, resumed.Key), Is.EqualTo((true, false, upload.Key)));
        var part = before.Parts.Single();
        Assert.That((before.Size, part.PartNumber, part.Size), Is.EqualTo((content.Length, 2, PartBytes)));
        var file = ServiceClient.Read<CompletedFile>(completed);
        Assert.That((file.Key, file.Size), Is.EqualTo((upload.Key, content.Length)));
        Content.AssertSame(await Bucket.GetAsync(upload.Key), content);
        Assert.That(upload.Key, Is.EqualTo(Deployment.FolderOf(miner) + Deployment.PathOf("sub/large.bin")));
        string[] paths = Traits.EndsUploads
            ? [ServiceClient.CompleteUploadPath, ServiceClient.ListPartsPath, ServiceClient.AbortUploadPath]
            : [ServiceClient.AbortUploadPath];
        foreach (var path in paths)
        {
            AssertRefused(await Client.SendAsync(Call.OfUpload(path, miner, upload)), 404, "upload_not_found");
        }

        AssertRefused(await Client.SendAsync(Create(miner, content.Length, resume: true)), 409, "file_exists");
    }

    [Test]
    public async Task Part_of_another_size_is_refused()
    {
        var miner = Deployment.NextMiner();
        var upload = await CreateAsync(miner, Small);
        var url = (await SignAsync(miner, upload, 1)).Single();
        Assert.That((url.Size, Presigned.Parameter(url.Url, "partNumber")), Is.EqualTo((Small, "1")));

        foreach (var size in (int[])[0, 1, Small - 1, Small + 1, 50_000])
        {
            await AssertRefusedAsync(() => Presigned.SendAsync(HttpMethod.Put, url.Url, Bytes(size)), $"{size} bytes");
        }

        foreach (var changed in (string[])[Presigned.With(url.Url, "partNumber", "2"), Presigned.Without(url.Url, "uploadId")])
        {
            await AssertRefusedAsync(() => Presigned.SendAsync(HttpMethod.Put, changed, Bytes(Small)), changed);
        }

        Assert.That((await ListAsync(miner, upload)).Parts, Is.Empty);
        AssertRefused(
            await Client.SendAsync(
                Call.OfUpload(ServiceClient.SignPartsPath, miner, upload, ("part_numbers", new JsonArray(2)))), 400, "invalid_request");
    }

    [Test]
    public async Task Completion_without_all_parts_aborts_the_upload()
    {
        var miner = Deployment.NextMiner();
        var content = Bytes(PartBytes + 1000);
        var upload = await CreateAsync(miner, content.Length);
        await PutAsync(miner, upload, content, 1);
        Assert.That(await Bucket.CountUploadsAsync(upload.Key), Is.EqualTo(1));

        AssertRefused(await Client.SendAsync(Call.OfUpload(ServiceClient.CompleteUploadPath, miner, upload)), 409, "size_mismatch");

        Assert.That(await Bucket.CountUploadsAsync(upload.Key), Is.Zero);
        AssertRefused(await Client.SendAsync(Call.OfUpload(ServiceClient.ListPartsPath, miner, upload)), 404, "upload_not_found");
        Assert.That((await CreateAsync(miner, content.Length, resume: true)).Resumed, Is.False);
        Assert.That(await Bucket.ListKeysAsync(Deployment.FolderOf(miner)), Is.Empty);
    }

    // A store that still accepts the part does not make another file of it: its manifest has the hash of each part, so that the file
    // becomes unreadable.
    [Test]
    public async Task Part_url_is_useless_after_the_completion()
    {
        var miner = Deployment.NextMiner();
        foreach (var end in (string[])[ServiceClient.AbortUploadPath, ServiceClient.CompleteUploadPath])
        {
            var content = Bytes(Small);
            var upload = await CreateAsync(miner, Small);
            var url = (await SignAsync(miner, upload, 1)).Single().Url;
            await PutAsync(miner, upload, content, 1);
            Assert.That((await Client.SendAsync(Call.OfUpload(end, miner, upload))).Status, Is.EqualTo(HttpStatusCode.OK), end);

            if (Traits.EndsUploads || end == ServiceClient.AbortUploadPath)
            {
                await AssertRefusedAsync(() => Presigned.SendAsync(HttpMethod.Put, url, Bytes(Small)), end);
                continue;
            }

            var other = Bytes(Small);
            await Presigned.SendAsync(HttpMethod.Put, url, other);
            var read = await S3Request.Of("GET", Bucket, upload.Key).Sign(Bucket.Keys, Bucket.Region).SendAsync();
            Assert.That(read.Accepted && read.Body.AsSpan().SequenceEqual(other), Is.False, "The file did not change.");
        }
    }

    [Test]
    public async Task Header_that_copies_makes_no_part_of_another_miners_file()
    {
        var miner = Deployment.NextMiner();
        var secret = Deployment.FolderOf(Deployment.NextMiner()) + "secret.bin";
        await Bucket.PutAsync(secret, Bytes(Small));
        var etag = (await Bucket.ListAsync(secret)).Single().ETag.Trim('"');
        var upload = await CreateAsync(miner, Small);
        var url = (await SignAsync(miner, upload, 1)).Single().Url;
        var value = $"/{Bucket.Name}/{secret}";
        var underscores = CopySource.Replace('-', '_');
        string[][] spellings =
        [
            [$"{CopySource}: {value}"], [$"{CopySource.ToUpperInvariant()}: {value}"], [$"{underscores}: {value}"],
            [$"{underscores.ToUpperInvariant()}: {value}"], [$"x-amz_copy-source: {value}"], [$"x_amz-copy_source: {value}"],
            [$"{CopySource.Replace('-', '.')}: {value}"], [$"{CopySource} : {value}"], [$"{CopySource}\t: {value}"],
            [$"{CopySource}:", $" {value}"], [$"{CopySource}:", $"{CopySource}: {value}"], [$"{CopySource}: {value}", $"{CopySource}:"],
            [$"{CopySource}:", $"{underscores}: {value}"], [$"{CopySource}: {value}", "x-amz-copy-source-range: bytes=0-2999"],
            [$"X-Copy-From: {value}"],
        ];

        foreach (var lines in spellings)
        {
            foreach (var body in (byte[][])[Bytes(Small), []])
            {
                var length = string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}");
                await RawPost.PutAsync(url, [length, .. lines], body);
                Assert.That(
                    (await ListAsync(miner, upload)).Parts.Select(part => part.Etag), Does.Not.Contain(etag), string.Join('\n', lines));
            }
        }

        var content = Bytes(Small);
        Assert.That((await Presigned.SendAsync(HttpMethod.Put, url, content)).Accepted, "The URL itself must work.");
        await CompleteAsync(miner, upload);
        Content.AssertSame(await Bucket.GetAsync(upload.Key), content);
    }

    [Test]
    public async Task Upload_id_that_was_changed_or_is_of_another_upload_is_not_found()
    {
        var (miner, rival) = (Deployment.NextMiner(), Deployment.NextMiner());
        var (upload, foreign) = (await CreateAsync(miner, Small), await CreateAsync(rival, Small));
        var other = ServiceClient.Read<PartUpload>(await Client.SendAsync(Call.CreateUpload(miner, "other.bin", Small, Deployment.Job)));
        var id = upload.UploadId;
        PartUpload[] wrong =
        [
            foreign,
            upload with { UploadId = foreign.UploadId },
            upload with { Key = foreign.Key },
            upload with { UploadId = other.UploadId },
            upload with { Key = upload.Key + "x" },
            upload with { UploadId = id[..^1] },
            upload with { UploadId = id + "A" },
            upload with { UploadId = "x" },
            .. new[] { 0, 1, id.Length / 2, id.Length - 2 }.Select(
                i => upload with { UploadId = $"{id[..i]}{(id[i] == 'A' ? 'B' : 'A')}{id[(i + 1)..]}" }),
        ];

        foreach (var one in wrong)
        {
            foreach (var call in EveryCallOf(miner, one))
            {
                AssertRefused(await Client.SendAsync(call), 404, "upload_not_found");
            }
        }

        foreach (var (owner, one) in new[] { (miner, upload), (rival, foreign), (miner, other) })
        {
            Assert.That((await ListAsync(owner, one)).Parts, Is.Empty, "The uploads are still open.");
        }
    }

    [Test]
    public async Task File_that_was_stored_meanwhile_is_not_overwritten()
    {
        var miner = Deployment.NextMiner();
        var (stored, content) = (Bytes(2000), Bytes(Small));
        var upload = await CreateAsync(miner, Small);
        await PutAsync(miner, upload, content, 1);
        await Bucket.PutAsync(upload.Key, stored);

        AssertRefused(await Client.SendAsync(Call.OfUpload(ServiceClient.CompleteUploadPath, miner, upload)), 409, "file_exists");
        Content.AssertSame(await Bucket.GetAsync(upload.Key), stored);

        var overwrite = ServiceClient.Read<PartUpload>(await Client.SendAsync(
            Call.CreateUpload(miner, "sub/large.bin", Small, Deployment.Job, PartBytes, overwrite: true, resume: true)));
        await CompleteAsync(miner, overwrite);
        Assert.That(overwrite.Resumed);
        Content.AssertSame(await Bucket.GetAsync(upload.Key), content);
    }

    [Test]
    public async Task Completion_with_parts_that_the_store_does_not_have_is_refused_and_charged()
    {
        var miner = Deployment.NextMiner();
        var content = Bytes(Small);
        var upload = await CreateAsync(miner, Small);
        await PutAsync(miner, upload, content, 1);
        var listed = await Client.SendAsync(Call.OfUpload(ServiceClient.ListPartsPath, miner, upload));
        var etag = ServiceClient.Read<PartList>(listed).Parts.Single().Etag;

        foreach (var (number, sent) in new[] { (1, "0123456789abcdef0123456789abcdef"), (2, etag), (0, etag), (1, "") })
        {
            AssertRefused(await CompleteAsync(number, sent), 400, "invalid_request");
        }

        var completed = await CompleteAsync(1, $"\"{etag}\"");
        Assert.That(completed.Status, Is.EqualTo(HttpStatusCode.OK), completed.ToString());
        Assert.That(
            (listed.Left("miner") - completed.Left("miner"), listed.Left("files") - completed.Left("files")), Is.EqualTo((0, 5)));

        Task<Answer> CompleteAsync(int number, string sent) => Client.SendAsync(Call.OfUpload(
            ServiceClient.CompleteUploadPath,
            miner,
            upload,
            ("parts", new JsonArray(new JsonObject { ["part_number"] = number, ["etag"] = sent }))));
    }

    private static IEnumerable<Call> EveryCallOf(Miner miner, PartUpload upload) =>
    [
        Call.OfUpload(ServiceClient.SignPartsPath, miner, upload, ("part_numbers", new JsonArray(1))),
        Call.OfUpload(ServiceClient.ListPartsPath, miner, upload),
        Call.OfUpload(ServiceClient.CompleteUploadPath, miner, upload),
        Call.OfUpload(ServiceClient.AbortUploadPath, miner, upload),
    ];

    private Call Create(Miner miner, long size, bool? resume = null) =>
        Call.CreateUpload(miner, "sub/large.bin", size, Deployment.Job, PartBytes, resume: resume);

    private async Task<PartUpload> CreateAsync(Miner miner, long size, bool? resume = null) =>
        ServiceClient.Read<PartUpload>(await Client.SendAsync(Create(miner, size, resume), ProofKind.Tao));

    private async Task<IReadOnlyList<PartUrl>> SignAsync(Miner miner, PartUpload upload, params int[] numbers) =>
        (await Client.AskAsync<PartUrls>(
            Call.OfUpload(
                ServiceClient.SignPartsPath,
                miner,
                upload,
                ("part_numbers", new JsonArray([.. numbers.Select(number => (JsonNode)number)]))),
            ProofKind.Tao)).Parts;

    private async Task PutAsync(Miner miner, PartUpload upload, byte[] content, params int[] numbers)
    {
        foreach (var part in await SignAsync(miner, upload, numbers))
        {
            var start = (int)((part.PartNumber - 1) * upload.PartSize);
            var answer = await Presigned.SendAsync(HttpMethod.Put, part.Url, content[start..(start + (int)part.Size)]);
            Assert.That(answer.Accepted, answer.ToString());
        }
    }

    private Task<PartList> ListAsync(Miner miner, PartUpload upload) =>
        Client.AskAsync<PartList>(Call.OfUpload(ServiceClient.ListPartsPath, miner, upload), ProofKind.Tao);

    private Task<CompletedFile> CompleteAsync(Miner miner, PartUpload upload) =>
        Client.AskAsync<CompletedFile>(Call.OfUpload(ServiceClient.CompleteUploadPath, miner, upload), ProofKind.Tao);
}

namespace S3Auth.DevelopmentStore.Tests;

/// <summary>Restarts and races of multipart uploads.</summary>
internal sealed class MultipartDurabilityTests : MultipartFixture
{
    [Test]
    public async Task Upload_survives_a_restart()
    {
        var id = await CreateAsync("a/b", ("x-amz-meta-who", "me"));
        await PutPartAsync("a/b", id, 1, Part(1));
        var before = (Parts: (await ListPartsAsync("a/b", id)).Text, Uploads: (await ListUploadsAsync()).Text);

        await RestartAsync(TimeSpan.FromDays(6.9));

        Assert.That(((await ListPartsAsync("a/b", id)).Text, (await ListUploadsAsync()).Text), Is.EqualTo(before));
        await PutPartAsync("a/b", id, 2, Bytes("end"));
        Assert.That((await CompleteAsync("a/b", id, (1, ETagOf(Part(1))), (2, ETagOf(Bytes("end"))))).Status, Is.EqualTo(200));
        Content.AssertSame((await GetAsync("a/b")).Body, [.. Part(1), .. Bytes("end")]);
        Assert.That((await GetAsync("a/b")).Headers["x-amz-meta-who"], Is.EqualTo("me"));
        Assert.That(Store.Complaints, Is.Empty);
    }

    [Test]
    public async Task Upload_that_is_older_than_seven_days_is_removed_at_the_start()
    {
        var id = await CreateAsync("key");
        await PutPartAsync("key", id, 1, Bytes("x"));

        await RestartAsync(TimeSpan.FromDays(7));

        Assert.That((await ListPartsAsync("key", id)).Summary, Is.EqualTo("404 NoSuchUpload"));
        Assert.That(Store.Files(), Is.Empty);
    }

    [Test]
    public async Task Damaged_parts_are_skipped_and_uploads_without_a_description_removed()
    {
        var good = await CreateAsync("key");
        await PutPartAsync("key", good, 1, Bytes("one"));
        await PutPartAsync("key", good, 2, Bytes("two"));
        var bad = await CreateAsync("kez");
        await File.WriteAllTextAsync(System.IO.Path.Combine(Uploads, good, "1"), "damaged");
        File.Delete(System.IO.Path.Combine(Uploads, bad, "upload"));

        await RestartAsync(TimeSpan.Zero);

        Assert.That(All(await ListPartsAsync("key", good), "PartNumber"), Is.EqualTo(["2"]));
        Assert.That(All(await ListUploadsAsync(), "UploadId"), Is.EqualTo([good]));
        Assert.That(Directory.GetDirectories(Uploads), Has.Length.EqualTo(1));
        Assert.That(Store.Complaints, Has.Count.EqualTo(2).And.All.StartsWith("Warning: Skipped "));
    }

    [Test]
    public async Task Of_two_completions_one_wins()
    {
        for (var round = 0; round < 5; round++)
        {
            var id = await CreateAsync("key");
            await PutPartAsync("key", id, 1, Part(1));
            var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => CompleteAsync("key", id, (1, ETagOf(Part(1))))));

            Assert.That(answers.Select(answer => answer.Summary).Order(StringComparer.Ordinal), Is.EqualTo(
                ["200", "404 NoSuchUpload", "404 NoSuchUpload", "404 NoSuchUpload"]));
        }

        Assert.That(Store.Files(), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Of_conditional_completions_and_puts_at_once_one_wins()
    {
        for (var round = 0; round < 5; round++)
        {
            var key = $"key-{round}";
            var ids = new[] { await CreateAsync(key), await CreateAsync(key) };
            foreach (var id in ids)
            {
                await PutPartAsync(key, id, 1, Bytes(id));
            }

            var answers = await Task.WhenAll(
                [
                    .. ids.Select(id => CompleteAsync(key, id, Completion((1, ETagOf(Bytes(id)))), ("If-None-Match", "*"))),
                    Signer.Authorize(On("PUT", key, Bytes("put")).With("If-None-Match", "*")).SendAsync(),
                ]);

            Assert.That(answers.Select(answer => answer.Summary).Order(StringComparer.Ordinal), Is.EqualTo(
                ["200", "412 PreconditionFailed", "412 PreconditionFailed"]));
        }
    }

    [Test]
    public async Task Completion_while_a_part_is_replaced_stores_the_part_that_it_names_or_refuses()
    {
        var (old, replacement) = (Part(1), Part(2));
        for (var round = 0; round < 8; round++)
        {
            var key = $"key-{round}";
            var id = await CreateAsync(key);
            await PutPartAsync(key, id, 1, old);
            var put = PutPartAsync(key, id, 1, replacement);
            var complete = CompleteAsync(key, id, (1, ETagOf(old)));
            var (putAnswer, completeAnswer) = (await put, await complete);

            if (completeAnswer.Status == 200)
            {
                Content.AssertSame((await GetAsync(key)).Body, old);
                Assert.That(putAnswer.Summary, Is.EqualTo("404 NoSuchUpload"));
            }
            else
            {
                Assert.That((putAnswer.Summary, completeAnswer.Summary), Is.EqualTo(("200", "400 InvalidPart")));
            }
        }

        Assert.That(Directory.GetFiles(Store.Incoming), Is.Empty);
        Assert.That(Store.Complaints, Is.Empty);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Part_that_arrives_while_the_upload_ends_is_refused_and_leaves_no_file(bool aborts)
    {
        var id = await CreateAsync("key");
        await PutPartAsync("key", id, 1, Bytes("x"));
        var late = On("PUT", "key", new byte[400_000]);
        late.Target += $"?partNumber=2&uploadId={id}";
        Signer.Authorize(late, "UNSIGNED-PAYLOAD");
        using var client = new TcpClient();
        await client.ConnectAsync(Store.Endpoint.Host, Store.Endpoint.Port);
        await client.GetStream().WriteAsync(late.Head());
        await client.GetStream().WriteAsync(late.Body.AsMemory(0, 300_000));
        await Wait.UntilAsync(() => Directory.GetFiles(Store.Incoming).Length == 1);

        var end = aborts ? await AbortAsync("key", id) : await CompleteAsync("key", id, (1, ETagOf(Bytes("x"))));
        await client.GetStream().WriteAsync(late.Body.AsMemory(300_000));
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var answer = await RawResponse.ReadAsync(client.GetStream(), headersOnly: false, patience.Token);

        Assert.That((end.Status, answer.Summary), Is.EqualTo((aborts ? 204 : 200, "404 NoSuchUpload")));
        Assert.That(Store.Files(), Has.Length.EqualTo(aborts ? 0 : 1));
        Assert.That(Store.Complaints, Is.Empty);
    }

    [Test]
    public async Task Part_whose_body_stops_leaves_the_old_part_and_no_file()
    {
        var id = await CreateAsync("key");
        await PutPartAsync("key", id, 1, Bytes("old"));
        var half = On("PUT", "key", new byte[400_000]);
        half.Target += $"?partNumber=1&uploadId={id}";
        Signer.Authorize(half, "UNSIGNED-PAYLOAD");
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(Store.Endpoint.Host, Store.Endpoint.Port);
            await client.GetStream().WriteAsync(half.Head());
            await client.GetStream().WriteAsync(half.Body.AsMemory(0, 300_000));
            await Wait.UntilAsync(() => Directory.GetFiles(Store.Incoming).Length == 1);
        }

        await Wait.UntilAsync(() => Directory.GetFiles(Store.Incoming).Length == 0);
        Assert.That(All(await ListPartsAsync("key", id), "Size"), Is.EqualTo(["3"]));
        Assert.That(Store.Complaints, Is.Empty);
    }

    private async Task RestartAsync(TimeSpan later)
    {
        await Store.StopAsync();
        Store.Clock.Advance(later);
        await Store.StartAgainAsync();
    }
}

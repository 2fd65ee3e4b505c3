namespace S3Auth.EndToEnd.Tests.Cases.Miners;

/// <summary>A grant for one file accepts only that name and size, and only if the file does not exist.</summary>
internal sealed class FileUploadTests(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    private const long MaxBytes = 5L * 1024 * 1024 * 1024;

    private static readonly string[] OddNames =
    [
        "with space.bin", "plus+sign.bin", "percent%2Fslash.bin", "%2e%2e", "and&more=equals.bin", "what?#where.bin", "größe-数据-🙂.bin",
        "a\u0301.bin", "trailing-dot.",
        "...",
        ".hidden",
        " leading.bin",
        "'quotes'(and)[brackets]{braces}~!*.bin",
        "\"double\".bin",
        "$filename",
        "{filename}",
        "<tag>;,:@|`^.bin",
        "\u202Ereversed.bin",
    ];

    [TestCase(ProofKind.Commitment)]
    [TestCase(ProofKind.Tao)]
    public async Task Granted_file_arrives(ProofKind proof)
    {
        var miner = Deployment.NextMiner();
        var content = Bytes(5000);

        var upload = await Client.AskAsync<FileUpload>(Call.FileUpload(miner, "file.bin", "job-1"), proof);
        var answer = await upload.SendAsync(content);

        Assert.That(answer.Accepted, answer.ToString());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(upload.Key, Is.EqualTo(Deployment.FolderOf(miner) + "job_id=job-1/file.bin"));
            Assert.That(upload.Method, Is.EqualTo(Deployment.GrantsForms ? "POST" : "PUT"));
            Assert.That(upload.Fields.GetValueOrDefault("key"), Is.EqualTo(Deployment.GrantsForms ? upload.Key : null));
            Assert.That(upload.ExpiresInSeconds, Is.EqualTo(24 * 60 * 60));
        }

        Content.AssertSame(await Bucket.GetAsync(upload.Key), content);
        Assert.That((await Client.AskAsync<FileList>(Call.MyFiles(miner), proof)).Keys, Is.EqualTo([upload.Key]));
    }

    [TestCaseSource(nameof(OddNames))]
    public async Task Odd_names_arrive_as_they_are(string name)
    {
        var miner = Deployment.NextMiner();
        var content = Bytes(3000);

        var upload = await Client.AskAsync<FileUpload>(Call.FileUpload(miner, name));
        var answer = await upload.SendAsync(content);

        Assert.That(answer.Accepted, answer.ToString());
        Assert.That(upload.Key, Is.EqualTo(Deployment.FolderOf(miner) + name));
        Assert.That(await Bucket.ListKeysAsync(Deployment.FolderOf(miner)), Is.EqualTo([upload.Key]));
        Content.AssertSame(await Bucket.GetAsync(upload.Key), content);
        AssertRefused(await Client.SendAsync(Call.FileUpload(miner, name)), 409, "file_exists");
    }

    [Test]
    public async Task Longest_name_and_job_arrive()
    {
        var miner = Deployment.NextMiner();
        foreach (
            var (name, job) in ((string, string)[])
            [
                (new string('n', 255), new string('j', 128)), (string.Concat(Enumerable.Repeat("🙂", 63)) + "abc", "A.z_0-9")
            ])
        {
            var upload = await Client.AskAsync<FileUpload>(Call.FileUpload(miner, name, job));

            Assert.That((await upload.SendAsync(Bytes(2000))).Accepted);
            Assert.That(upload.Key, Is.EqualTo($"{Deployment.FolderOf(miner)}job_id={job}/{name}"));
            Assert.That(await Bucket.ListKeysAsync($"{Deployment.FolderOf(miner)}job_id={job}/"), Is.EqualTo([upload.Key]));
        }
    }

    [Test]
    public async Task Large_file_arrives_whole()
    {
        var content = Bytes((24 * 1024 * 1024) + 17);
        var upload = await Client.AskAsync<FileUpload>(Call.FileUpload(Deployment.NextMiner(), "large.bin", size: content.Length));

        var answer = await upload.SendAsync(content);

        Assert.That(answer.Accepted, answer.ToString());
        Content.AssertSame(await Bucket.GetAsync(upload.Key), content);
    }

    [Test]
    public async Task Source_decides_the_folder()
    {
        var miner = Deployment.NextMiner();
        if (Layout == FolderLayoutKind.Hotkey)
        {
            AssertRefused(await Client.SendAsync(Call.FileUpload(miner, "file.bin", source: "x")), 400, "invalid_request", "source");
            return;
        }

        foreach (var source in Deployment.Sources)
        {
            var upload = await Client.AskAsync<FileUpload>(Call.FileUpload(miner, "file.bin", source: source));

            Assert.That(upload.Key, Is.EqualTo(Deployment.FolderOf(miner, source) + "file.bin"));
            Assert.That((await upload.SendAsync(Bytes(2000))).Accepted, source);
        }
    }

    [Test]
    public async Task Size_that_was_said_is_the_only_one()
    {
        var upload = await Client.AskAsync<FileUpload>(Call.FileUpload(Deployment.NextMiner(), "file.bin", size: 5000));

        foreach (var size in (int[])[4999, 5001, 1024, 0, 50_000])
        {
            await AssertRefusedAsync(() => upload.SendAsync(Bytes(size)), size.ToString(CultureInfo.InvariantCulture));
        }

        Assert.That((await upload.SendAsync(Bytes(5000))).Accepted);
    }

    [TestCase(1024)]
    [TestCase(MaxBytes)]
    public async Task Size_at_the_limits_is_granted(long size)
    {
        var upload = await Client.AskAsync<FileUpload>(Call.FileUpload(Deployment.NextMiner(), "file.bin", size: size));

        if (size == 1024)
        {
            Assert.That((await upload.SendAsync(Bytes(1024))).Accepted);
        }

        await AssertRefusedAsync(() => upload.SendAsync(Bytes(1025)));
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(1023)]
    [TestCase(MaxBytes + 1)]
    [TestCase(long.MaxValue)]
    [TestCase(long.MinValue)]
    public async Task Size_beyond_the_limits_is_refused(long size) => AssertRefused(
        await Client.SendAsync(Call.FileUpload(Deployment.NextMiner(), "file.bin", size: size)), 400, "invalid_request", "size");

    [Test]
    public async Task Size_that_is_no_whole_number_is_refused()
    {
        var call = Call.FileUpload(Deployment.NextMiner(), "file.bin");

        foreach (var size in (JsonNode[])[1024.5, "1024", true, new JsonArray(1024), new JsonObject()])
        {
            AssertRefused(await Client.SendAsync(call.With("size", size)), 400, "invalid_request", "size");
        }
    }

    [Test]
    public async Task File_that_is_there_is_not_granted_again()
    {
        var miner = Deployment.NextMiner();
        var content = Bytes(3000);
        var upload = await Client.AskAsync<FileUpload>(Call.FileUpload(miner, "file.bin"));
        var uploaded = await upload.SendAsync(content);
        Assert.That(uploaded.Accepted, uploaded.ToString());

        foreach (var proof in Enum.GetValues<ProofKind>())
        {
            var answer = await Client.SendAsync(Call.FileUpload(miner, "file.bin"), proof);
            AssertRefused(answer, 409, "file_exists");
            Assert.That(answer.Detail, Does.Contain("file.bin"));
        }

        Content.AssertSame(await Bucket.GetAsync(upload.Key), content);
        foreach (
            var other in (Call[])
            [
                Call.FileUpload(miner, "file.bin", "job-1"), Call.FileUpload(miner, "file.bin2"), Call.FileUpload(miner, "file.bi"),
                Call.FileUpload(miner, "FILE.BIN")
            ])
        {
            Assert.That((await Client.SendAsync(other)).Status, Is.EqualTo(HttpStatusCode.OK));
        }

        Assert.That(
            (await Client.SendAsync(Call.FileUpload(Deployment.NextMiner(), "file.bin"))).Status,
            Is.EqualTo(HttpStatusCode.OK),
            "Another miner's file of that name is another file.");
    }

    [Test]
    public async Task Folder_of_that_name_is_no_file()
    {
        var miner = Deployment.NextMiner();
        await Bucket.PutAsync(Deployment.FolderOf(miner) + "name/inside.bin", Bytes(1024));

        Assert.That((await Client.SendAsync(Call.FileUpload(miner, "name"))).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Malformed_name_is_refused()
    {
        var miner = Deployment.NextMiner();
        string[] names =
        [
            "", ".", "..", "a/b", "/a", "a/", "/", "../a", "\\", "a\\b", "..\\a", "a\0b", "\u0001", "line\nbreak", "tab\t", "\u007f",
            "\u0085", "\u001b[2J",
            new string('n', 256), string.Concat(Enumerable.Repeat("🙂", 64)), "${filename}", "a${filename}b", "${filename}${filename}",
        ];

        foreach (var name in names)
        {
            foreach (var proof in Enum.GetValues<ProofKind>())
            {
                var answer = await Client.SendAsync(Call.FileUpload(miner, name), proof);
                Assert.That(
                    ((int)answer.Status, answer.Code), Is.EqualTo((400, "invalid_request")), $"{Uri.EscapeDataString(name)} {answer}");
                Assert.That(answer.Wrong, Is.EqualTo(["filename"]), Uri.EscapeDataString(name));
            }
        }

        AssertRefused(await Client.SendAsync(Call.FileUpload(miner, filename: null)), 400, "invalid_request", "filename");
        foreach (var name in (JsonNode?[])[null, 1, true, new JsonArray("file.bin"), new JsonObject()])
        {
            AssertRefused(
                await Client.SendAsync(Call.FileUpload(miner, "file.bin").With("filename", name)), 400, "invalid_request", "filename");
        }

        // Half a surrogate pair is no text.
        var half = Call.FileUpload(miner, "file.bin").Committed().ToJsonString().Replace("file.bin", "a\\ud800b", StringComparison.Ordinal);
        var refused = await Client.PostAsync(ServiceClient.FileUploadPath, System.Text.Encoding.UTF8.GetBytes(half));
        Assert.That(((int)refused.Status, refused.Code), Is.EqualTo((400, "invalid_request")), refused.ToString());
    }

    [Test]
    public async Task Malformed_job_is_refused()
    {
        var call = Call.FileUpload(Deployment.NextMiner(), "file.bin");
        JsonNode?[] jobs =
            ["", "a/b", "../a", "a b", "a\\b", "job=1", "größe", "a\nb", "a\0", "%2F", new string('j', 129), 1, true, new JsonArray("a")];

        foreach (var job in jobs)
        {
            AssertRefused(await Client.SendAsync(call.With("job_id", job)), 400, "invalid_request", "job_id");
        }
    }

    [TestCase(".")]
    [TestCase("..")]
    [TestCase("...")]
    public async Task Job_of_dots_is_a_folder_like_any_other(string job)
    {
        var miner = Deployment.NextMiner();

        var upload = await Client.AskAsync<FileUpload>(Call.FileUpload(miner, "file.bin", job));

        Assert.That((await upload.SendAsync(Bytes(2000))).Accepted);
        Assert.That(
            await Bucket.ListKeysAsync(Deployment.FolderOf(miner)), Is.EqualTo([$"{Deployment.FolderOf(miner)}job_id={job}/file.bin"]));
    }

    [Test]
    public async Task Malformed_source_is_refused()
    {
        var call = Call.FileUpload(Deployment.NextMiner(), "file.bin");

        foreach (var source in (JsonNode?[])["unknown", "", "X", "x/", "../x", "x/../reddit", " x", "x\0", 1, new string('x', 33)])
        {
            AssertRefused(await Client.SendAsync(call.With("source", source)), 400, "invalid_request", "source");
        }
    }
}

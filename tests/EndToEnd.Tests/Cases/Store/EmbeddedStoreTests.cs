namespace S3Auth.EndToEnd.Tests.Cases.Store;

/// <summary>
/// The embedded store keeps accepted files after a crash, refuses to run in production, and serves other clients.
/// </summary>
internal sealed class EmbeddedStoreTests
{
    private static readonly Miner Bob = Miner.Development("Bob");

    [Test]
    public async Task Objects_are_still_there_after_a_restart()
    {
        using var folder = new ScratchFolder("restart");
        var data = folder.Sub("data");
        var content = Random.Shared.GetItems(Enumerable.Range(0, 256).Select(value => (byte)value).ToArray(), 100_000);
        string key;
        await using (var first = await ApiProcess.StartDevelopmentAsync(data))
        {
            var access = await first.Client.GetFolderAccessAsync(Bob);
            key = access.Folder + "kept größe.bin";
            Assert.That((await FormUpload.Of(access.Grant, "kept größe.bin", content).SendAsync()).Accepted);
        }

        await using var second = await ApiProcess.StartDevelopmentAsync(data);

        Assert.That((await Presigned.ListAsync((await second.Client.GetFolderAccessAsync(Bob)).ListUrl)).Keys, Is.EqualTo([key]));
        using var bucket = BucketOf(second);
        Content.AssertSame(await bucket.GetAsync(key), content);
        var validator = await second.Client.GetValidatorAccessAsync(Subnet.Validator.Hotkey);
        Assert.That(validator.Miners.Select(miner => miner.Id), Is.EqualTo([Bob.Coldkey.Address]));
    }

    [TestCase(null)]
    [TestCase("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", Category = "Nightly")]
    public async Task Multipart_upload_is_continued_after_a_restart_of_server_and_store(string? sealKey)
    {
        const int PartBytes = 5 * 1024 * 1024;
        using var folder = new ScratchFolder("restart-parts");
        var data = folder.Sub("data");
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        if (sealKey is not null)
        {
            settings["SEAL_KEY"] = sealKey;
        }

        var content = new byte[PartBytes + 1000];
        Random.Shared.NextBytes(content);
        PartUpload upload;
        await using (var first = await ApiProcess.StartDevelopmentAsync(data, settings))
        {
            upload = await CreateAsync(first, resume: false);
            await PutPartAsync(first, upload, 1);
        }

        await using var second = await ApiProcess.StartDevelopmentAsync(data, settings);

        // Without SEAL_KEY and Redis, the key of upload ids ends with the process.
        var old = await second.Client.SendAsync(Call.OfUpload(ServiceClient.ListPartsPath, Bob, upload));
        Assert.That((int)old.Status, Is.EqualTo(sealKey is null ? 404 : 200), old.ToString());
        var resumed = await CreateAsync(second, resume: true);
        await PutPartAsync(second, resumed, 2);
        var completed = await second.Client.AskAsync<CompletedFile>(Call.OfUpload(ServiceClient.CompleteUploadPath, Bob, resumed));

        Assert.That((upload.Resumed, resumed.Resumed, completed.Size), Is.EqualTo((false, true, content.Length)));
        using var bucket = BucketOf(second);
        Content.AssertSame(await bucket.GetAsync(completed.Key), content);

        Task<PartUpload> CreateAsync(ApiProcess api, bool resume) => api.Client.AskAsync<PartUpload>(
            Call.CreateUpload(Bob, "large.bin", content.Length, partSize: PartBytes, resume: resume));

        async Task PutPartAsync(ApiProcess api, PartUpload upload, int number)
        {
            var urls = await api.Client.AskAsync<PartUrls>(
                Call.OfUpload(ServiceClient.SignPartsPath, Bob, upload, ("part_numbers", new JsonArray(number))));
            var start = (number - 1) * PartBytes;
            var answer = await Presigned.SendAsync(
                HttpMethod.Put, urls.Parts.Single().Url, content[start..Math.Min(start + PartBytes, content.Length)]);
            Assert.That(answer.Accepted, answer.ToString());
        }
    }

    [Test]
    public async Task Upload_that_a_crash_cuts_off_is_never_visible()
    {
        using var folder = new ScratchFolder("crash");
        var data = folder.Sub("data");
        await using (var first = await ApiProcess.StartDevelopmentAsync(data))
        {
            var access = await first.Client.GetFolderAccessAsync(Bob);
            Assert.That((await FormUpload.Of(access.Grant, "whole.bin", new byte[2000]).SendAsync()).Accepted);
            using var over = new RawUpload();
            using var half = new RawUpload();
            await over.BeginAsync(FormUpload.Of(access.Grant, "whole.bin", []), declaredBytes: 10_000_000, sent: new byte[3_000_000]);
            await half.BeginAsync(FormUpload.Of(access.Grant, "half.bin", []), declaredBytes: 10_000_000, sent: new byte[9_999_999]);
            await WaitUntilArrivedAsync(data, bytes: 2_000_000);

            await first.KillAsync();
        }

        await using var second = await ApiProcess.StartDevelopmentAsync(data);

        using var bucket = BucketOf(second);
        Assert.That((await bucket.ListAsync()).Select(one => (Path.GetFileName(one.Key), one.Size)), Is.EqualTo([("whole.bin", 2000)]));
        Content.AssertSame(await bucket.GetAsync((await bucket.ListKeysAsync()).Single()), new byte[2000]);
        Assert.That(BytesIn(data), Is.LessThan(1_000_000), "What was cut off does not fill the disk for ever.");
    }

    [Test]
    public async Task Control_characters_in_the_key_harm_nobody_else()
    {
        using var folder = new ScratchFolder("control");
        await using var api = await ApiProcess.StartDevelopmentAsync(folder.Sub("data"));
        using var bucket = BucketOf(api);
        var access = await api.Client.GetFolderAccessAsync(Bob);
        var neighbour = await api.Client.GetFolderAccessAsync(Miner.Development("Charlie"));
        Assert.That((await FormUpload.Of(neighbour.Grant, "file.bin", new byte[2000]).SendAsync()).Accepted);

        foreach (
            var name in (string[])["a\0b.bin", "\0", "a\u0001.bin", "\u001b[2J.bin", "line\nbreak.bin", "\r\n", "\u007f.bin", "\uD800.bin"])
        {
            var answer = await FormUpload.Of(access.Grant, name, new byte[2000]).SendAsync();
            Assert.That((int)answer.Status, Is.LessThan(500), Uri.EscapeDataString(name));
        }

        var validator = await api.Client.GetValidatorAccessAsync(Subnet.Validator.Hotkey);
        Assert.That((await Presigned.ListAsync(validator.Urls.Sources!["x"].ListMiners)).CommonPrefixes, Is.SupersetOf([neighbour.Folder]));
        Assert.That((await Presigned.ListAsync(neighbour.ListUrl)).Keys, Is.EqualTo([neighbour.Folder + "file.bin"]));
        // As on S3: no XML 1.0 parser reads a listing that holds such keys, so of the listing of everything only the text is looked at.
        Assert.That((await Presigned.GetAsync(validator.Urls.Global["list_all_data"])).Text, Does.Contain(neighbour.Folder + "file.bin"));
        Assert.That(
            (await bucket.ListKeysAsync()).Where(key => !key.StartsWith(access.Folder, StringComparison.Ordinal)),
            Is.EqualTo([neighbour.Folder + "file.bin"]));
    }

    [Test]
    public async Task Production_refuses_to_start_without_a_store_of_its_own_and_says_all_that_is_missing()
    {
        using var folder = new ScratchFolder("production");

        var end = await ApiProcess.RunToItsEndAsync(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["DATA_DIR"] = folder.Sub("data"),
            ["FOLDER_LAYOUT"] = "sideways",
            ["NET_UID"] = "many",
        });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(end.ExitCode, Is.Not.Zero);
            Assert.That(end.Output + end.Errors, Does.Contain("S3_BUCKET").And.Contain("FOLDER_LAYOUT").And.Contain("NET_UID"));
            Assert.That(end.Output + end.Errors, Does.Not.Contain("   at "), "It is a message, not a stack trace.");
            Assert.That(Directory.EnumerateFileSystemEntries(Path.Combine(folder.Path, "data")), Is.Empty);
        }
    }

    [TestCase("aws", "us-east-2", 100)]
    [TestCase("r2", "auto", 20)]
    [TestCase("ceph", "us-east-2", 20)]
    public async Task Aws_and_rclone_copy_large_files_in_parts(string behaviour, string region, int megabytes)
    {
        var (aws, rclone) = (Tool.Need("aws", "awscli"), Tool.Need("rclone", "rclone"));
        using var folder = new ScratchFolder("parts");
        await using var api = await ApiProcess.StartDevelopmentAsync(
            folder.Sub("data"), new Dictionary<string, string>(StringComparer.Ordinal) { ["EMBEDDED_STORE_AS"] = behaviour });
        var content = new byte[(megabytes * 1024 * 1024) + 7];
        Random.Shared.NextBytes(content);
        var file = Path.Combine(folder.Path, "large.bin");
        await File.WriteAllBytesAsync(file, content);
        var endpoint = api.EmbeddedStore.GetLeftPart(UriPartial.Authority);
        string[] s3 = ["s3", "--endpoint-url", endpoint, "--only-show-errors"];
        string[] options =
        [
            "--s3-provider", "Other", "--s3-env-auth", "--s3-endpoint", endpoint, "--s3-region", region, "--s3-upload-cutoff", "5M",
            "--s3-chunk-size", "5M", "--config", "/dev/null",
        ];

        foreach (var (program, arguments) in new (string, string[])[]
        {
            (aws, [.. s3, "cp", file, $"s3://{ApiProcess.EmbeddedBucket}/aws/large.bin"]),
            (aws, [.. s3, "cp", $"s3://{ApiProcess.EmbeddedBucket}/aws/large.bin", $"s3://{ApiProcess.EmbeddedBucket}/aws/copy.bin"]),
            (rclone, [.. options, "copyto", file, $":s3:{ApiProcess.EmbeddedBucket}/rclone/large.bin"]),
            (
                rclone,
                [.. options, "check", "--download", folder.Path, $":s3:{ApiProcess.EmbeddedBucket}/rclone", "--include", "/large.bin"]
            ),
        })
        {
            var end = await Tool.RunAsync(program, arguments, environment: EnvironmentOf(region));
            Assert.That(end.ExitCode, Is.Zero, $"{program} {string.Join(' ', arguments)}: {end.Output}{end.Errors}");
        }

        using var bucket = new Bucket(api.EmbeddedStore, region, ApiProcess.EmbeddedBucket, ApiProcess.EmbeddedKeys);
        foreach (var key in (string[])["aws/copy.bin", "aws/large.bin", "rclone/large.bin"])
        {
            Content.AssertSame(await bucket.GetAsync(key), content);
        }

        var removed = await Tool.RunAsync(
            aws, [.. s3, "rm", "--recursive", $"s3://{ApiProcess.EmbeddedBucket}/"], environment: EnvironmentOf(region));
        Assert.That((removed.ExitCode, (await bucket.ListKeysAsync()).Count), Is.EqualTo((0, 0)), removed.Errors);
    }

    private static Dictionary<string, string> EnvironmentOf(string region) => new(StringComparer.Ordinal)
    {
        ["AWS_ACCESS_KEY_ID"] = ApiProcess.EmbeddedKeys.Id,
        ["AWS_SECRET_ACCESS_KEY"] = ApiProcess.EmbeddedKeys.Secret,
        ["AWS_DEFAULT_REGION"] = region,
        ["AWS_CONFIG_FILE"] = "/nonexistent",
        ["AWS_CA_BUNDLE"] = "",
        ["NO_PROXY"] = "*",
    };

    private static Bucket BucketOf(ApiProcess api) =>
        new(api.EmbeddedStore, ApiProcess.EmbeddedRegion, ApiProcess.EmbeddedBucket, ApiProcess.EmbeddedKeys);

    // A crash before the bytes are there would prove nothing.
    private static Task WaitUntilArrivedAsync(string data, long bytes) =>
        Wait.UntilAsync(() => BytesIn(data) >= bytes, "The upload does not arrive.");

    private static long BytesIn(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Exists ? file.Length : 0);
}

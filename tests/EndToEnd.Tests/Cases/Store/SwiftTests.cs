namespace S3Auth.EndToEnd.Tests.Cases.Store;

/// <summary>
/// OpenStack Swift, which takes no forms. A presigned PUT is unsafe at Swift itself, and safe behind nginx. The server finds out
/// which of the two it has.
/// </summary>
internal sealed class SwiftTests
{
    private readonly List<ApiProcess> _apis = [];
    private ScratchFolder? _folder;
    private RealStore _bare = null!;
    private RealStore _nginx = null!;
    private Subnet _subnet = null!;
    private Bucket _bucket = null!;
    private string _metagraph = "";

    [OneTimeSetUp]
    public async Task Start()
    {
        if (SwiftHost.WhyNot is { } reason)
        {
            Assert.Ignore(reason);
        }

        _folder = new ScratchFolder("swift-cases");
        _subnet = Subnet.Create(10);
        _metagraph = await _subnet.WriteAsync(_folder);
        (_bare, _nginx) = (await TestRun.Current.Swift.GetBareAsync(), await TestRun.Current.Swift.GetAsync());
        _bucket = new Bucket(
            _bare.Endpoint, _bare.Region, "s3auth-bare-" + RandomNumberGenerator.GetHexString(8, lowercase: true), _bare.Keys);
        await _bucket.CreateAsync();
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        foreach (var api in _apis)
        {
            await api.DisposeAsync();
        }

        _bucket?.Dispose();
        _folder?.Dispose();
    }

    [Test, Order(1)]
    public async Task Store_whose_put_would_read_others_files_gets_none_and_everyone_is_told_why()
    {
        var api = await StartAsync(_bare.Endpoint);
        var miner = _subnet.Miners[0];

        var upload = await UploadOnceKnownAsync(api, Call.FileUpload(miner, "other.bin"));
        var health = await api.Client.GetAsync("/healthcheck");
        var ready = await api.Client.GetAsync("/readyz");
        var page = await api.Client.GetAsync("/");
        await api.UntilLoggedAsync("x_amz_copy_source");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(((int)upload.Status, upload.Code), Is.EqualTo((503, "storage_unavailable")), upload.ToString());
            Assert.That(upload.Detail, Does.Contain("operator").And.Contain("/healthcheck"));
            Assert.That(
                ((string?)health.Json["status"], (string?)health.Json["store"]?["put_uploads"]),
                Is.EqualTo(("degraded", "unsafe")),
                health.ToString());
            Assert.That((string?)health.Json["store"]?["put_problem"], Does.Contain("x_amz_copy_source").And.Contain("proxy"));
            Assert.That((string?)ready.Json["warnings"]?["put_uploads"], Does.Contain("x_amz_copy_source"), ready.ToString());
            Assert.That(page.Text, Does.Contain("x_amz_copy_source"));
            Assert.That(
                api.ReadLog(),
                Has.Some.Matches<LogEntry>(
                    entry => entry.Level == "Error" && entry.Text.Contains("x_amz_copy_source", StringComparison.Ordinal)));
            Assert.That(
                (await _bucket.ListKeysAsync(withProbes: true)).Where(one => one.Contains("probe", StringComparison.Ordinal)),
                Is.Empty,
                "The check leaves nothing behind.");
        }
    }

    [Test, Order(2)]
    public async Task Reading_links_work_at_unsafe_store()
    {
        var (client, miner, validator) = (_apis[0].Client, _subnet.Miners[0], Subnet.Validator.Hotkey);
        var (member, owner, folder) = ("miner_coldkey", miner.Coldkey.Address, FolderOf(miner));
        string[] keys = [folder + "größe & mehr.bin", folder + "job_id=1/a.bin"];
        await _bucket.PutAllAsync(keys, new byte[2000]);

        var all = await client.GetValidatorAccessAsync(validator);
        var ofMiner = await client.AskAsync<MinerAccess>(Call.MinerAccess(validator, member, owner));
        var list = await client.AskAsync<MinerList>(Call.MinerList(validator, member, owner));
        var folders = await client.AskAsync<FolderUrls>(Call.FolderUrls(validator));
        var files = await client.AskAsync<FileList>(Call.Files(validator, member, owner));
        var own = await client.AskAsync<FileList>(Call.MyFiles(miner));
        var urls = await client.GetFileUrlsAsync(validator, member, owner, keys);

        using (Assert.EnterMultipleScope())
        {
            string[] listings =
            [
                all.Urls.Global["list_all_data"], all.Miners.Single(one => one.Id == owner).Folders.Single().ListUrl,
                ofMiner.Folders!.First(one => one.Prefix == folder).ListUrl, list.ListUrl,
            ];
            foreach (var listing in listings)
            {
                Assert.That((await Presigned.ListAsync(listing)).Keys.Intersect(keys, StringComparer.Ordinal), Is.EqualTo(keys), listing);
            }

            var job = folders.Miners[owner].JobFolders.Single();
            Assert.That((await Presigned.ListAsync(job.PresignedUrl)).Keys, Is.EqualTo([keys[1]]));
            Assert.That((files.Keys, own.Keys), Is.EqualTo((keys, keys)));
            foreach (
                var url in files.Files.Concat(own.Files).Select(file => file.DownloadUrl!).Concat(
                    urls.Urls.Values.Select(one => one.PresignedUrl)))
            {
                Assert.That(await Presigned.DownloadAsync(url), Has.Length.EqualTo(2000), url);
            }
        }
    }

    [Test, Order(3)]
    public async Task Refusal_at_unsafe_store_says_why_and_signs_nothing()
    {
        var (client, miner) = (_apis[0].Client, _subnet.Miners[4]);
        using var folder = new ScratchFolder("bare");
        var tool = new S3AuthTool(client.Address, folder);
        await File.WriteAllBytesAsync(Path.Combine(folder.Sub("data"), "a.bin"), new byte[2000]);

        foreach (var proof in Enum.GetValues<ProofKind>())
        {
            foreach (var call in (Call[])[Call.FileUpload(miner, "a.bin"), Call.FileUpload(miner, "a.bin", "1", "x", 2000)])
            {
                var refused = await client.SendAsync(call, proof);

                Assert.That(((int)refused.Status, refused.Code), Is.EqualTo((503, "storage_unavailable")), refused.ToString());
                Assert.That(refused.Detail, Does.Contain("read other miners' files").And.Contain("operator"));
                Assert.That(refused.RetryAfter, Is.Null, "Trying again does not help.");
                Assert.That(refused.Text, Does.Not.Contain("X-Amz-"));
            }

            var folderAccess = await client.SendAsync(Call.FolderAccess(miner), proof);
            Assert.That((int)folderAccess.Status, Is.EqualTo(409).Or.EqualTo(503), folderAccess.ToString());
            Assert.That(folderAccess.Text, Does.Not.Contain("X-Amz-"));
        }

        var upload = await tool.RunAsync(["upload", "data", .. await tool.WalletOfAsync(miner)]);

        Assert.That(upload.ExitCode, Is.Not.Zero);
        Assert.That(upload.Errors, Does.Contain("read other miners' files"));
        Assert.That(await _bucket.ListKeysAsync(FolderOf(miner) + "a.bin"), Is.Empty);
    }

    [Test, Order(4)]
    public async Task Same_store_behind_nginx_takes_uploads_that_read_nothing_and_keep_their_size()
    {
        var api = await StartAsync(_nginx.Endpoint);
        var miner = _subnet.Miners[1];
        var secret = FolderOf(_subnet.Miners[2]) + "secret.bin";
        await _bucket.PutAsync(secret, Encoding.ASCII.GetBytes(new string('s', 2000)));

        var answer = await UploadOnceKnownAsync(api, Call.FileUpload(miner, "file.bin", size: 2000));
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK), answer.ToString());
        var (upload, key) = ((string)answer.Json["url"]!, FolderOf(miner) + "file.bin");
        Assert.That((bool?)answer.Json["size_enforced"], Is.True);

        foreach (
            var name in (string[])
            [
                "x-amz-copy-source", "X_Amz_Copy_Source", "X-Amz_Copy-Source", "X-AMZ-COPY-SOURCE", "x-amz-copy-source "
            ])
        {
            var attempt = await RawPost.PutAsync(upload, ["Content-Length: 2000", $"{name}: /{_bucket.Name}/{secret}"], new byte[2000]);

            // What nginx drops leaves an upload as it was granted.
            var copied = (await _bucket.ListKeysAsync(key)).Count > 0 && (await _bucket.GetAsync(key))[0] == (byte)'s';
            Assert.That(copied, Is.False, $"{name}: {attempt}");
        }

        var longer = new byte[50_000];
        Array.Fill(longer, (byte)'l');
        byte[] chunks =
        [
            .. Encoding.ASCII.GetBytes(longer.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n"), .. longer, .. "\r\n0\r\n\r\n"u8
        ];
        foreach (
            var lines in (string[][])
            [
                ["Content-Length: 2000", "Transfer-Encoding: chunked"], ["Transfer-Encoding: chunked"],
                ["Content_Length: 2000", "Transfer-Encoding: chunked"]
            ])
        {
            var attempt = await RawPost.PutAsync(upload, lines, chunks);

            // nginx says 502 if Swift refuses and does not wait for the body.
            Assert.That(
                attempt.Refused || attempt.Status == HttpStatusCode.BadGateway, $"{string.Join(", ", lines)}: {attempt}");
        }

        Assert.That(
            (await Presigned.SendAsync(HttpMethod.Put, upload, new byte[2000])).Accepted,
            "The URL itself must be good, else this proves nothing.");
        Assert.That((await _bucket.ListAsync(key)).Single().Size, Is.EqualTo(2000));
        await Wait.UntilAsync(
            async () => (string?)(await api.Client.GetAsync("/healthcheck")).Json["status"] == "ok", "The status does not become ok.");
    }

    [Test, Order(5)]
    public async Task Wrong_region_is_named_with_the_right_one_and_the_server_is_not_ready()
    {
        var api = await StartAsync(_nginx.Endpoint, ready: false, ("S3_REGION", "eu-west-1"));

        var ready = await UntilCheckedAsync(api);
        await api.UntilLoggedAsync("S3_REGION=us-east-2");
        var health = await api.Client.GetAsync("/healthcheck");
        var listing = await api.Client.SendAsync(Call.ValidatorAccess(Subnet.Validator.Hotkey));
        var upload = await api.Client.SendAsync(Call.FileUpload(_subnet.Miners[3], "file.bin"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(ready.Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable), ready.ToString());
            Assert.That((string?)ready.Json["failing"]?["store"], Does.Contain("'eu-west-1' is wrong").And.Contain("S3_REGION=us-east-2"));
            Assert.That(
                ((string?)health.Json["status"], (string?)health.Json["store"]?["problem"]),
                Is.EqualTo(("degraded", (string?)ready.Json["failing"]?["store"])));
            Assert.That(
                api.ReadLog(),
                Has.Some.Matches<LogEntry>(
                    entry => entry.Level == "Error" && entry.Text.Contains("S3_REGION=us-east-2", StringComparison.Ordinal)));
            foreach (var answer in (Answer[])[listing, upload])
            {
                Assert.That(
                    ((int)answer.Status, answer.Code, answer.RetryAfter),
                    Is.EqualTo((503, "storage_unavailable", (string?)null)),
                    answer.ToString());
                Assert.That(answer.Detail, Does.Contain("operator").And.Not.Contain("try again"));
            }
        }
    }

    [Test, Order(6)]
    public async Task Wrong_secret_and_missing_bucket_are_told_without_a_secret()
    {
        var secret = await StartAsync(_bare.Endpoint, ready: false, ("AWS_SECRET_ACCESS_KEY", "some-secret-that-must-not-be-seen"));
        var bucket = await StartAsync(_bare.Endpoint, ready: false, ("S3_BUCKET", "no-such-bucket"));

        var (wrong, missing) = (await UntilCheckedAsync(secret), await UntilCheckedAsync(bucket));

        Assert.That(
            (string?)wrong.Json["failing"]?["store"],
            Does.Contain("SignatureDoesNotMatch").And.Contain("AWS_SECRET_ACCESS_KEY").And.Not.Contain("must-not-be-seen"));
        Assert.That((string?)missing.Json["failing"]?["store"], Does.Contain("NoSuchBucket").And.Contain("S3_BUCKET"));
        Assert.That(
            secret.ReadLog(), Has.None.Matches<LogEntry>(entry => entry.Text.Contains("must-not-be-seen", StringComparison.Ordinal)));
    }

    [Test, Order(7)]
    public async Task Public_endpoint_without_a_listener_and_a_store_without_forms_degrade_health_and_leave_the_server_ready()
    {
        var nowhere = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}");
        var api = await StartAsync(_nginx.Endpoint, ready: true, ("S3_PUBLIC_ENDPOINT", nowhere), ("UPLOAD_METHOD", "POST"));

        // The start waits only a short time for the first check of the store.
        await Wait.UntilAsync(
            async () =>
            {
                var found = (await api.Client.GetAsync("/healthcheck")).Json;
                return (bool?)found["s3_ok"] is true && found["store"]?["public_endpoint_problem"] is not null
                    && found["store"]?["post_problem"] is not null;
            },
            "The server does not report the problems of the store.");
        var health = await api.Client.GetAsync("/healthcheck");
        var ready = await api.Client.GetAsync("/readyz");

        Assert.That(
            ((string?)health.Json["status"], (bool?)health.Json["s3_ok"], (bool?)health.Json["store"]?["public_endpoint_ok"]),
            Is.EqualTo(("degraded", true, false)),
            health.ToString());
        Assert.That(
            (string?)health.Json["store"]?["post_problem"], Does.Contain("412").And.Contain("UPLOAD_METHOD=auto"), "Swift takes no forms.");
        Assert.That((string?)health.Json["store"]?["public_endpoint_problem"], Does.Contain(nowhere).And.Contain("S3_PUBLIC_ENDPOINT"));
        Assert.That(
            ((int)ready.Status, (string?)ready.Json["warnings"]?["public_endpoint"]),
            Is.EqualTo((200, (string?)health.Json["store"]?["public_endpoint_problem"])));
    }

    [Test, Order(8)]
    public async Task Key_with_a_control_character_does_not_make_the_store_look_down()
    {
        // The first key of the bucket, which is the one that the health check lists.
        await _bucket.PutAsync("data/x/\u0001", new byte[10]);

        await Wait.UntilAsync(
            async () => (bool?)(await _apis[1].Client.GetAsync("/healthcheck")).Json["s3_ok"] is true, "The store stays down.");
    }

    /// <summary>The readiness with the problem that the first check of the store found. The start waits only a short time for it.</summary>
    private static async Task<Answer> UntilCheckedAsync(ApiProcess api)
    {
        Answer? ready = null;
        await Wait.UntilAsync(
            async () => (ready = await api.Client.GetAsync("/readyz")).Json["failing"]?["store"] is not null, () => ready?.ToString());
        return ready!;
    }

    /// <summary>The answer once the server knows its store: before, it says that it does not.</summary>
    private static async Task<Answer> UploadOnceKnownAsync(ApiProcess api, Call upload)
    {
        Answer? answer = null;
        await Wait.UntilAsync(async () => (answer = await api.Client.SendAsync(upload)).RetryAfter is null, () => answer?.ToString());
        return answer!;
    }

    private static string FolderOf(Miner miner) => $"data/x/{miner.Coldkey.Address}/";

    private async Task<ApiProcess> StartAsync(Uri endpoint, bool ready = true, params (string Name, string Value)[] changed)
    {
        var settings = ApiProcess.ProductionSettings(
            _metagraph,
            endpoint.GetLeftPart(UriPartial.Authority),
            _bucket.Name,
            _bucket.Region,
            _folder!.Sub(string.Create(CultureInfo.InvariantCulture, $"data{_apis.Count}")),
            _bucket.Keys);
        settings["LISTING_CACHE_SECONDS"] = "0";
        foreach (var (name, value) in changed)
        {
            settings[name] = value;
        }

        var api = await (ready ? ApiProcess.StartAsync(settings) : ApiProcess.StartUnreadyAsync(settings));
        _apis.Add(api);
        return api;
    }
}

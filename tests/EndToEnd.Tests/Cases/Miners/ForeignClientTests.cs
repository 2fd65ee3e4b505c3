namespace S3Auth.EndToEnd.Tests.Cases.Miners;

/// <summary>Programs that are not ours: miners and validators run Python, curl and whatever else speaks HTTP and S3.</summary>
[TestFixtureSource(typeof(Deployments), nameof(Deployments.EachStore))]
internal sealed class ForeignClientTests(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    [Test]
    public async Task Python_requests_uploads_files_as_they_were_granted()
    {
        var python = await Python.NeedAsync();
        var miner = Deployment.NextMiner();
        using var files = await UploadFiles.WriteAsync("one.bin", "größe & mehr.bin");
        var grants = new List<object>();
        foreach (var (name, file) in files.Paths)
        {
            var upload = await Client.AskAsync<FileUpload>(Call.FileUpload(miner, name, Deployment.Job));
            grants.Add(new { upload.Method, upload.Url, upload.Fields, file });
        }

        var uploaded = await python.RunAsync("requests_grants.py", new { grants });

        Assert.That(uploaded["statuses"]!.AsArray().Select(status => (int)status!), Is.All.InRange(200, 299), uploaded.ToJsonString());
        foreach (var (name, content) in files.Contents)
        {
            Content.AssertSame(await Bucket.GetAsync(Deployment.FolderOf(miner) + Deployment.PathOf(name)), content, name);
        }
    }

    [Test]
    public async Task Curl_uploads_a_file_as_it_was_granted_and_downloads_it()
    {
        var curl = Tool.Need("curl", "curl");
        var miner = Deployment.NextMiner();
        using var files = await UploadFiles.WriteAsync("curl.bin");
        var upload = await Client.AskAsync<FileUpload>(Call.FileUpload(miner, "curl.bin", Deployment.Job));
        string[] quiet = ["--silent", "--show-error", "--fail", "--noproxy", "*"];

        var sent = upload.Method == "PUT"
            ? await Tool.RunAsync(curl, [.. quiet, "--upload-file", files.Paths["curl.bin"], upload.Url])
            : await Tool.RunAsync(
                curl,
                [
                    .. quiet, .. upload.Fields.SelectMany(field => (string[])["--form-string", $"{field.Key}={field.Value}"]),
                    "--form", "file=@" + files.Paths["curl.bin"], upload.Url,
                ]);
        sent.Expect();
        var listed = await Client.AskAsync<FileList>(
            Call.Files(Subnet.Validator.Hotkey, Deployment.OwnerMember, Deployment.OwnerOf(miner)));
        using var scratch = new ScratchFolder("curl");
        var back = Path.Combine(scratch.Path, "back.bin");
        (await Tool.RunAsync(curl, [.. quiet, "--output", back, listed.Files.Single().DownloadUrl!])).Expect();

        Content.AssertSame(await File.ReadAllBytesAsync(back), files.Contents["curl.bin"]);
    }

    [Test]
    public async Task Boto3_of_the_operator_sees_what_was_uploaded()
    {
        var python = await Python.NeedAsync();
        var miner = Deployment.NextMiner();
        var content = Bytes(5000);
        var key = await Deployment.UploadAsync(miner, "seen.bin", content);

        var seen = await python.RunAsync("boto3_read.py", Boto3Arguments(Bucket.Keys, Deployment.FolderOf(miner)));

        Assert.That((string?)seen["objects"]![0]!["key"], Is.EqualTo(key), seen.ToJsonString());
        Content.AssertSame(Convert.FromBase64String((string)seen["objects"]![0]!["content"]!), content);
    }

    [Test]
    public async Task Boto3_with_the_right_keys_makes_urls_and_forms_that_the_store_honours()
    {
        var python = await Python.NeedAsync();
        var miner = Deployment.NextMiner();
        var folder = Deployment.FolderOf(miner);

        var made = await python.RunAsync("boto3_sign.py", Boto3Arguments(Bucket.Keys, folder));

        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)made["post"]!, Traits.TakesForms ? Is.InRange(200, 299) : Is.InRange(400, 501), made.ToJsonString());
            Assert.That((int)made["put"]!, Is.InRange(200, 299), made.ToJsonString());
            Assert.That((int)made["get"]!, Is.EqualTo(200), made.ToJsonString());
            Assert.That((int)made["list"]!, Is.EqualTo(200), made.ToJsonString());
            Assert.That(
                await Bucket.ListKeysAsync(folder),
                Is.EquivalentTo(Traits.TakesForms ? (string[])[folder + "posted.bin", folder + "put.bin"] : [folder + "put.bin"]));
        }
    }

    [TestCase("s3auth-nobody", "no-such-secret-key-of-nobody", TestName = "Boto3_with_unknown_keys_gets_nothing")]
    [TestCase(null, "not-the-secret-of-this-key-at-all", TestName = "Boto3_with_a_wrong_secret_gets_nothing")]
    public async Task Boto3_with_foreign_keys_gets_nothing(string? id, string secret)
    {
        var python = await Python.NeedAsync();

        await AssertGetsNothingAsync(python, new AccessKeys(id ?? Bucket.Keys.Id, secret));
    }

    [Test]
    public async Task Boto3_of_another_account_gets_nothing()
    {
        if (Deployment.OtherKeys is not { } keys)
        {
            Assert.Ignore("Skipped because this store has only one account.");
            return;
        }

        var python = await Python.NeedAsync();

        await AssertGetsNothingAsync(python, keys);
    }

    [TestCase("tao", 0)]
    [TestCase("tao", 2)]
    [TestCase("epistula", 0)]
    public async Task Validator_in_another_language_pages_and_downloads_with_headers(string proof, int indent)
    {
        var node = await NodeSigner.NeedAsync();
        var miner = Deployment.NextMiner();
        var content = Bytes(2000);
        string[] keys = [.. Enumerable.Range(0, 10).Select(i => Deployment.FolderOf(miner) + Deployment.PathOf($"file {i}.bin"))];
        await Bucket.PutAllAsync(keys, content);

        var seen = await node.RunAsync("client.mjs", new
        {
            service = Client.Address.GetLeftPart(UriPartial.Authority),
            uri = "//Alice",
            miner = new Dictionary<string, string>(StringComparer.Ordinal) { [Deployment.OwnerMember] = Deployment.OwnerOf(miner) },
            proof,
            indent,
        });

        Assert.That(seen["listed"]!.AsArray().Select(key => (string)key!), Is.EqualTo(keys));
        Assert.That(seen["paged"]!.AsArray().Select(key => (string)key!), Is.EqualTo(keys));
        Content.AssertSame(Convert.FromBase64String((string)seen["downloaded"]!), content);
    }

    private object Boto3Arguments(AccessKeys keys, string folder) => new
    {
        endpoint = Bucket.Endpoint.GetLeftPart(UriPartial.Authority),
        Bucket.Region,
        bucket = Bucket.Name,
        keys.Id,
        keys.Secret,
        folder,
    };

    private async Task AssertGetsNothingAsync(Python python, AccessKeys keys)
    {
        var folder = Deployment.FolderOf(Deployment.NextMiner());
        await Bucket.PutAsync(folder + "private.bin", Bytes(1024));
        var before = await Bucket.ListAsync();

        var attempts = await python.RunAsync("boto3_foreign.py", Boto3Arguments(keys, folder));

        Assert.That(
            attempts.Select(attempt => attempt.Key), Is.EquivalentTo(["list", "get", "put", "post", "presigned_get", "presigned_put"]));
        foreach (var (attempt, status) in attempts)
        {
            Assert.That((int)status!, Is.InRange(400, 499), attempt);
        }

        Assert.That(await Bucket.ListAsync(), Is.EqualTo(before));
    }
}

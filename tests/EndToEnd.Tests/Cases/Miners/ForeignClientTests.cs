namespace S3Auth.EndToEnd.Tests.Cases.Miners;

/// <summary>Programs that are not ours: miners and validators run Python, curl and whatever else speaks HTTP and S3.</summary>
internal sealed class ForeignClientTests(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    [Test]
    public async Task Python_requests_uploads_with_a_plain_form()
    {
        var python = await Python.NeedAsync();
        var access = await Client.GetFolderAccessAsync(Deployment.NextMiner());
        using var files = await UploadFiles.WriteAsync(Deployment.PathOf("one.bin"), Deployment.PathOf("two.bin"));

        var uploaded = await python.RunAsync("requests_upload.py", new { access.Url, access.Fields, access.Folder, files = files.Paths });

        Assert.That(uploaded["statuses"]!.AsArray().Select(status => (int)status!), Is.All.InRange(200, 299), uploaded.ToJsonString());
        await AssertArrivedAsync(access, files);
    }

    [Test]
    public async Task Python_urllib3_uploads_with_the_fields_as_boto3_hands_them_out()
    {
        var python = await Python.NeedAsync();
        var access = await Client.GetFolderAccessAsync(Deployment.NextMiner());
        using var files = await UploadFiles.WriteAsync(Deployment.PathOf("one.bin"), Deployment.PathOf("two.bin"));

        var uploaded = await python.RunAsync("urllib3_upload.py", new { access.Url, access.Fields, access.Folder, files = files.Paths });

        Assert.That(uploaded["statuses"]!.AsArray().Select(status => (int)status!), Is.All.InRange(200, 299), uploaded.ToJsonString());
        await AssertArrivedAsync(access, files);
    }

    [Test]
    public async Task Boto3_of_the_operator_sees_what_was_uploaded()
    {
        var python = await Python.NeedAsync();
        var access = await Client.GetFolderAccessAsync(Deployment.NextMiner());
        var content = Bytes(5000);
        Assert.That((await FormUpload.Of(access.Grant, Deployment.PathOf("seen.bin"), content).SendAsync()).Accepted);

        var seen = await python.RunAsync("boto3_read.py", Boto3Arguments(Bucket.Keys, access.Folder));

        Assert.That((string?)seen["objects"]![0]!["key"], Is.EqualTo(access.Folder + Deployment.PathOf("seen.bin")), seen.ToJsonString());
        Content.AssertSame(Convert.FromBase64String((string)seen["objects"]![0]!["content"]!), content);
    }

    [Test]
    public async Task Boto3_with_the_right_keys_makes_forms_and_urls_that_the_store_honours()
    {
        var python = await Python.NeedAsync();
        var miner = Deployment.NextMiner();
        var folder = Deployment.FolderOf(miner);

        var made = await python.RunAsync("boto3_sign.py", Boto3Arguments(Bucket.Keys, folder));

        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)made["post"]!, Is.InRange(200, 299), made.ToJsonString());
            Assert.That((int)made["put"]!, Is.InRange(200, 299), made.ToJsonString());
            Assert.That((int)made["get"]!, Is.EqualTo(200), made.ToJsonString());
            Assert.That((int)made["list"]!, Is.EqualTo(200), made.ToJsonString());
            Assert.That(await Bucket.ListKeysAsync(folder), Is.EquivalentTo([folder + "posted.bin", folder + "put.bin"]));
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

    [Test]
    public async Task Curl_uploads_lists_and_downloads()
    {
        var curl = Tool.Need("curl", "curl");
        var access = await Client.GetFolderAccessAsync(Deployment.NextMiner());
        using var scratch = new ScratchFolder("curl");
        var file = Path.Combine(scratch.Path, "data.bin");
        var content = Bytes(70_000);
        await File.WriteAllBytesAsync(file, content);

        var arguments = new List<string> { "--silent", "--show-error", "--noproxy", "*", "--write-out", "%{http_code}", "--output", "-" };
        foreach (var (name, value) in FormUpload.Of(access.Grant, Deployment.PathOf("curl.bin"), content).Fields)
        {
            arguments.AddRange(["--form-string", $"{name}={value}"]);
        }

        var uploaded = await Tool.RunAsync(curl, [.. arguments, "--form", $"file=@{file}", access.Url]);
        var listed = await Tool.RunAsync(curl, ["--silent", "--show-error", "--fail", "--noproxy", "*", access.ListUrl]);

        Assert.That(int.Parse(uploaded.Expect()[^3..], CultureInfo.InvariantCulture), Is.InRange(200, 299), uploaded.Output);
        Assert.That(ListPage.Parse(listed.Expect()).Keys, Is.EqualTo([access.Folder + Deployment.PathOf("curl.bin")]));
        Content.AssertSame(await Bucket.GetAsync(access.Folder + Deployment.PathOf("curl.bin")), content);
    }

    [TestCase(0)]
    [TestCase(2)]
    public async Task Validator_in_another_language_pages_and_downloads_with_tao_headers(int indent)
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

    private async Task AssertArrivedAsync(FolderAccess access, UploadFiles files)
    {
        Assert.That(await Bucket.ListKeysAsync(access.Folder), Is.EquivalentTo(files.Contents.Keys.Select(path => access.Folder + path)));
        foreach (var (path, content) in files.Contents)
        {
            Content.AssertSame(await Bucket.GetAsync(access.Folder + path), content, path);
        }
    }
}

namespace S3Auth.EndToEnd.Tests.Cases.Miners;

/// <summary><c>UPLOAD_METHOD=PUT</c>, for stores without POST uploads: each file is granted as a presigned PUT.</summary>
internal sealed class PutModeTests(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    internal override DeploymentKind Kind => DeploymentKind.Put;

    [TestCase(ProofKind.Commitment)]
    [TestCase(ProofKind.Tao)]
    public async Task Granted_file_arrives(ProofKind proof)
    {
        var miner = Deployment.NextMiner();
        var content = Bytes(5000);

        var upload = await Client.AskAsync<FileUpload>(Call.FileUpload(miner, "file.bin", "job-1"), proof);
        var answer = await Presigned.SendAsync(HttpMethod.Put, upload.Url, content);

        Assert.That(answer.Accepted, answer.ToString());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(upload.Key, Is.EqualTo(Deployment.FolderOf(miner) + "job_id=job-1/file.bin"));
            Assert.That(upload.Method, Is.EqualTo("PUT"));
            Assert.That(upload.Fields, Is.Empty);
            Assert.That(upload.ExpiresInSeconds, Is.EqualTo(24 * 60 * 60));
        }

        Content.AssertSame(await Bucket.GetAsync(upload.Key), content);
        Assert.That((await Client.AskAsync<FileList>(Call.MyFiles(miner), proof)).Keys, Is.EqualTo([upload.Key]));
    }

    [Test]
    public async Task Library_uploads_by_it_once()
    {
        var miner = Deployment.NextMiner();
        var content = Bytes(2_000_000);
        using var client = new S3AuthClient(Client.Address, miner.Hotkey.Keys);
        var uploader = client.CreateUploader(miner.Coldkey.Keys.AccountId);
        var file = LibraryTests.FileOf("größe & mehr.bin", content) with { JobId = "job-1" };

        var uploaded = await uploader.UploadAsync(file);
        var again = Assert.ThrowsAsync<RefusedException>(() => uploader.UploadAsync(file))!;

        Assert.That(uploaded.Key, Is.EqualTo(Deployment.FolderOf(miner) + "job_id=job-1/größe & mehr.bin"));
        Assert.That(again.Code, Is.EqualTo("file_exists"));
        Content.AssertSame(await Bucket.GetAsync(uploaded.Key), content);
    }

    [TestCase("with space.bin")]
    [TestCase("plus+percent%2Fand&more=equals?#.bin")]
    [TestCase("größe-数据-🙂.bin")]
    [TestCase("%2e%2e")]
    [TestCase("trailing-dot.")]
    [TestCase(" leading and trailing ")]
    [TestCase("'quotes'(and)[brackets]{braces}~!*.bin")]
    public async Task Odd_names_arrive_as_they_are(string name)
    {
        var miner = Deployment.NextMiner();
        var content = Bytes(3000);

        var upload = await Client.AskAsync<FileUpload>(Call.FileUpload(miner, name));
        var answer = await Presigned.SendAsync(HttpMethod.Put, upload.Url, content);

        Assert.That(answer.Accepted, answer.ToString());
        Assert.That(await Bucket.ListKeysAsync(Deployment.FolderOf(miner)), Is.EqualTo([Deployment.FolderOf(miner) + name]));
        Content.AssertSame(await Bucket.GetAsync(Deployment.FolderOf(miner) + name), content);
    }

    [Test]
    public async Task Size_that_was_said_is_the_only_one()
    {
        var upload = await Client.AskAsync<FileUpload>(Call.FileUpload(Deployment.NextMiner(), "file.bin", size: 5000));

        foreach (var size in (int[])[4999, 5001, 1024, 0, 50_000])
        {
            await AssertRefusedAsync(() => Presigned.SendAsync(HttpMethod.Put, upload.Url, Bytes(size)), $"{size} bytes");
        }

        var content = Bytes(5000);
        Assert.That(Presigned.Parameter(upload.Url, "X-Amz-SignedHeaders")?.Split(';'), Does.Contain("content-length"));
        Assert.That((await Presigned.SendAsync(HttpMethod.Put, upload.Url, content)).Accepted);
        Content.AssertSame(await Bucket.GetAsync(upload.Key), content);
    }

    [Test]
    public async Task Altered_upload_is_refused()
    {
        var miner = Deployment.NextMiner();
        var (folder, rival) = (Deployment.FolderOf(miner), Deployment.FolderOf(Deployment.NextMiner()));
        await Bucket.PutAsync(folder + "there.bin", Bytes(1024));
        var upload = await Client.AskAsync<FileUpload>(Call.FileUpload(miner, "file.bin", "job-1"));
        var url = upload.Url;
        string OnKey(string key) => url.Replace("/file.bin?", "/" + key + "?", StringComparison.Ordinal);
        string InFolder(string key) =>
            Presigned.OnObject(
                $"{Bucket.Endpoint.GetLeftPart(UriPartial.Authority)}/{Bucket.Name}{url[url.IndexOf('?', StringComparison.Ordinal)..]}",
                key);
        (string What, HttpMethod Method, string Url)[] bent =
        [
            ("another name", HttpMethod.Put, OnKey("other.bin")),
            ("a longer name", HttpMethod.Put, OnKey("file.bin2")),
            ("a folder", HttpMethod.Put, OnKey("file.bin/more.bin")),
            ("another job", HttpMethod.Put, InFolder(folder + "job_id=job-2/file.bin")),
            ("no job", HttpMethod.Put, InFolder(folder + "file.bin")),
            ("another miner", HttpMethod.Put, InFolder(rival + "job_id=job-1/file.bin")),
            ("a file that is there", HttpMethod.Put, InFolder(folder + "there.bin")),
            (
                "another bucket",
                HttpMethod.Put,
                url.Replace("/" + Bucket.Name + "/", "/" + Deployment.OtherBucket.Name + "/", StringComparison.Ordinal)),
            ("a longer life", HttpMethod.Put, Presigned.With(url, "X-Amz-Expires", "604800")),
            ("a parameter more", HttpMethod.Put, Presigned.Adding(url, "x-id", "PutObject")),
            ("another signature", HttpMethod.Put, Presigned.With(url, "X-Amz-Signature", new string('0', 64))),
            ("no signature", HttpMethod.Put, Presigned.Without(url, "X-Amz-Signature")),
            ("POST", HttpMethod.Post, url),
            ("DELETE", HttpMethod.Delete, url),
            ("DELETE of a file that is there", HttpMethod.Delete, InFolder(folder + "there.bin")),
            ("GET of a file that is there", HttpMethod.Get, InFolder(folder + "there.bin")),
        ];

        foreach (var (what, method, bentUrl) in bent)
        {
            Assert.That(bentUrl, method == HttpMethod.Put ? Is.Not.EqualTo(url) : Is.Not.Empty, what);
            await AssertRefusedAsync(() => Presigned.SendAsync(method, bentUrl, method == HttpMethod.Get ? null : Bytes(2000)), what);
        }

        Assert.That(
            (await Presigned.SendAsync(HttpMethod.Put, url, Bytes(2000))).Accepted,
            "The URL itself must be good, else this proves nothing.");
    }

    [TestCase("x-amz-acl", "public-read")]
    [TestCase("x-amz-grant-read", "uri=\"http://acs.amazonaws.com/groups/global/AllUsers\"")]
    [TestCase("x-amz-storage-class", "REDUCED_REDUNDANCY")]
    [TestCase("x-amz-copy-source", null)]
    [TestCase("X_Amz_Copy_Source", null)]
    [TestCase("x_amz_acl", "public-read")]
    [TestCase("x-amz-website-redirect-location", "https://example.com/")]
    [TestCase("x-amz-object-lock-mode", "COMPLIANCE")]
    [TestCase("x-amz-server-side-encryption-customer-algorithm", "AES256")]
    public async Task Header_that_was_not_granted_opens_nothing(string header, string? value)
    {
        var miner = Deployment.NextMiner();
        var rival = Deployment.FolderOf(Deployment.NextMiner()) + "secret.bin";
        await Bucket.PutAsync(rival, Bytes(2000));
        var secret = await Bucket.GetAsync(rival);
        var upload = await Client.AskAsync<FileUpload>(Call.FileUpload(miner, "file.bin"));

        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(upload.Url)) { Content = new ByteArrayContent(Bytes(3000)) };
        request.Headers.TryAddWithoutValidation(header, value ?? $"/{Bucket.Name}/{rival}");
        using var answer = await TestRun.Current.Http.SendAsync(request);

        var anonymous = await Presigned.GetAsync(upload.Url[..upload.Url.IndexOf('?', StringComparison.Ordinal)]);
        Assert.That(anonymous.Refused, $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()} / {anonymous}");
        if ((await Bucket.ListKeysAsync(upload.Key)).Count > 0)
        {
            Assert.That(await Bucket.GetAsync(upload.Key), Is.Not.EqualTo(secret), "It is what was sent, if anything.");
        }
    }

    [Test]
    public async Task File_that_is_there_is_not_granted_again()
    {
        var miner = Deployment.NextMiner();
        var upload = await Client.AskAsync<FileUpload>(Call.FileUpload(miner, "file.bin"));
        Assert.That((await Presigned.SendAsync(HttpMethod.Put, upload.Url, Bytes(2000))).Accepted);

        foreach (var proof in Enum.GetValues<ProofKind>())
        {
            AssertRefused(await Client.SendAsync(Call.FileUpload(miner, "file.bin"), proof), 409, "file_exists");
        }

        Assert.That((await Client.SendAsync(Call.FileUpload(miner, "file.bin", "job-1"))).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Folder_upload_is_refused_and_the_way_on_is_named()
    {
        var miner = Deployment.NextMiner();
        foreach (var proof in Enum.GetValues<ProofKind>())
        {
            var answer = await Client.SendAsync(Call.FolderAccess(miner), proof);

            AssertRefused(answer, 409, "folder_upload_unsupported");
            Assert.That(answer.Detail, Does.Contain(ServiceClient.FileUploadPath));
        }

        AssertRefused(await Client.SendAsync(Call.FolderAccess(Miner.New())), 403, "hotkey_not_registered");
        AssertRefused(await Client.SendAsync(Call.FolderAccess(miner with { Coldkey = Account.New() })), 403, "coldkey_mismatch");
    }

    [Test]
    public async Task Structure_tells_of_uploads_by_put()
    {
        var structure = await Client.GetAsync("/structure-info");

        Assert.That(structure.Status, Is.EqualTo(HttpStatusCode.OK), structure.ToString());
        Assert.That(structure.Text, Does.Contain("PUT").And.Contain(ServiceClient.FileUploadPath));
    }

    [Test]
    public async Task Validator_finds_and_reads_what_was_put()
    {
        var miner = Deployment.NextMiner();
        var content = Bytes(4000);
        var upload = await Client.AskAsync<FileUpload>(Call.FileUpload(miner, "file.bin", "job-1"));
        Assert.That((await Presigned.SendAsync(HttpMethod.Put, upload.Url, content)).Accepted);

        var files = await Client.AskAsync<FileList>(Call.Files(Subnet.Validator.Hotkey, Deployment.OwnerMember, Deployment.OwnerOf(miner)));

        var file = files.Files.Single();
        Assert.That((file.Key, file.Size), Is.EqualTo((upload.Key, 4000)));
        Content.AssertSame(await Presigned.DownloadAsync(file.DownloadUrl!), content);
    }
}

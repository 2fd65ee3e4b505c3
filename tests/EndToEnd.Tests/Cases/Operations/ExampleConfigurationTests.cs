namespace S3Auth.EndToEnd.Tests.Cases.Operations;

/// <summary>
/// The server runs with each example configuration: miners upload, validators find and download, and nobody reaches a folder of others.
/// </summary>
[TestFixture("coldkey")]
[TestFixture("hotkey")]
[TestFixture("weights")]
[TestFixture("sources")]
[TestFixture("submissions")]
[TestFixture("deep")]
internal sealed class ExampleConfigurationTests(string example)
{
    private static readonly Account Validator = Subnet.Validator.Hotkey;

    private ExampleDeployment? _deployment;

    private ExampleDeployment Deployment => _deployment ?? throw new InvalidOperationException("It does not run.");

    private ServiceClient Client => Deployment.Client;

    private Miner First => Deployment.Miners.First;

    private Miner Second => Deployment.Miners.Second;

    [OneTimeSetUp]
    public async Task UploadAsTwoMiners()
    {
        _deployment = await ExampleDeployment.StartAsync(example);
        if (!Deployment.HasForms)
        {
            // The server is ready before it knows that a PUT is safe.
            await Wait.UntilAsync(async () =>
                (await Client.SendAsync(Call.FileUpload(First, "known.bin", size: 1))).Status == HttpStatusCode.OK);
        }

        await Deployment.UploadAsync(First);
        await Deployment.UploadAsync(Second);
    }

    [OneTimeTearDown]
    public async Task Stop() => await (_deployment?.DisposeAsync() ?? ValueTask.CompletedTask);

    [Test]
    public async Task Structure_is_that_of_the_file()
    {
        var structure = await Deployment.StructureAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(structure.FolderLayout, Is.EqualTo(Deployment.Settings["FOLDER_LAYOUT"]));
            Assert.That(structure.FolderStructure, Is.EqualTo(Deployment.Structure));
            Assert.That(structure.Sources, Is.EqualTo(Deployment.Sources));
            Assert.That(structure.ExamplePaths, Has.Count.EqualTo(Deployment.SourcesOrNone.Count));
            Assert.That(structure.UploadMethod, Is.EqualTo(Deployment.HasForms ? "POST" : "PUT"));
        }
    }

    [Test]
    public async Task Validator_finds_both_miners_and_lists_each_folder()
    {
        var access = await Client.GetValidatorAccessAsync(Validator);

        // Cases run in any order, and others upload as further miners.
        var others = Deployment.Subnet.Miners.Skip(2).Select(Deployment.OwnerOf);
        var found = access.Miners.Where(miner => !others.Contains(miner.Id)).ToList();
        Assert.That(
            found.Select(miner => (miner.Id, miner.Uid)),
            Is.EquivalentTo(new[] { First, Second }.Select(miner =>
                (Deployment.OwnerOf(miner), (int?)Deployment.Subnet.UidOf(miner)))));
        foreach (var miner in new[] { First, Second })
        {
            var folders = found.Single(one => one.Id == Deployment.OwnerOf(miner)).Folders;
            Assert.That(folders.Select(folder => folder.Source), Is.EqualTo(Deployment.SourcesOrNone));
            foreach (var folder in folders)
            {
                Assert.That(folder.Prefix, Is.EqualTo(Deployment.FolderOf(miner, folder.Source)));
                Assert.That((await Presigned.ListAsync(folder.ListUrl)).Keys, Is.EqualTo(Deployment.KeysOf(miner, folder.Prefix)));
            }
        }

        var all = (await Presigned.ListAsync(access.Urls.Global["list_all_data"])).Keys;
        Assert.That(all, Is.SupersetOf(Deployment.KeysOf(First).Concat(Deployment.KeysOf(Second))));
    }

    [Test]
    public async Task Overview_lists_the_miners_of_each_source()
    {
        var urls = (await Client.GetValidatorAccessAsync(Validator)).Urls;

        Assert.That(urls.Sources?.Keys ?? [], Is.EqualTo(Deployment.Sources));
        Assert.That(urls.Miners?.Keys ?? [], Is.EqualTo(Deployment.Sources.Count > 0 ? (string[])[] : ["list_all_miners"]));
        foreach (var source in Deployment.SourcesOrNone)
        {
            var listing = await Presigned.ListAsync(source is null ? urls.Miners!["list_all_miners"] : urls.Sources![source].ListMiners);
            foreach (var miner in new[] { First, Second })
            {
                Assert.That(
                    listing.CommonPrefixes.Where(prefix => Deployment.FolderOf(miner, source).StartsWith(prefix, StringComparison.Ordinal)),
                    Has.One.Items,
                    "a template may go on after the owner's segment");
            }
        }
    }

    [TestCase(ProofKind.Commitment)]
    [TestCase(ProofKind.Tao)]
    [TestCase(ProofKind.Epistula)]
    public async Task Validator_pages_through_a_miners_files_and_downloads_them(ProofKind proof)
    {
        var call = Call.Files(Validator, Deployment.OwnerMember, Deployment.OwnerOf(First), limit: 2);
        var files = await PagesAsync(call, proof);

        Assert.That(files.Select(file => file.Key), Is.EqualTo(Deployment.KeysOf(First)));
        foreach (var file in files)
        {
            Content.AssertSame(await Presigned.DownloadAsync(file.DownloadUrl!), Deployment.Uploaded[First][file.Key], file.Key);
        }
    }

    [Test]
    public async Task Validator_lists_one_miner_by_its_presigned_listings()
    {
        var (member, owner) = (Deployment.OwnerMember, Deployment.OwnerOf(Second));
        var access = await Client.AskAsync<MinerAccess>(Call.MinerAccess(Validator, member, owner));

        Assert.That(access.Prefix, Is.EqualTo(Deployment.FolderOf(Second)));
        Assert.That((await Presigned.ListAsync(access.MinerUrl)).Keys, Is.EqualTo(Deployment.KeysOf(Second, access.Prefix)));
        foreach (var source in Deployment.SourcesOrNone)
        {
            var page = await Client.AskAsync<MinerList>(Call.MinerList(Validator, member, owner, source));
            Assert.That(page.Prefix, Is.EqualTo(Deployment.FolderOf(Second, source)));
            Assert.That((await Presigned.ListAsync(page.ListUrl)).Keys, Is.EqualTo(Deployment.KeysOf(Second, page.Prefix)));
        }
    }

    [Test]
    public async Task Hotkey_and_coldkey_name_the_same_miner()
    {
        // The server finds the coldkey of a hotkey, but not the reverse, because a coldkey may have several hotkeys.
        var files = await Client.AskAsync<FileList>(Call.Files(Validator, "miner_hotkey", First.Hotkey.Address));

        Assert.That(files.Keys, Is.EqualTo(Deployment.KeysOf(First)));
    }

    [Test]
    public async Task Jobs_of_every_miner_are_found()
    {
        var jobs = await Client.AskAsync<FolderUrls>(Call.FolderUrls(Validator));

        foreach (var miner in new[] { First, Second })
        {
            var found = jobs.Miners[Deployment.OwnerOf(miner)].JobFolders;
            Assert.That(
                found.Select(job => (job.JobId, job.Path)),
                Is.EquivalentTo(Deployment.SourcesOrNone.SelectMany(source => new[] { "job-1", "job-2" }.Select(job =>
                    (job, $"{Deployment.FolderOf(miner, source)}job_id={job}/")))));
            foreach (var job in found)
            {
                Assert.That((await Presigned.ListAsync(job.PresignedUrl)).Keys, Is.EqualTo(Deployment.KeysOf(miner, job.Path)));
            }
        }
    }

    [Test]
    public async Task Miner_pages_through_its_own_files()
    {
        var files = await PagesAsync(Call.MyFiles(First, limit: 2));
        Assert.That(files.Select(file => file.Key), Is.EqualTo(Deployment.KeysOf(First)));

        foreach (var source in Deployment.SourcesOrNone)
        {
            var folder = Deployment.FolderOf(First, source);
            foreach (var prefix in (string[])["job_id=job-2/", folder + "job_id=job-2/"])
            {
                Assert.That(
                    (await Client.AskAsync<FileList>(Call.MyFiles(First, source, prefix))).Keys,
                    Is.EqualTo(Deployment.KeysOf(First, folder + "job_id=job-2/")));
            }
        }
    }

    [Test]
    public async Task Known_keys_are_signed_for_their_owner_alone()
    {
        var (own, others) = (Deployment.KeysOf(First).ToArray(), Deployment.KeysOf(Second).ToArray());

        var urls = await Client.GetFileUrlsAsync(Validator, Deployment.OwnerMember, Deployment.OwnerOf(First), [.. own, .. others]);

        Assert.That(urls.Urls.Keys, Is.EquivalentTo(own));
        Assert.That(urls.InvalidFiles, Is.EquivalentTo(others));
        Content.AssertSame(
            await Presigned.DownloadAsync(urls.Urls[own[0]].PresignedUrl), Deployment.Uploaded[First][own[0]]);
    }

    [Test]
    public async Task Upload_of_one_miner_cannot_write_into_a_folder_of_another()
    {
        var content = DeploymentFixture.Bytes((int)(await Deployment.StructureAsync()).MinBytes);
        var before = await Deployment.Bucket.ListAsync(Deployment.FolderOf(Second));

        var upload = await Client.AskAsync<FileUpload>(
            Call.FileUpload(First, "foreign.bin", ExampleDeployment.Job, Deployment.SourcesOrNone[0], content.Length));
        var foreign = upload.Key.Replace(Deployment.OwnerOf(First), Deployment.OwnerOf(Second), StringComparison.Ordinal);
        var attempts = new List<StoreAnswer>();
        if (Deployment.HasForms)
        {
            var access = await Client.AskAsync<FolderAccess>(Call.FolderAccess(First));
            attempts.Add(await upload.Form(content).WithKey(foreign).SendAsync());
            foreach (var grant in access.All)
            {
                var key = grant.Folder.Replace(Deployment.OwnerOf(First), Deployment.OwnerOf(Second), StringComparison.Ordinal) + "f.bin";
                attempts.Add(await FormUpload.Of(grant, "f.bin", content).WithKey(key).SendAsync());
            }
        }
        else
        {
            var url = upload.Url.Replace(Deployment.OwnerOf(First), Deployment.OwnerOf(Second), StringComparison.Ordinal);
            attempts.Add(await Presigned.SendAsync(HttpMethod.Put, url, content));
        }

        Assert.That(attempts, Is.All.Matches<StoreAnswer>(answer => answer.Refused));
        Assert.That(await Deployment.Bucket.ListAsync(Deployment.FolderOf(Second)), Is.EqualTo(before));
    }

    [Test]
    public async Task Listing_of_one_miner_shows_no_folder_of_another()
    {
        if (!Deployment.HasForms)
        {
            // Without forms, miners list by /list-my-files only.
            Assert.That((await Client.SendAsync(Call.FolderAccess(First))).Code, Is.EqualTo("folder_upload_unsupported"));
        }

        var refused = await Client.SendAsync(Call.MyFiles(First, prefix: Deployment.FolderOf(Second)));
        Assert.That(refused.Status == HttpStatusCode.BadRequest || refused.Json["files"]!.AsArray().Count == 0, refused.ToString());
        if (!Deployment.HasForms)
        {
            return;
        }

        foreach (var grant in (await Client.AskAsync<FolderAccess>(Call.FolderAccess(First))).All)
        {
            var foreign = grant.Folder.Replace(Deployment.OwnerOf(First), Deployment.OwnerOf(Second), StringComparison.Ordinal);
            Assert.That((await Presigned.ListAsync(grant.ListUrl)).Keys, Is.SupersetOf(Deployment.KeysOf(First, grant.Folder))
                .And.All.StartsWith(grant.Folder));
            Assert.That((await Presigned.GetAsync(Presigned.With(grant.ListUrl, "prefix", foreign))).Refused);
            Assert.That((await Presigned.GetAsync(Presigned.With(grant.ListUrl, "prefix", ""))).Refused);
        }
    }

    [Test]
    public async Task Miners_read_others_only_if_the_file_says_so()
    {
        var (member, owner) = (Deployment.OwnerMember, Deployment.OwnerOf(Second));
        var mayRead = Deployment.Settings.GetValueOrDefault("READERS") == "validators,miners";

        foreach (var call in (Call[])
        [
            Call.Files(First.Hotkey, member, owner), Call.ValidatorAccess(First.Hotkey), Call.MinerAccess(First.Hotkey, member, owner),
            Call.MinerList(First.Hotkey, member, owner), Call.FolderUrls(First.Hotkey),
            Call.FileUrls(First.Hotkey, member, owner, Deployment.KeysOf(Second).First()),
        ])
        {
            var answer = await Client.SendAsync(call);
            Assert.That(
                ((int)answer.Status, (string?)answer.Json["code"]),
                Is.EqualTo(mayRead ? (200, null) : (403, "not_a_validator")),
                $"{call.Path} {answer}");
        }

        var stranger = Account.New();
        Assert.That((await Client.SendAsync(Call.Files(stranger, member, owner))).Code, Is.EqualTo("hotkey_not_registered"));
        var upload = Call.FileUpload(
            new Miner(stranger, First.Coldkey), "a.bin", ExampleDeployment.Job, size: (await Deployment.StructureAsync()).MinBytes);
        Assert.That((await Client.SendAsync(upload)).Code, Is.EqualTo("hotkey_not_registered"));
    }

    [Test]
    public async Task Command_line_uploads_lists_and_downloads()
    {
        var miner = Deployment.Subnet.Miners[2];
        var (source, size) = (Deployment.SourcesOrNone[^1], (int)(await Deployment.StructureAsync()).MinBytes);
        using var folder = new ScratchFolder("tool");
        var tool = new S3AuthTool(Client.Address, folder);
        var content = DeploymentFixture.Bytes(size);
        await File.WriteAllBytesAsync(Path.Combine(folder.Sub("data"), "a.bin"), content);
        string[] chosen = source is null ? [] : ["--source", source];
        string[] wallet = await tool.WalletOfAsync(miner);

        (await tool.RunAsync(["upload", "data", "--job", "tool", .. chosen, .. wallet])).Expect();
        var listed = (await tool.RunAsync(["ls", .. wallet])).Expect();
        (await tool.RunAsync("download", "--all", "--to", "all", "--suri", "//Alice")).Expect();

        var key = Deployment.FolderOf(miner, source) + "job_id=tool/a.bin";
        Assert.That(listed, Does.Contain(key));
        Content.AssertSame(await File.ReadAllBytesAsync(Path.Combine(folder.Path, "all", key)), content);
        foreach (var file in Deployment.Uploaded[First].Concat(Deployment.Uploaded[Second]))
        {
            Content.AssertSame(await File.ReadAllBytesAsync(Path.Combine(folder.Path, "all", file.Key)), file.Value, file.Key);
        }
    }

    [TestCase("python", 3, Category = "Nightly")]
    [TestCase("requests", 4, Category = "Nightly")]
    public async Task Snippet_of_the_page_uploads_into_this_layout(string language, int number)
    {
        var miner = Deployment.Subnet.Miners[number];
        using var folder = new ScratchFolder("snippet");
        var content = DeploymentFixture.Bytes((int)(await Deployment.StructureAsync()).MinBytes);
        await File.WriteAllBytesAsync(Path.Combine(folder.Sub("work"), "data.parquet"), content);

        (await SnippetFixture.RunAsync(Client, folder, miner, "miner", language, "bash")).Expect();

        var key = (await Deployment.Bucket.ListKeysAsync()).Single(one =>
            one.Contains(Deployment.OwnerOf(miner), StringComparison.Ordinal));
        Assert.That(key, Does.StartWith(Deployment.FolderOf(miner)).And.EndWith("data.parquet"));
        Content.AssertSame(await Deployment.Bucket.GetAsync(key), content);
    }

    private async Task<IReadOnlyList<ListedFile>> PagesAsync(Call call, ProofKind proof = ProofKind.Commitment)
    {
        var files = new List<ListedFile>();
        var page = await Client.AskAsync<FileList>(call, proof);
        files.AddRange(page.Files);
        while (page.NextCursor is { } cursor)
        {
            page = await Client.AskAsync<FileList>(call.With("cursor", cursor), proof);
            files.AddRange(page.Files);
        }

        return files;
    }
}

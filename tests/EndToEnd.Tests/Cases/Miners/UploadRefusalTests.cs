namespace S3Auth.EndToEnd.Tests.Cases.Miners;

/// <summary>
/// What a miner must not be able to do with its grant. Each case compares the whole bucket before and after the attempt, because an answer
/// alone proves nothing.
/// </summary>
[TestFixtureSource(typeof(Deployments), nameof(Deployments.WithForms))]
internal sealed class UploadRefusalTests(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    internal override bool NeedsForms => true;

    private FolderAccess? _access;

    private FolderAccess Access => _access ?? throw new InvalidOperationException("There is no grant yet.");

    private FormUpload Honest => FormUpload.Of(Access.Grant, Deployment.PathOf("file.bin"), Bytes(4096));

    [SetUp]
    public async Task GetGrant() => _access = await Client.GetFolderAccessAsync(Deployment.NextMiner());

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(1023)]
    public Task File_below_1_KiB_is_refused(int bytes) => AssertRefusedAsync((Honest with { Content = Bytes(bytes) }).SendAsync);

    [Test]
    public Task File_declared_one_byte_above_5_GiB_is_refused_before_it_is_sent() => AssertRefusedAsync(async () =>
    {
        using var upload = new RawUpload();
        await upload.BeginAsync(Honest, declaredBytes: 5368709121, sent: Bytes(2048));
        return await upload.ReadAnswerAsync();
    });

    [Test]
    public Task Refused_upload_of_a_large_file_is_told_so() =>
        AssertRefusedAsync((Honest with { Content = Bytes(12 * 1024 * 1024) }).With("acl", "public-read").SendAsync);

    [Test]
    public async Task Upload_that_breaks_off_leaves_nothing()
    {
        var before = await Bucket.ListAsync();
        using (var upload = new RawUpload())
        {
            await upload.BeginAsync(Honest, declaredBytes: 1_000_000, sent: Bytes(600_000));
            Assert.That(await Bucket.ListAsync(), Is.EqualTo(before), "while it was under way");
        }

        await Task.Delay(TimeSpan.FromMilliseconds(500));
        Assert.That(await Bucket.ListAsync(), Is.EqualTo(before));
    }

    [Test]
    public async Task Upload_to_another_miner_is_refused()
    {
        var rival = await Client.GetFolderAccessAsync(Deployment.NextMiner());
        Assert.That((await FormUpload.Of(rival.Grant, Deployment.PathOf("file.bin"), Bytes(2000)).SendAsync()).Accepted);

        await AssertRefusedAsync(Honest.WithKey(rival.Folder + Deployment.PathOf("file.bin")).SendAsync, "over a file that is there");
        await AssertRefusedAsync(Honest.WithKey(rival.Folder + Deployment.PathOf("new.bin")).SendAsync, "beside it");
    }

    [Test]
    public async Task Upload_to_another_source_is_refused_with_the_grant_of_one()
    {
        var miner = Deployment.NextMiner();
        var only = Deployment.Layout == FolderLayoutKind.Coldkey
            ? await Client.GetFolderAccessAsync(miner, source: "x")
            : await Client.GetFolderAccessAsync(miner);
        // Without sources the nearest thing is a folder that merely looks like one.
        var elsewhere =
            Deployment.Layout == FolderLayoutKind.Coldkey ? Deployment.FolderOf(miner, "reddit") : $"data/reddit/{miner.Hotkey}/";

        await AssertRefusedAsync(FormUpload.Of(only.Grant, "file.bin", Bytes(2000)).WithKey(elsewhere + "file.bin").SendAsync);
    }

    [Test]
    public async Task Upload_to_a_folder_whose_name_only_begins_like_the_own_one_is_refused()
    {
        var own = Access.Folder.TrimEnd('/');
        foreach (
            var key in (string[])
            [
                own + "d/file.bin", own + "1/job_id=default/file.bin", own + ".bin", own + "%2ffile.bin", own, own + "\\file.bin"
            ])
        {
            await AssertRefusedAsync(Honest.WithKey(key).SendAsync, key);
        }
    }

    [Test]
    public async Task Upload_to_a_folder_whose_name_is_cut_short_is_refused()
    {
        var own = Access.Folder.TrimEnd('/');
        foreach (
            var key in (string[])
            [
                own[..^1] + "/file.bin", "data/file.bin", "file.bin", "/" + Access.Folder + "file.bin", own.ToUpperInvariant() + "/file.bin"
            ])
        {
            await AssertRefusedAsync(Honest.WithKey(key).SendAsync, key);
        }
    }

    [Test]
    public async Task Steps_upwards_in_the_key_lead_nowhere()
    {
        var rival = Deployment.FolderOf(Deployment.NextMiner());
        await Bucket.PutAsync(rival + "file.bin", Bytes(1024));
        string[] paths =
        [
            "../file.bin", "../../file.bin", "../../../../../../../../tmp/file.bin", "./../file.bin", "a/../../file.bin",
            "..\\..\\file.bin",
            "..%2f..%2ffile.bin", "%2e%2e/file.bin", "..;/file.bin", "..", ".", "../", "//../file.bin", "../" + rival + "file.bin",
            "../../../" + rival + "file.bin", "..%5cfile.bin", "..／file.bin", "%252e%252e%252ffile.bin", "file.bin/../../file.bin",
        ];

        var files = FilesAroundData();
        foreach (var path in paths)
        {
            await AssertNothingOutsideAsync(Access.Folder, Honest.WithKey(Access.Folder + path).SendAsync, path);
        }

        Assert.That(FilesAroundData(), Is.EqualTo(files));
    }

    [Test]
    public async Task Steps_upwards_in_the_file_name_lead_nowhere()
    {
        var files = FilesAroundData();
        foreach (
            var name in (string[])
            [
                "../file.bin", "../../../../../../tmp/file.bin", "..\\..\\file.bin", "/etc/file.bin", "C:\\file.bin", "${filename}", "..",
                "."
            ])
        {
            var upload = new FormUpload(Access.Url, [.. Access.Fields], Bytes(2000), name.Replace("\\", "\\\\", StringComparison.Ordinal));
            await AssertNothingOutsideAsync(Access.Folder, upload.SendAsync, name);
        }

        Assert.That(FilesAroundData(), Is.EqualTo(files));
    }

    [Test]
    public async Task Odd_characters_in_the_key_lead_nowhere()
    {
        // Control characters are tried in EmbeddedStoreTests: real stores keep them, and then no XML listing of that folder
        // can be read, which other tests need.
        foreach (var name in (string[])["tab\t.bin", "\u202Ereversed.bin", "\uFFFD.bin", new string('a', 3000)])
        {
            await AssertNothingOutsideAsync(Access.Folder, Honest.WithKey(Access.Folder + name).SendAsync, Uri.EscapeDataString(name));
        }
    }

    [Test]
    public async Task Second_key_in_the_form_leads_nowhere()
    {
        var rival = Deployment.FolderOf(Deployment.NextMiner());

        await AssertNothingOutsideAsync(Access.Folder, Honest.Adding("key", rival + "file.bin").SendAsync, "before the own one");
        await AssertNothingOutsideAsync(Access.Folder, Honest.Appending("key", rival + "file.bin").SendAsync, "after the own one");
        await AssertNothingOutsideAsync(Access.Folder, Honest.Appending("KEY", rival + "file.bin").SendAsync, "in another case");
    }

    [Test]
    public async Task Second_policy_in_the_form_leads_nowhere()
    {
        var rival = await Client.GetFolderAccessAsync(Deployment.NextMiner());
        var wide = Convert.ToBase64String(Encoding.UTF8.GetBytes("""{"expiration":"2099-01-01T00:00:00Z","conditions":[]}"""));

        await AssertNothingOutsideAsync(
            Access.Folder, Honest.WithKey(rival.Folder + "file.bin").Adding("policy", wide).SendAsync, "before");
        await AssertNothingOutsideAsync(
            Access.Folder, Honest.WithKey(rival.Folder + "file.bin").Appending("policy", wide).SendAsync, "after");
    }

    [Test]
    public async Task Upload_to_another_bucket_is_refused()
    {
        var url = Access.Url.Replace("/" + Bucket.Name, "/" + Deployment.OtherBucket.Name, StringComparison.Ordinal);
        Assert.That(url, Is.Not.EqualTo(Access.Url));

        await AssertRefusedAsync((Honest with { Url = url }).SendAsync);
        await AssertRefusedAsync((Honest with { Url = url }).Appending("bucket", Bucket.Name).SendAsync, "with the right one as a field");
        await AssertNothingOutsideAsync(
            Access.Folder, Honest.Appending("bucket", Deployment.OtherBucket.Name).SendAsync, "with the other one as a field only");
        if (Traits.HasOtherBuckets)
        {
            Assert.That(await Deployment.OtherBucket.ListAsync(), Is.Empty);
        }
    }

    [TestCase("public-read")]
    [TestCase("public-read-write")]
    [TestCase("authenticated-read")]
    [TestCase("")]
    public Task Upload_with_another_acl_is_refused(string acl) => AssertRefusedAsync(Honest.With("acl", acl).SendAsync);

    [Test]
    public Task Upload_without_an_acl_is_refused() => AssertRefusedAsync(Honest.Without("acl").SendAsync);

    [Test]
    public Task Upload_in_another_storage_class_is_refused() => AssertRefusedAsync(Honest.With("x-amz-storage-class", "GLACIER").SendAsync);

    [TestCase("success_action_redirect", "http://127.0.0.1:9/")]
    [TestCase("success_action_status", "201")]
    [TestCase("x-amz-meta-owner", "somebody else")]
    [TestCase("x-amz-website-redirect-location", "/elsewhere")]
    [TestCase("tagging", "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>")]
    [TestCase("unknown", "1")]
    public async Task Field_that_the_policy_does_not_know_is_refused(string field, string value)
    {
        Assume.That(Honest.Has(field), Is.False, "The grant has this field itself.");
        await AssertRefusedAsync(Honest.Appending(field, value).SendAsync);
    }

    [Test]
    public async Task Altered_policy_is_refused()
    {
        var policy = Honest.Get("policy");
        var text = Encoding.UTF8.GetString(Convert.FromBase64String(policy));
        var letter = policy.Length / 2;
        var rival = Deployment.FolderOf(Deployment.NextMiner());

        await AssertRefusedAsync(
            Honest.With(
                "policy", policy[..letter] + (policy[letter] == 'A' ? 'B' : 'A') + policy[(letter + 1)..]).SendAsync, "one character");
        await AssertRefusedAsync(
            Honest.With("policy", Encoded(text.Replace("1024", "0", StringComparison.Ordinal))).SendAsync, "a larger range");
        await AssertRefusedAsync(Honest.With("policy", Encoded(text + " ")).SendAsync, "one space more");
        await AssertRefusedAsync(
            Honest.With(
                "policy",
                Encoded(
                    text.Replace(Access.Folder, rival, StringComparison.Ordinal))).WithKey(rival + "file.bin").SendAsync, "another folder");
        await AssertRefusedAsync(
            Honest.With("policy", Encoded("""{"expiration":"2099-01-01T00:00:00Z","conditions":[]}""")).SendAsync, "no condition at all");
        await AssertRefusedAsync(Honest.With("policy", Encoded("no JSON")).SendAsync, "no JSON");
        await AssertRefusedAsync(Honest.With("policy", "*").SendAsync, "no base64");
        await AssertRefusedAsync(Honest.With("policy", "").SendAsync, "an empty one");
    }

    [Test]
    public async Task Altered_signature_is_refused()
    {
        var signature = Honest.Get("x-amz-signature");

        await AssertRefusedAsync(Honest.With("x-amz-signature", (signature[0] == '0' ? '1' : '0') + signature[1..]).SendAsync, "one digit");
        await AssertRefusedAsync(Honest.With("x-amz-signature", new string('0', 64)).SendAsync, "zeros");
        await AssertRefusedAsync(Honest.With("x-amz-signature", "").SendAsync, "an empty one");
        await AssertRefusedAsync(
            Honest.With("x-amz-credential", Honest.Get("x-amz-credential").Replace("/s3/", "/ec2/", StringComparison.Ordinal)).SendAsync,
            "another service");
        await AssertRefusedAsync(Honest.With("x-amz-date", "20991124T000000Z").SendAsync, "another date");
    }

    [Test]
    public async Task Policy_of_another_grant_does_not_fit_its_signature()
    {
        var other = await Client.GetFolderAccessAsync(Deployment.NextMiner());

        await AssertRefusedAsync(Honest.With("policy", other.Fields["policy"]).WithKey(other.Folder + "file.bin").SendAsync);
    }

    [Test]
    public async Task Upload_without_any_proof_is_refused()
    {
        await AssertRefusedAsync(Honest.Without("policy").SendAsync, "without a policy");
        await AssertRefusedAsync(Honest.Without("x-amz-signature").SendAsync, "without a signature");
        await AssertRefusedAsync(
            (Honest with { Fields = [.. Honest.Fields.Where(one => string.Equals(one.Key, "key", StringComparison.Ordinal))] }).SendAsync,
            "with nothing but a key");
    }

    private static string Encoded(string policy) => Convert.ToBase64String(Encoding.UTF8.GetBytes(policy));

    /// <summary>Every file and folder around the service's data, but for the data itself.</summary>
    private IReadOnlyList<string> FilesAroundData() =>
    [
        .. Directory.EnumerateFileSystemEntries(Deployment.Surroundings, "*", SearchOption.AllDirectories)
            .Where(path => !path.StartsWith(Deployment.DataFolder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];
}

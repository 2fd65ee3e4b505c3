namespace S3Auth.EndToEnd.Tests.Cases.Miners;

/// <summary>A form for one file accepts no other key, field or size.</summary>
[TestFixtureSource(typeof(Deployments), nameof(Deployments.WithForms))]
internal sealed class FileFormTests(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    private const long MaxBytes = 5L * 1024 * 1024 * 1024;

    internal override bool NeedsForms => true;

    [Test]
    public async Task Another_key_is_refused_by_the_store()
    {
        var miner = Deployment.NextMiner();
        var rival = Deployment.FolderOf(Deployment.NextMiner());
        var upload = await Client.AskAsync<FileUpload>(Call.FileUpload(miner, "file.bin", "job-1"));
        var folder = Deployment.FolderOf(miner);
        // Stores put the file's own name in the place of ${filename}, which must not lead to the granted key by itself.
        var form = upload.Form(Bytes(2000)) with { FileName = "other.bin" };
        string[] keys =
        [
            folder + "job_id=job-1/other.bin",
            folder + "job_id=job-2/file.bin",
            folder + "file.bin",
            upload.Key + "2",
            upload.Key[..^1],
            upload.Key + "/file.bin",
            upload.Key.ToUpperInvariant(),
            rival + "job_id=job-1/file.bin",
            rival + "file.bin",
            "/" + upload.Key,
            "file.bin",
            folder + "job_id=job-1/${filename}",
            "",
            "../" + upload.Key,
        ];

        foreach (var key in keys)
        {
            await AssertRefusedAsync(form.WithKey(key).SendAsync, key);
        }

        await AssertRefusedAsync(form.Without("key").SendAsync, "without a key");
        await AssertNothingOutsideAsync(upload.Key, form.Adding("key", rival + "file.bin").SendAsync, "a second key before");
        await AssertNothingOutsideAsync(upload.Key, form.Appending("key", rival + "file.bin").SendAsync, "a second key after");
        Assert.That((await form.SendAsync()).Accepted, "The form itself must be good, else this proves nothing.");
    }

    [Test]
    public async Task Grant_of_one_file_is_no_grant_of_another()
    {
        var miner = Deployment.NextMiner();
        var first = (await Client.AskAsync<FileUpload>(Call.FileUpload(miner, "first.bin"))).Form(Bytes(2000));
        var second = (await Client.AskAsync<FileUpload>(Call.FileUpload(miner, "second.bin"))).Form(Bytes(2000));

        await AssertRefusedAsync(first.With("policy", second.Get("policy")).SendAsync, "the other's policy");
        await AssertRefusedAsync(first.With("x-amz-signature", second.Get("x-amz-signature")).SendAsync, "the other's signature");
        await AssertRefusedAsync(first.WithKey(second.Get("key")).SendAsync, "the other's key");
        await AssertRefusedAsync(first.With("acl", "public-read").SendAsync, "another acl");
        await AssertRefusedAsync(first.With("x-amz-storage-class", "GLACIER").SendAsync, "another storage class");
        await AssertRefusedAsync(first.Appending("x-amz-meta-owner", "somebody").SendAsync, "a field more");
    }

    [Test]
    public async Task Without_a_size_the_usual_limits_hold()
    {
        var upload = await Client.AskAsync<FileUpload>(Call.FileUpload(Deployment.NextMiner(), "file.bin"));

        await AssertRefusedAsync(upload.Form(Bytes(1023)).SendAsync, "1023 bytes");
        await AssertRefusedAsync(upload.Form([]).SendAsync, "nothing");
        using var huge = new RawUpload();
        await huge.BeginAsync(upload.Form([]), MaxBytes + 1, Bytes(2000));
        Assert.That((await huge.ReadAnswerAsync()).Refused);

        Assert.That((await upload.Form(Bytes(1024)).SendAsync()).Accepted);
    }
}

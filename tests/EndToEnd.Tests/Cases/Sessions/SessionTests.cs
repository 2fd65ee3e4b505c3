using Amazon.S3;

namespace S3Auth.EndToEnd.Tests.Cases.Sessions;

/// <summary>Temporary credentials at a real store: what the answer says, and that the store takes them.</summary>
[TestFixtureSource(typeof(Deployments), nameof(Deployments.RealStore))]
public sealed class SessionTests(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    internal override DeploymentKind Kind => DeploymentKind.Sessions;

    [Test]
    public async Task Session_of_a_miner_reads_and_writes_its_own_folders_only()
    {
        var (miner, other) = (Deployment.NextMiner(), Deployment.NextMiner());
        var beside = Deployment.FolderOf(other) + "file.bin";
        await Bucket.PutAsync(beside, Bytes(2000));

        var session = await Client.AskAsync<SessionGrant>(Call.Session(miner));

        string[] folders = Layout == FolderLayoutKind.Coldkey
            ? [Deployment.FolderOf(miner), Deployment.FolderOf(miner, "reddit")]
            : [Deployment.FolderOf(miner)];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(session.Prefixes, Is.EqualTo(folders));
            Assert.That(session.Bucket, Is.EqualTo(Bucket.Name));
            Assert.That(session.Region, Is.EqualTo(Bucket.Region));
            Assert.That(new Uri(session.Endpoint), Is.EqualTo(Bucket.Endpoint));
            Assert.That(session.Addressing, Is.EqualTo("path"));
            Assert.That(session.Expiration, Is.EqualTo(DateTimeOffset.UtcNow.AddHours(1)).Within(TimeSpan.FromMinutes(1)));
            Assert.That(
                session.Actions,
                Is.EqualTo((string[])[
                    "s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:ListBucket",
                ]));
            Assert.That(session.NotEnforced, Is.EqualTo((string[])["file_size", "daily_files", "write_once"]));
        }

        using var own = Bucket.As(session.Keys);
        foreach (var folder in folders)
        {
            var content = Bytes(2000);
            await own.PutAsync(folder + "own.bin", content);
            Assert.That(await own.GetAsync(folder + "own.bin"), Is.EqualTo(content));
            Assert.That(await own.ListKeysAsync(folder), Is.EqualTo((string[])[folder + "own.bin"]));
        }

        await AssertForbiddenAsync(() => own.GetAsync(beside));
        await AssertForbiddenAsync(() => own.PutAsync(beside, Bytes(2000)));
        await AssertForbiddenAsync(() => own.ListAsync(Deployment.FolderOf(other)));
        await AssertForbiddenAsync(() => own.ListAsync());
    }

    [Test]
    public async Task Session_of_a_miner_uploads_20_MB_in_parts_into_its_own_folder_only()
    {
        var (miner, other) = (Deployment.NextMiner(), Deployment.NextMiner());
        var content = Bytes(20_000_000);
        var session = await Client.AskAsync<SessionGrant>(Call.Session(miner));
        using var own = Bucket.As(session.Keys);

        await own.PutInPartsAsync(session.Prefixes[0] + "large.bin", content, 6_000_000);

        Assert.That(await Bucket.GetAsync(session.Prefixes[0] + "large.bin"), Is.EqualTo(content));
        await AssertForbiddenAsync(() => own.PutInPartsAsync(Deployment.FolderOf(other) + "large.bin", content, 6_000_000));
        Assert.That(await Bucket.CountUploadsAsync(Deployment.FolderOf(other)), Is.Zero);
    }

    [Test]
    public async Task Session_of_a_validator_reads_all_folders_and_writes_nothing()
    {
        var miner = Deployment.NextMiner();
        var (inside, outside) = (Deployment.FolderOf(miner) + "file.bin", $"{Guid.NewGuid()}.bin");
        var content = Bytes(2000);
        await Bucket.PutAsync(inside, content);
        await Bucket.PutAsync(outside, content);

        var session = await Client.AskAsync<SessionGrant>(Call.Session(Subnet.Validator.Hotkey));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(session.Prefixes, Is.EqualTo((string[])["data/"]));
            Assert.That(session.Actions, Is.EqualTo((string[])["s3:GetObject", "s3:ListBucket"]));
            Assert.That(session.NotEnforced, Is.Empty);
        }

        using var own = Bucket.As(session.Keys);
        Assert.That(await own.GetAsync(inside), Is.EqualTo(content));
        Assert.That(await own.ListKeysAsync("data/"), Does.Contain(inside));
        await AssertForbiddenAsync(() => own.GetAsync(outside));
        await AssertForbiddenAsync(() => own.PutAsync(inside, content));
        await AssertForbiddenAsync(() => own.ListAsync());
        await Bucket.DeleteAllAsync([outside]);
    }

    private static async Task AssertForbiddenAsync(Func<Task> attempt)
    {
        try
        {
            await attempt();
        }
        catch (AmazonS3Exception refused)
        {
            Assert.That(refused.ErrorCode, Is.EqualTo("AccessDenied"), refused.Message);
            return;
        }

        Assert.Fail("The store does what the session must not do.");
    }
}

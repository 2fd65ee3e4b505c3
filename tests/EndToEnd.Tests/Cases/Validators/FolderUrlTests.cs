namespace S3Auth.EndToEnd.Tests.Cases.Validators;

/// <summary>A validator gets one listing URL for each job of each miner.</summary>
internal sealed class FolderUrlTests(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    private static Account Validator => Subnet.Validator.Hotkey;

    private IReadOnlyList<string> Sources => Layout == FolderLayoutKind.Coldkey ? Deployment.Sources : ["x"];

    [TestCase(ProofKind.Commitment)]
    [TestCase(ProofKind.Tao)]
    public async Task Jobs_of_several_miners_are_found_and_each_lists_just_itself(ProofKind proof)
    {
        string[] jobs = ["default", "job-1", "job-11", "job.2", "A_z", new string('j', 128)];
        var miners = (Miner[])[Deployment.NextMiner(), Deployment.NextMiner(), Deployment.NextMiner()];
        var folders = miners.SelectMany(miner => Sources.Select(source => Deployment.FolderOf(miner, source))).ToList();
        var keys = folders.SelectMany(
            folder => jobs.SelectMany(job => (string[])[$"{folder}job_id={job}/a.bin", $"{folder}job_id={job}/more/b.bin"])).ToList();
        await Bucket.PutAllAsync(keys, Bytes(100));

        var urls = await Client.AskAsync<FolderUrls>(Call.FolderUrls(Validator), proof);

        Assert.That((urls.ValidatorHotkey, urls.Bucket, urls.ExpirySeconds), Is.EqualTo((Validator.Address, Bucket.Name, 24L * 60 * 60)));
        Assert.That(urls.ExpiryTime, Does.Match(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$"));
        foreach (var miner in miners)
        {
            var found = urls.Miners[Deployment.OwnerOf(miner)];
            var expected = Sources.SelectMany(
                source => jobs.Select(job => (job, Path: $"{Deployment.FolderOf(miner, source)}job_id={job}/"))).ToList();
            Assert.That(found.MinerPath, Is.EqualTo(Deployment.FolderOf(miner)));
            Assert.That(found.JobFolders.Select(job => (job.JobId, job.Path)), Is.EquivalentTo(expected));
            Assert.That(found.TotalJobs, Is.EqualTo(expected.Count));
            foreach (var job in found.JobFolders)
            {
                Assert.That(
                    (await Presigned.ListAsync(job.PresignedUrl)).Keys,
                    Is.EqualTo(keys.Where(key => key.StartsWith(job.Path, StringComparison.Ordinal))));
            }
        }
    }

    [Test]
    public async Task Totals_are_those_of_the_bucket()
    {
        var miner = Deployment.NextMiner();
        await Bucket.PutAllAsync(
            [Deployment.FolderOf(miner) + "job_id=1/a.bin", Deployment.FolderOf(miner) + "job_id=2/a.bin"], Bytes(100));

        var urls = await Client.AskAsync<FolderUrls>(Call.FolderUrls(Validator));
        var access = await Client.GetValidatorAccessAsync(Validator);

        Assert.That(urls.TotalMiners, Is.EqualTo(urls.Miners.Count));
        Assert.That(urls.Miners.Keys, Is.EquivalentTo(access.Miners.Select(one => one.Id)));
        foreach (var one in access.Miners)
        {
            var found = urls.Miners[one.Id];
            Assert.That(one.Folders.Select(folder => folder.Prefix), Does.Contain(found.MinerPath));
            Assert.That(found.TotalJobs, Is.EqualTo(found.JobFolders.Count));
            Assert.That(found.JobFolders.Select(job => job.Path), Is.Unique);
            Assert.That(
                found.JobFolders.Where(job => !one.Folders.Any(folder => job.Path.StartsWith(folder.Prefix, StringComparison.Ordinal))),
                Is.Empty);
        }
    }

    [Test]
    public async Task Files_outside_of_jobs_make_none()
    {
        var miner = Deployment.NextMiner();
        var folder = Deployment.FolderOf(miner);
        await Bucket.PutAllAsync(
            [
                folder + "file.bin",
                folder + "job_id=file",
                folder + "job_id=/nameless.bin",
                folder + "job_idx=1/a.bin",
                folder + "job=1/a.bin",
                folder + "Job_id=1/a.bin",
                folder + "jobs/job_id=1/a.bin",
                folder + "/job_id=2/a.bin", folder + " job_id=3/a.bin",
            ],
            Bytes(100));

        var found = (await Client.AskAsync<FolderUrls>(Call.FolderUrls(Validator))).Miners[Deployment.OwnerOf(miner)];

        Assert.That(
            (found.JobFolders.Count, found.TotalJobs), Is.EqualTo((0, 0)), string.Join(' ', found.JobFolders.Select(job => job.Path)));
    }

    [Test]
    public async Task Jobs_are_listed_by_the_names_that_jobs_have()
    {
        var miner = Deployment.NextMiner();
        var folder = Deployment.FolderOf(miner);
        string[] jobs = ["1", "a.b_c-D", ".", "..", new string('j', 128)];
        string[] others =
        [
            "with space", "plus+sign", "percent%2F", "a&b=c?#", "größe-数据-🙂", "'quotes'", "job_id=1", new string('j', 129),
            new string('j', 900)
        ];
        await Bucket.PutAllAsync(jobs.Concat(others).Select(job => $"{folder}job_id={job}/a.bin"), Bytes(100));

        var found = (await Client.AskAsync<FolderUrls>(Call.FolderUrls(Validator))).Miners[Deployment.OwnerOf(miner)];

        Assert.That(
            found.JobFolders.Select(job => (job.JobId, job.Path)), Is.EquivalentTo(jobs.Select(job => (job, $"{folder}job_id={job}/"))));
        foreach (var job in found.JobFolders)
        {
            Assert.That((await Presigned.ListAsync(job.PresignedUrl)).Keys, Is.EqualTo([job.Path + "a.bin"]), job.JobId);
        }
    }

    [Test]
    public async Task Job_with_control_characters_hides_no_others()
    {
        // XML 1.0 cannot say such names; a miner who chooses one must not take every validator's overview away.
        var (miner, neighbour) = (Deployment.NextMiner(), Deployment.NextMiner());
        string[] jobs = ["a\u0001b", "line\nbreak", "\u001b[2J", "plain"];
        var keys = jobs.Select(
            job => $"{Deployment.FolderOf(miner)}job_id={job}/a.bin").Append(Deployment.FolderOf(neighbour) + "job_id=1/a.bin").ToList();
        try
        {
            await Bucket.PutAllAsync(keys, Bytes(100));

            var urls = await Client.AskAsync<FolderUrls>(Call.FolderUrls(Validator));

            Assert.That(urls.Miners[Deployment.OwnerOf(neighbour)].JobFolders.Select(job => job.JobId), Is.EqualTo(["1"]));
            Assert.That(urls.Miners[Deployment.OwnerOf(miner)].JobFolders.Select(job => job.JobId), Is.EqualTo(["plain"]));
        }
        finally
        {
            // Other cases read listings of the whole bucket.
            await Bucket.DeleteAllAsync(keys);
        }
    }

    [Test]
    public async Task Expiry_is_as_asked_for()
    {
        var wanted = ServiceClient.Now + 600;

        var urls = await Client.AskAsync<FolderUrls>(Call.FolderUrls(Validator).With("expiry", wanted));

        Assert.That(DateTimeOffset.Parse(urls.ExpiryTime, null).ToUnixTimeSeconds(), Is.EqualTo(wanted));
        AssertRefused(await Client.SendAsync(Call.FolderUrls(Validator).With("expiry", 1)), 400, "expiry_in_past");
    }

    [Test]
    public async Task Job_listing_cannot_be_made_another()
    {
        var miner = Deployment.NextMiner();
        var folder = Deployment.FolderOf(miner);
        await Bucket.PutAllAsync([folder + "job_id=1/a.bin", folder + "job_id=2/secret.bin"], Bytes(100));
        var url = (
            await Client.AskAsync<FolderUrls>(Call.FolderUrls(Validator))).Miners[Deployment.OwnerOf(miner)].JobFolders[0].PresignedUrl;

        foreach (var bent in (string[])
            [
                Presigned.With(url, "prefix", folder + "job_id=2/"),
                Presigned.With(url, "prefix", folder),
                Presigned.Without(url, "prefix"),
                Presigned.OnObject(url, folder + "job_id=1/a.bin"),
                Presigned.Adding(url, "start-after", folder),
            ])
        {
            var answer = await Presigned.GetAsync(bent);
            Assert.That(answer.Refused, answer.ToString());
        }

        Assert.That((await Presigned.GetAsync(url)).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Signature_of_one_validator_serves_no_other()
    {
        var body = Call.FolderUrls(Validator).Committed();
        body["hotkey"] = Subnet.WithoutStake.Hotkey.Address;

        AssertRefused(await Client.PostAsync(ServiceClient.FolderUrlsPath, body), 401, "invalid_signature");
    }
}

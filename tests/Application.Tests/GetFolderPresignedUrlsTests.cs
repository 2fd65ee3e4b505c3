namespace S3Auth.Application.Tests;

public sealed class GetFolderPresignedUrlsTests
{
    private static GetFolderPresignedUrlsCommand AsAlice => new()
    {
        Hotkey = Subnet.Alice,
        Timestamp = Subnet.Now,
        Signature = Subnet.Good,
    };

    [Test]
    public async Task Every_job_of_every_miner_is_granted()
    {
        using var subnet = new Subnet { Layout = Layouts.ByHotkey };
        var (bob, dave) = ($"data/hotkey={Subnet.Bob}/", $"data/hotkey={Subnet.Dave}/");
        Holds(subnet, "data/hotkey=", bob, dave, "data/hotkey=nobody/");
        Holds(subnet, bob + "job_id=", bob + "job_id=1/", bob + "job_id=a b/", bob + "job_id=a.b_c-D/", bob + "other/", bob + "job_id=/");

        var answer = await subnet.SendAsync(AsAlice);

        Assert.Multiple(() =>
        {
            Assert.That(answer.FolderUrls.Keys, Is.EquivalentTo(new[] { Subnet.Bob.ToString(), Subnet.Dave.ToString() }));
            Assert.That(answer.TotalMiners, Is.EqualTo(2));
            var jobs = answer.FolderUrls[Subnet.Bob.ToString()];
            Assert.That(jobs.JobFolders, Is.EqualTo(new[]
            {
                new JobFolder("1", bob + "job_id=1/", $"list {bob}job_id=1/ by nothing until +86400", null),
                new JobFolder("a.b_c-D", bob + "job_id=a.b_c-D/", $"list {bob}job_id=a.b_c-D/ by nothing until +86400", null),
            }));
            Assert.That(
                (jobs.MinerPath, jobs.TotalJobs, jobs.HasMoreJobs, jobs.Folders),
                Is.EqualTo((bob, 2, default(bool?), default(IReadOnlyList<MinerFolder>))));
            Assert.That(answer.FolderUrls[Subnet.Dave.ToString()].TotalJobs, Is.Zero);
            Assert.That(answer.CommitmentUsed, Is.EqualTo($"s3:validator:folders:{Subnet.Alice}:{Subnet.Now}"));
            Assert.That((answer.ExpirySeconds, answer.ValidatorHotkey, answer.Bucket), Is.EqualTo((86400, Subnet.Alice, "bucket")));
        });
    }

    [Test]
    public async Task Coldkey_layout_grants_the_folder_of_each_source_and_the_jobs_within()
    {
        using var subnet = new Subnet();
        var (x, reddit) = ($"data/x/{Subnet.Dave}/", $"data/reddit/{Subnet.Dave}/");
        Holds(subnet, "data/x/", x);
        Holds(subnet, "data/reddit/", reddit);
        Holds(subnet, reddit + "job_id=", reddit + "job_id=1/");

        var jobs = (await subnet.SendAsync(AsAlice)).FolderUrls[Subnet.Dave.ToString()];

        Assert.Multiple(() =>
        {
            Assert.That(
                jobs.JobFolders.Select(job => (job.JobId, job.Path, job.Source)),
                Is.EqualTo(new[] { ("1", reddit + "job_id=1/", "reddit") }));
            Assert.That(jobs.Folders!.Select(folder => folder.Prefix), Is.EqualTo(new[] { x, reddit }));
            Assert.That(jobs.MinerPath, Is.EqualTo(x));
        });
    }

    [Test]
    public async Task Record_has_the_root_of_the_layout()
    {
        using var subnet = new Subnet { Layout = Layouts.Of("weights/{hotkey}/") };
        Holds(subnet, "weights/");

        var answer = await subnet.SendAsync(AsAlice);

        Assert.That(((IGranted)answer).Granted.Prefixes, Is.EqualTo(new[] { "weights/" }));
    }

    [Test]
    public async Task Folder_with_more_jobs_than_a_response_shows_is_marked()
    {
        using var subnet = new Subnet { Layout = Layouts.ByHotkey };
        var bob = $"data/hotkey={Subnet.Bob}/";
        Holds(subnet, "data/hotkey=", bob);
        subnet.Store.Setup(port => port.ListFoldersAsync(bob + "job_id=", MinerDiscovery.MaxJobsPerFolder, It.IsAny<CancellationToken>()))
            .ReturnsAsync(new FolderPage([bob + "job_id=1/"], HasMore: true));

        Assert.That((await subnet.SendAsync(AsAlice)).FolderUrls[Subnet.Bob.ToString()].HasMoreJobs, Is.True);
    }

    [Test]
    public async Task Listings_that_together_take_too_long_are_refused_as_storage_timeout()
    {
        using var subnet = new Subnet { Layout = Layouts.ByHotkey };
        var bob = $"data/hotkey={Subnet.Bob}/";
        Holds(subnet, "data/hotkey=", bob);
        var listing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        subnet.Store.Setup(port => port.ListFoldersAsync(bob + "job_id=", It.IsAny<int?>(), It.IsAny<CancellationToken>()))
            .Returns(async (string _, int? _, CancellationToken cancellationToken) =>
            {
                listing.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
                return new FolderPage([], HasMore: false);
            });

        var asked = subnet.RefuseAsync(AsAlice);
        await listing.Task.WaitAsync(TimeSpan.FromMinutes(1));
        subnet.Time.Advance(Subnet.ListingTimeout - TimeSpan.FromSeconds(1));
        await Task.Delay(20);
        Assert.That(asked.IsCompleted, Is.False);
        subnet.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.That((await asked).Code, Is.EqualTo(RefusalCode.StorageTimeout));
    }

    [Test]
    public async Task Number_of_concurrent_listings_is_limited()
    {
        using var subnet = new Subnet { Layout = Layouts.ByHotkey };
        Holds(subnet, "data/hotkey=", [.. Enumerable.Range(0, 100).Select(i => $"data/hotkey={AccountOf(i)}/")]);
        var asked = 0;
        var answer = new TaskCompletionSource<FolderPage>(TaskCreationOptions.RunContinuationsAsynchronously);
        subnet.Store.Setup(
            port => port.ListFoldersAsync(It.IsAny<string>(), MinerDiscovery.MaxJobsPerFolder, It.IsAny<CancellationToken>()))
            .Returns(() =>
            {
                Interlocked.Increment(ref asked);
                return answer.Task;
            });

        var waiting = subnet.SendAsync(AsAlice);
        await Wait.UntilAsync(() => Volatile.Read(ref asked) >= MinerDiscovery.MaxConcurrency || waiting.IsCompleted);
        await Task.Delay(50);
        Assert.That(asked, Is.EqualTo(MinerDiscovery.MaxConcurrency));
        answer.SetResult(new FolderPage([], HasMore: false));
        Assert.That((await waiting).TotalMiners, Is.EqualTo(100));
        Assert.That(asked, Is.EqualTo(100));
    }

    private static AccountId AccountOf(int number)
    {
        var bytes = new byte[AccountId.Size];
        bytes[0] = (byte)number;
        return AccountId.FromBytes(bytes);
    }

    private static void Holds(Subnet subnet, string prefix, params string[] folders) => subnet.Store
        .Setup(port => port.ListFoldersAsync(prefix, It.IsAny<int?>(), It.IsAny<CancellationToken>()))
        .ReturnsAsync(new FolderPage(folders, HasMore: false));
}

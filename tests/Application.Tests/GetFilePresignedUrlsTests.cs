namespace S3Auth.Application.Tests;

public sealed class GetFilePresignedUrlsTests
{
    private static readonly string File = $"data/x/{Subnet.Dave}/a.parquet";

    private static GetFilePresignedUrlsCommand AsAlice => new()
    {
        Hotkey = Subnet.Alice,
        Timestamp = Subnet.Now,
        Signature = Subnet.Good,
        MinerColdkey = Subnet.Dave,
        FileKeys = [File],
    };

    [Test]
    public async Task Signs_a_download_of_each_file_in_the_miners_folders()
    {
        using var subnet = new Subnet();

        var answer = await subnet.SendAsync(AsAlice with { FileKeys = [File, $"data/reddit/{Subnet.Dave}/sub/b"] });

        Assert.Multiple(() =>
        {
            Assert.That(answer.FileUrls[File], Is.EqualTo(new FileUrl($"get {File} until +3600", File, 3600, "a.parquet")));
            Assert.That(answer.FileUrls, Has.Count.EqualTo(2));
            Assert.That(
                (answer.TotalRequestedFiles, answer.ValidFilesCount, answer.InvalidFilesCount, answer.SuccessfulUrls, answer.FailedFiles),
                Is.EqualTo((2, 2, 0, 2, 0)));
            Assert.That(answer.ExpiryTime.ToUnixTimeSeconds(), Is.EqualTo(Subnet.Now + 3600));
            Assert.That(
                (answer.ExpiryHours, answer.ValidatorHotkey, answer.MinerColdkey, answer.MinerHotkey),
                Is.EqualTo((1, Subnet.Alice, Subnet.Dave, default(Substrate.AccountId?))));
            Assert.That(answer.CommitmentUsed, Is.EqualTo($"s3:validator:files:{Subnet.Dave}:{Subnet.Alice}:{Subnet.Now}"));
            Assert.That(subnet.Verified, Is.EqualTo(new[] { (Subnet.Alice, answer.CommitmentUsed) }));
        });
    }

    [Test]
    public async Task Does_not_sign_keys_outside_of_the_miners_folders()
    {
        using var subnet = new Subnet();
        string[] foreign =
        [
            $"data/x/{Subnet.Bob}/a.parquet", $"data/x/{Subnet.Dave}x/a.parquet", $"data/x/{Subnet.Dave}", $"data/x/{Subnet.Dave}/",
            $"data/x/{Subnet.Dave}/../{Subnet.Bob}/a.parquet", $"data/youtube/{Subnet.Dave}/a.parquet",
            $"data/hotkey={Subnet.Bob}/a.parquet",
            "", "/", "data/", new string('a', 2000), $"data/x/{Subnet.Dave}/\ud800",
        ];

        var answer = await subnet.SendAsync(AsAlice with { FileKeys = [.. foreign, File] });

        Assert.Multiple(() =>
        {
            Assert.That(answer.FileUrls.Keys, Is.EqualTo(new[] { File }));
            Assert.That(answer.InvalidFiles, Is.EqualTo(foreign));
            Assert.That(answer.InvalidFilesCount, Is.EqualTo(foreign.Length));
        });
    }

    [Test]
    public async Task Hotkey_of_a_miner_is_resolved_to_its_coldkey_if_coldkeys_name_folders()
    {
        using var subnet = new Subnet();

        var answer = await subnet.SendAsync(AsAlice with { MinerColdkey = null, MinerHotkey = Subnet.Bob });

        Assert.Multiple(() =>
        {
            Assert.That(answer.FileUrls.Keys, Is.EqualTo(new[] { File }));
            Assert.That(answer.CommitmentUsed, Does.StartWith($"s3:validator:files:{Subnet.Bob}:"), "the address that was sent");
        });
    }

    [Test]
    public async Task Hotkey_that_is_not_registered_cannot_be_resolved()
    {
        using var subnet = new Subnet();

        var refused = await subnet.RefuseAsync(AsAlice with { MinerColdkey = null, MinerHotkey = Subnet.Dave });

        Assert.That(refused.Code, Is.EqualTo(RefusalCode.MinerNotFound));
        subnet.Metagraph.Verify(port => port.RefreshSoon(), Moq.Times.Once, "it may be new");
    }

    [Test]
    public async Task Hotkey_layout_signs_files_of_deregistered_miners_too()
    {
        using var subnet = new Subnet { Layout = Layouts.ByHotkey };
        var key = $"data/hotkey={Subnet.Dave}/job_id=1/a";

        var answer = await subnet.SendAsync(AsAlice with { MinerColdkey = null, MinerHotkey = Subnet.Dave, FileKeys = [key] });

        Assert.That(answer.FileUrls.Keys, Is.EqualTo(new[] { key }));
    }

    [Test]
    public async Task Hotkey_layout_refuses_a_coldkey()
    {
        using var subnet = new Subnet { Layout = Layouts.ByHotkey };

        var refused = await subnet.RefuseAsync(AsAlice);

        Assert.Multiple(() =>
        {
            Assert.That(refused.Code, Is.EqualTo(RefusalCode.InvalidRequest));
            Assert.That(refused.Errors.Keys, Is.EqualTo(new[] { "miner_coldkey" }));
        });
    }

    [Test]
    public async Task Request_names_the_miner_by_exactly_one_account()
    {
        using var subnet = new Subnet();

        var none = await subnet.RefuseAsync(AsAlice with { MinerColdkey = null });
        var both = await subnet.RefuseAsync(AsAlice with { MinerHotkey = Subnet.Bob });

        Assert.Multiple(() =>
        {
            Assert.That(none.Message, Does.Contain("exactly one"));
            Assert.That(both.Message, Does.Contain("exactly one"));
            Assert.That(subnet.Verified, Is.Empty);
        });
    }

    [TestCase(0)]
    [TestCase(1001)]
    public async Task File_keys_are_1_to_1000(int count)
    {
        using var subnet = new Subnet();

        var refused = await subnet.RefuseAsync(AsAlice with { FileKeys = [.. Enumerable.Repeat(File, count)] });

        Assert.That(refused.Errors.Keys, Is.EqualTo(new[] { "file_keys" }));
    }

    [Test]
    public async Task Null_among_the_file_keys_is_refused()
    {
        using var subnet = new Subnet();

        var refused = await subnet.RefuseAsync(AsAlice with { FileKeys = [null] });

        Assert.That(refused.Errors.Keys, Is.EqualTo(new[] { "file_keys" }));
    }

    [TestCase(0)]
    [TestCase(25)]
    [TestCase(-1)]
    [TestCase(long.MaxValue)]
    public async Task Hours_are_1_to_24(long hours)
    {
        using var subnet = new Subnet();

        var refused = await subnet.RefuseAsync(AsAlice with { ExpiryHours = hours });

        Assert.That(refused.Errors.Keys, Is.EqualTo(new[] { "expiry_hours" }));
    }

    [Test]
    public async Task Urls_expire_with_the_credentials_that_sign_them()
    {
        using var subnet = new Subnet();
        subnet.Signer.CredentialsEnd = DateTimeOffset.FromUnixTimeSeconds(Subnet.Now + 900);

        var answer = await subnet.SendAsync(AsAlice with { ExpiryHours = 24 });

        Assert.Multiple(() =>
        {
            Assert.That(answer.FileUrls[File].ExpiresInSeconds, Is.EqualTo(900));
            Assert.That(answer.ExpiryTime.ToUnixTimeSeconds(), Is.EqualTo(Subnet.Now + 900));
            Assert.That(answer.ExpiryHours, Is.EqualTo(24), "what was asked for");
        });
    }

    [Test]
    public async Task Urls_expire_with_the_renewed_credentials()
    {
        using var subnet = new Subnet();
        subnet.Signer.CredentialsEnd = DateTimeOffset.FromUnixTimeSeconds(Subnet.Now + 60);
        subnet.Signer.Renewed = DateTimeOffset.FromUnixTimeSeconds(Subnet.Now + 7200);

        Assert.That((await subnet.SendAsync(AsAlice with { ExpiryHours = 24 })).FileUrls[File].ExpiresInSeconds, Is.EqualTo(7200));
    }

    [Test]
    public async Task Miner_cannot_get_download_urls_of_a_validator()
    {
        using var subnet = new Subnet();

        var refused = await subnet.RefuseAsync(AsAlice with { Hotkey = Subnet.Bob });

        Assert.That(refused.Code, Is.EqualTo(RefusalCode.NotAValidator));
    }
}

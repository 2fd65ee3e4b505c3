namespace S3Auth.Application.Tests;

public sealed class MinerAccessTests
{
    private static GetMinerSpecificAccessCommand AsAlice => new()
    {
        Hotkey = Subnet.Alice,
        Timestamp = Subnet.Now,
        Signature = Subnet.Good,
        MinerHotkey = Subnet.Bob,
    };

    private static GetMinerListCommand PageForAlice => new()
    {
        Hotkey = Subnet.Alice,
        Timestamp = Subnet.Now,
        Signature = Subnet.Good,
        MinerColdkey = Subnet.Dave,
    };

    private static GrantUrl ListOf(string source, long seconds = 86400) => $"list data/{source}/{Subnet.Dave}/ by nothing until +{seconds}";

    [Test]
    public async Task Every_folder_of_the_miner_is_granted_and_the_first_at_the_top_level()
    {
        using var subnet = new Subnet();

        var access = await subnet.SendAsync(AsAlice with { Expiry = Subnet.Now + 60 });

        Assert.Multiple(() =>
        {
            Assert.That((access.MinerUrl, access.Prefix), Is.EqualTo((ListOf("x", 60), $"data/x/{Subnet.Dave}/")));
            Assert.That(access.Folders, Is.EqualTo(new[]
            {
                new MinerFolder("x", $"data/x/{Subnet.Dave}/", ListOf("x", 60)),
                new MinerFolder("reddit", $"data/reddit/{Subnet.Dave}/", ListOf("reddit", 60)),
            }));
            Assert.That(
                (access.MinerHotkey, access.MinerColdkey), Is.EqualTo(((Substrate.AccountId?)Subnet.Bob, default(Substrate.AccountId?))));
            Assert.That((access.Bucket, access.Region, access.ExpirySeconds), Is.EqualTo(("bucket", "us-east-2", 60)));
            Assert.That(
                subnet.Verified, Is.EqualTo(new[] { (Subnet.Alice, $"s3:validator:miner:{Subnet.Bob}:{Subnet.Now}") }),
                "the account that was sent");
        });
    }

    [Test]
    public async Task Hotkey_layout_has_one_folder()
    {
        using var subnet = new Subnet { Layout = Layouts.ByHotkey };

        var access = await subnet.SendAsync(AsAlice);

        Assert.That((access.Prefix, access.Folders), Is.EqualTo(($"data/hotkey={Subnet.Bob}/", default(IReadOnlyList<MinerFolder>))));
    }

    [Test]
    public async Task Page_is_signed_with_the_miners_prefix_and_the_stores_token()
    {
        using var subnet = new Subnet();

        var first = await subnet.SendAsync(PageForAlice);
        var next = await subnet.SendAsync(PageForAlice with { Source = Subnet.SourceOf("reddit"), ContinuationToken = "t/+=" });

        Assert.Multiple(() =>
        {
            Assert.That((first.ListUrl, first.Prefix, first.ExpiresInSeconds), Is.EqualTo((ListOf("x"), $"data/x/{Subnet.Dave}/", 86400)));
            Assert.That(
                (next.ListUrl.ToString(), next.Prefix, next.ExpiresInSeconds),
                Is.EqualTo(($"list data/reddit/{Subnet.Dave}/ from t/+= by nothing until +86400", $"data/reddit/{Subnet.Dave}/", 86400)));
        });
    }

    [Test]
    public async Task Empty_token_requests_the_first_page()
    {
        using var subnet = new Subnet();

        Assert.That((await subnet.SendAsync(PageForAlice with { ContinuationToken = "" })).ListUrl, Is.EqualTo(ListOf("x")));
    }

    [Test]
    public async Task Token_beyond_the_maximum_length_is_refused()
    {
        using var subnet = new Subnet();

        var refused = await subnet.RefuseAsync(
            PageForAlice with { ContinuationToken = new string('a', GetMinerListCommand.MaxTokenLength + 1) });

        Assert.That(refused.Errors.Keys, Is.EqualTo(new[] { "continuation_token" }));
    }

    [Test]
    public async Task Miner_cannot_act_as_validator_of_itself_or_others()
    {
        using var subnet = new Subnet();

        Assert.Multiple(async () =>
        {
            Assert.That((await subnet.RefuseAsync(AsAlice with { Hotkey = Subnet.Bob })).Code, Is.EqualTo(RefusalCode.NotAValidator));
            Assert.That((await subnet.RefuseAsync(PageForAlice with { Hotkey = Subnet.Bob })).Code, Is.EqualTo(RefusalCode.NotAValidator));
            Assert.That((await subnet.RefuseAsync(PageForAlice with { Hotkey = Subnet.Eve })).Code, Is.EqualTo(RefusalCode.NotAValidator));
        });
    }

    [Test]
    public async Task Request_names_the_miner_by_exactly_one_account()
    {
        using var subnet = new Subnet();

        Assert.Multiple(async () =>
        {
            Assert.That((await subnet.RefuseAsync(AsAlice with { MinerColdkey = Subnet.Dave })).Errors, Is.Not.Empty);
            Assert.That((await subnet.RefuseAsync(PageForAlice with { MinerColdkey = null })).Errors, Is.Not.Empty);
        });
    }

    [Test]
    public async Task Expiry_in_the_past_is_refused()
    {
        using var subnet = new Subnet();

        Assert.That((await subnet.RefuseAsync(AsAlice with { Expiry = Subnet.Now })).Code, Is.EqualTo(RefusalCode.ExpiryInPast));
        Assert.That(subnet.Verified, Is.Empty, "before anything costs anything");
    }
}

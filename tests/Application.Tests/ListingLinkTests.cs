using System.Buffers.Binary;
using System.Text;

namespace S3Auth.Application.Tests;

/// <summary>The rules of links to listings.</summary>
public sealed class ListingLinkTests
{
    private const string Base = "https://s3-auth.example.com/base/listing/";
    private const string Purpose = "listing:46:bucket:static";

    private Subnet _subnet = null!;

    [SetUp]
    public void SetUp() => _subnet = new Subnet { Redirect = new ListingRedirect(new Uri("https://s3-auth.example.com/base/")) };

    [TearDown]
    public void TearDown() => _subnet.Dispose();

    [Test]
    public async Task Every_listing_in_a_response_to_a_validator_is_a_link_to_the_same_listing()
    {
        var folder = $"data/x/{Subnet.Dave}/";
        _subnet.Store.Setup(port => port.ListFoldersAsync("data/x/", It.IsAny<int?>(), It.IsAny<CancellationToken>())).ReturnsAsync(
            new FolderPage([folder], HasMore: false));
        _subnet.Store.Setup(port => port.ListFoldersAsync(folder + "job_id=", It.IsAny<int?>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(new FolderPage([folder + "job_id=7/"], HasMore: false));

        var all = await _subnet.SendAsync(Subnet.AsAlice);
        var one = await _subnet.SendAsync(
            new GetMinerSpecificAccessCommand { Hotkey = Subnet.Alice, Timestamp = Subnet.Now, Signature = Subnet.Good,
                MinerColdkey = Subnet.Dave });
        var jobs = await _subnet.SendAsync(
            new GetFolderPresignedUrlsCommand { Hotkey = Subnet.Alice, Timestamp = Subnet.Now, Signature = Subnet.Good });

        Assert.That(_subnet.Signer.Signed, Is.Zero, "nothing was presigned for the store");
        Assert.Multiple(async () =>
        {
            Assert.That(await FollowAsync(all.Urls.Global.ListAllData.ToString()), Does.StartWith("list data/ by nothing"));
            Assert.That(await FollowAsync(all.Urls.Sources!["x"].ListMiners.ToString()), Does.StartWith("list data/x/ by /"));
            Assert.That(
                await FollowAsync(all.Miners.Single().Folders.Single().ListUrl.ToString()), Does.StartWith($"list {folder} by nothing"));
            Assert.That(await FollowAsync(one.MinerUrl.ToString()), Does.StartWith($"list {folder} by nothing"));
            Assert.That(
                await FollowAsync(one.Folders![1].ListUrl.ToString()), Does.StartWith($"list data/reddit/{Subnet.Dave}/ by nothing"));
            Assert.That(
                await FollowAsync(jobs.FolderUrls.Single().Value.JobFolders.Single().PresignedUrl.ToString()), Does.StartWith(
                    $"list {folder}job_id=7/ by nothing"));
        });
    }

    [Test]
    public async Task Without_the_setting_listings_are_presigned_for_the_store()
    {
        using var plain = new Subnet();

        Assert.That((await plain.SendAsync(Subnet.AsAlice)).Urls.Global.ListAllData.ToString(), Does.StartWith("list data/ "));
    }

    [Test]
    public async Task Pages_by_continuation_token_and_a_miners_own_folder_are_presigned_for_the_store()
    {
        var page = await _subnet.SendAsync(
            new GetMinerListCommand { Hotkey = Subnet.Alice, Timestamp = Subnet.Now, Signature = Subnet.Good, MinerColdkey = Subnet.Dave });
        var own = await _subnet.SendAsync(Subnet.AsBob);

        Assert.That(
            (page.ListUrl.ToString(), own.ListUrl.ToString()),
            Is.EqualTo(($"list data/x/{Subnet.Dave}/ by nothing until +86400", $"list data/x/{Subnet.Dave}/ by nothing until +86400")));
    }

    [Test]
    public async Task Page_begins_after_the_requested_key_and_lists_nothing_else()
    {
        var link = await LinkAsync();

        Assert.Multiple(async () =>
        {
            Assert.That(await FollowAsync(link, startAfter: [0x64, 0xff]), Does.StartWith("list data/ after 64FF by nothing"));
            Assert.That(await FollowAsync(link, continuationToken: "next"), Does.StartWith("list data/ from next by nothing"));
        });
    }

    [Test]
    public async Task Page_is_presigned_for_minutes_and_not_beyond_the_expiry_of_its_link()
    {
        var link = await LinkAsync(expiry: Subnet.Now + 1000);

        Assert.That(await FollowAsync(link), Does.EndWith("until +900"));

        _subnet.Time.Advance(TimeSpan.FromSeconds(600));
        Assert.That(await FollowAsync(link), Does.EndWith("until +1000"));

        _subnet.Time.Advance(TimeSpan.FromSeconds(400));
        Assert.That((await RefuseAsync(link)).Code, Is.EqualTo(RefusalCode.InvalidLink));
    }

    [Test]
    public async Task Page_ends_with_the_credentials_that_sign_it()
    {
        var link = await LinkAsync();
        _subnet.Signer.CredentialsEnd = DateTimeOffset.FromUnixTimeSeconds(Subnet.Now + 60);

        Assert.That(await FollowAsync(link), Does.EndWith("until +60"));
    }

    [Test]
    public async Task Invalid_links_are_refused_with_the_same_text_for_every_reason()
    {
        var token = TokenOf(await LinkAsync());
        string[] wrong =
        [
            "", "x", new string('A', 100_000), "." + token[1..],
            OpenSealer.SealFor("listing:47:bucket:static", Content("data/")),
            OpenSealer.SealFor("listing:46:other:static", Content("data/")),
            OpenSealer.SealFor("listing:46:bucket:test", Content("data/")),
            OpenSealer.SealFor("listing:46:bucket", Content("data/")),
            OpenSealer.SealFor(Purpose, []),
            OpenSealer.SealFor(Purpose, Content("data/").AsSpan(0, 8)),
            OpenSealer.SealFor(Purpose, [.. Content("").AsSpan(0, 8), 200, 1]),
            OpenSealer.SealFor(Purpose, Content("secret/")),
            OpenSealer.SealFor(Purpose, Content("data/", expiry: Subnet.Now)),
            OpenSealer.SealFor(Purpose, Content("data/", expiry: Subnet.Now - 1)),
        ];

        foreach (var one in wrong)
        {
            var refused = await _subnet.RefuseAsync(new GetListingQuery(one, default, null));
            Assert.That(
                (refused.Code, refused.Message),
                Is.EqualTo((RefusalCode.InvalidLink, (await _subnet.RefuseAsync(new GetListingQuery("x", default, null))).Message)),
                one[..Math.Min(one.Length, 80)]);
        }

        Assert.That(
            (await _subnet.SendAsync(new GetListingQuery(OpenSealer.SealFor(Purpose, Content("data/")), default, null))).Url.ToString(),
            Does.StartWith("list data/ "), "the same, made right");
    }

    [Test]
    public async Task Link_leads_below_the_root_of_the_layout_only()
    {
        using var subnet = new Subnet { Layout = Layouts.Of("weights/{hotkey}/"), Redirect = _subnet.Redirect };

        var page = await subnet.SendAsync(new GetListingQuery(OpenSealer.SealFor(Purpose, Content("weights/")), default, null));
        var refused = await subnet.RefuseAsync(new GetListingQuery(OpenSealer.SealFor(Purpose, Content("data/")), default, null));

        Assert.That(page.Url.ToString(), Does.StartWith("list weights/ "));
        Assert.That(refused.Code, Is.EqualTo(RefusalCode.InvalidLink));
    }

    [Test]
    public async Task Prefix_of_maximum_length_makes_a_valid_link()
    {
        var token = OpenSealer.SealFor(Purpose, Content("data/" + new string('a', ObjectName.MaxBytes - 5)));

        Assert.That(token, Has.Length.LessThanOrEqualTo(ListingLinks.MaxTokenLength));
        Assert.That((await _subnet.SendAsync(new GetListingQuery(token, default, null))).Url.ToString(), Does.StartWith("list data/aaa"));
    }

    private static byte[] Content(string prefix, long expiry = Subnet.Now + 1000)
    {
        var content = new byte[9 + prefix.Length];
        BinaryPrimitives.WriteInt64BigEndian(content, expiry);
        Encoding.ASCII.GetBytes(prefix, content.AsSpan(9));
        return content;
    }

    private static string TokenOf(string link)
    {
        Assert.That(link, Does.StartWith(Base).And.EndWith("?list-type=2"));
        return link[Base.Length..link.IndexOf('?', StringComparison.Ordinal)];
    }

    private async Task<string> LinkAsync(long? expiry = null) =>
        (await _subnet.SendAsync(Subnet.AsAlice with { Expiry = expiry })).Urls.Global.ListAllData.ToString();

    private async Task<string> FollowAsync(string link, byte[]? startAfter = null, string? continuationToken = null) =>
        (await _subnet.SendAsync(new GetListingQuery(TokenOf(link), startAfter, continuationToken))).Url.ToString();

    private Task<RefusedException> RefuseAsync(string link) => _subnet.RefuseAsync(new GetListingQuery(TokenOf(link), default, null));
}

using Moq;

namespace S3Auth.Client.Tests;

public sealed class FolderGrantCacheTests
{
    private TestTime _time = null!;
    private readonly Mock<IS3AuthApi> _api = new();
    private readonly List<string?> _asked = [];
    private MemoryStore _store = null!;

    [SetUp]
    public void SetUp()
    {
        _asked.Clear();
        _time = new TestTime(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));
        _store = new MemoryStore();
        GrantFor(TimeSpan.FromHours(24));
    }

    [Test]
    public async Task Grant_is_used_until_five_minutes_before_its_expiry()
    {
        var grants = Create();
        var first = await grants.GetAsync(spent: null, CancellationToken.None);

        _time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        Assert.That(await grants.GetAsync(spent: null, CancellationToken.None), Is.SameAs(first));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(await grants.GetAsync(spent: null, CancellationToken.None), Is.Not.SameAs(first));
        Assert.That(_asked, Is.EqualTo(new string?[] { null, null }), "One grant has the folders of all sources.");
    }

    [Test]
    public async Task Short_grant_is_used_for_three_quarters_of_its_lifetime()
    {
        GrantFor(TimeSpan.FromSeconds(40));
        var grants = Create();
        var first = await grants.GetAsync(spent: null, CancellationToken.None);

        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.That(await grants.GetAsync(spent: null, CancellationToken.None), Is.SameAs(first));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(await grants.GetAsync(spent: null, CancellationToken.None), Is.Not.SameAs(first));
    }

    // The store refuses eight uploads at once. One new grant is enough.
    [Test]
    public async Task Refused_grant_is_replaced_once_for_all_its_users()
    {
        var grants = Create();
        var spent = await grants.GetAsync(spent: null, CancellationToken.None);

        var fresh = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => grants.GetAsync(spent, CancellationToken.None)));

        Assert.That(fresh, Has.All.SameAs(fresh[0]).And.None.SameAs(spent));
        Assert.That(_asked, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Refusal_is_not_cached()
    {
        var grants = Create();
        _api.SetupSequence(api => api.GetFolderAccessAsync(It.IsAny<GetFolderAccessCommand>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new HttpRequestException("The connection was reset."))
            .ReturnsAsync(new FolderAccess { Folder = "data/x/5A/", Expiry_seconds = 60 });

        Assert.That(() => grants.GetAsync(spent: null, CancellationToken.None), Throws.TypeOf<HttpRequestException>());
        Assert.That((await grants.GetAsync(spent: null, CancellationToken.None)).Folder, Is.EqualTo("data/x/5A/"));
    }

    [Test]
    public async Task Kept_grant_is_used_by_the_next_run_until_it_must_be_renewed()
    {
        var first = await Create().GetAsync(spent: null, CancellationToken.None);
        _time.Advance(TimeSpan.FromHours(23));

        Assert.That((await Create().GetAsync(spent: null, CancellationToken.None)).Folder, Is.EqualTo(first.Folder));
        Assert.That(_asked, Has.Count.EqualTo(1));
        _time.Advance(TimeSpan.FromMinutes(55));
        await Create().GetAsync(spent: null, CancellationToken.None);
        Assert.That(_asked, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Kept_grant_that_the_store_refuses_is_replaced_at_once_and_for_later_runs()
    {
        await Create().GetAsync(spent: null, CancellationToken.None);
        var grants = Create();
        var spent = await grants.GetAsync(spent: null, CancellationToken.None);
        GrantFor(TimeSpan.FromHours(24), "data/x/5B/");

        Assert.That((await grants.GetAsync(spent, CancellationToken.None)).Folder, Is.EqualTo("data/x/5B/"));
        Assert.That((await Create().GetAsync(spent: null, CancellationToken.None)).Folder, Is.EqualTo("data/x/5B/"));
        Assert.That(_asked, Has.Count.EqualTo(2));
    }

    [TestCase(HttpStatusCode.Forbidden, true)]
    [TestCase(HttpStatusCode.Unauthorized, true)]
    [TestCase(HttpStatusCode.TooManyRequests, false)]
    [TestCase(HttpStatusCode.ServiceUnavailable, false)]
    public async Task Kept_grant_is_dropped_when_the_server_refuses_the_hotkey(HttpStatusCode status, bool isDropped)
    {
        var grants = Create();
        var spent = await grants.GetAsync(spent: null, CancellationToken.None);
        _api.Setup(api => api.GetFolderAccessAsync(It.IsAny<GetFolderAccessCommand>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new RefusedException("code", status, "No."));

        Assert.That(() => grants.GetAsync(spent, CancellationToken.None), Throws.TypeOf<RefusedException>());
        Assert.That(_store.Content, isDropped ? Is.Null : Is.Not.Null);
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("null")]
    [TestCase("{}")]
    [TestCase("""{"AskedAt":"2000-01-01T00:00:00+00:00","Access":{"folder":"data/x/5A/","url":"u","expiry_seconds":86400}}""")]
    [TestCase("""{"AskedAt":"2100-01-01T00:00:00+00:00","Access":{"folder":"data/x/5A/","url":"u","expiry_seconds":86400}}""")]
    [TestCase("""{"AskedAt":"2026-01-01T00:00:00Z","Access":{"folder":"data/x/5A/","url":"u","fields":null,"expiry_seconds":86400}}""")]
    [TestCase("""{"AskedAt":"2026-01-01T00:00:00+00:00","Access":{"folder":"data/x/5A/","fields":{},"expiry_seconds":86400}}""")]
    [TestCase("""{"AskedAt":"2026-01-01T00:00:00+00:00","Access":{"url":"u","fields":{},"expiry_seconds":86400}}""")]
    public async Task Kept_grant_that_cannot_be_used_is_requested_again(string kept)
    {
        _store.Content = System.Text.Encoding.UTF8.GetBytes(kept);

        Assert.That((await Create().GetAsync(spent: null, CancellationToken.None)).Folder, Is.EqualTo("data/x/5A/"));
        Assert.That(_asked, Has.Count.EqualTo(1));
    }

    // The operator changed the folders, or added a source.
    [TestCase("data/v2/5A/", "")]
    [TestCase("data/x/5A/", "x")]
    public async Task Kept_grant_with_other_folders_than_the_deployment_is_requested_again(string folder, string source)
    {
        await Create().GetAsync(spent: null, CancellationToken.None);
        SetStructure(folder, source.Split('/', StringSplitOptions.RemoveEmptyEntries));

        await Create().GetAsync(spent: null, CancellationToken.None);

        Assert.That(_asked, Has.Count.EqualTo(2));
    }

    [TestCase("data/x/5A/", true)]
    [TestCase("data/y/5A/", false)]
    [TestCase(null, false)]
    public async Task Kept_grant_has_the_right_folder_for_each_source(string? folderOfSource, bool isUsed)
    {
        var folder = folderOfSource is null ? "null" : $$"""{"folder":"{{folderOfSource}}","url":"u","fields":{},"list_url":"l"}""";
        _store.Content = System.Text.Encoding.UTF8.GetBytes(
            "{\"AskedAt\":\"2026-01-01T00:00:00+00:00\",\"Access\":{\"folder\":\"data/x/5A/\",\"url\":\"u\",\"fields\":{},"
            + "\"expiry_seconds\":86400,\"folders\":{\"x\":" + folder + "}}}");
        SetStructure("data/{source}/5A/", "x");

        await Create().GetAsync(spent: null, CancellationToken.None);

        Assert.That(_asked, Has.Count.EqualTo(isUsed ? 0 : 1));
    }

    [Test]
    public async Task Grant_of_any_duration_can_be_used_and_kept([Values(long.MaxValue, long.MinValue, 0)] long seconds)
    {
        GrantFor(default, seconds: seconds);
        using var grants = Create();
        await grants.GetAsync(spent: null, CancellationToken.None);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.That((await grants.GetAsync(spent: null, CancellationToken.None)).Folder, Is.EqualTo("data/x/5A/"));
        Assert.That((await Create().GetAsync(spent: null, CancellationToken.None)).Folder, Is.EqualTo("data/x/5A/"));
        _time.Advance(TimeSpan.FromDays(7));
        await grants.GetAsync(spent: null, CancellationToken.None);
        Assert.That(_asked, Has.Count.GreaterThanOrEqualTo(2), "No store accepts a signature for more than seven days.");
    }

    private FolderGrantCache Create() => new(
        _api.Object,
        new DeploymentStructure(_api.Object),
        KeyPair.FromUri("//Bob//cold").AccountId,
        KeyPair.FromUri("//Bob").AccountId,
        _time,
        _store);

    private void GrantFor(TimeSpan life, string folder = "data/x/5A/", long? seconds = null)
    {
        _api.Setup(api => api.GetFolderAccessAsync(It.IsAny<GetFolderAccessCommand>(), It.IsAny<CancellationToken>()))
            .Callback<GetFolderAccessCommand, CancellationToken>((command, _) => _asked.Add(command.Source))
            .ReturnsAsync(() => new FolderAccess
            {
                Folder = folder,
                Url = "http://store/form",
                Fields = new Dictionary<string, string>(),
                Expiry_seconds = seconds ?? (long)life.TotalSeconds,
            });
        SetStructure(folder);
    }

    private void SetStructure(string folder, params string[] sources) => _api
        .Setup(api => api.GetStructureAsync(It.IsAny<CancellationToken>()))
        .ReturnsAsync(new Structure { Folder_structure = folder, Sources = sources });

    private sealed class MemoryStore : IGrantStore
    {
        public byte[]? Content { get; set; }

        public byte[]? Read() => Content;

        public void Write(ReadOnlySpan<byte> grant) => Content = grant.ToArray();

        public void Delete() => Content = null;
    }
}

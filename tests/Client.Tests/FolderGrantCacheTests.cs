using Microsoft.Extensions.Time.Testing;
using Moq;

namespace S3Auth.Client.Tests;

public sealed class FolderGrantCacheTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Mock<IS3AuthApi> _api = new();
    private readonly List<string?> _asked = [];

    [SetUp]
    public void SetUp()
    {
        _asked.Clear();
        GrantFor(TimeSpan.FromHours(24));
    }

    [Test]
    public async Task Grant_is_used_until_five_minutes_before_its_expiry()
    {
        var grants = Create();
        var first = await grants.GetAsync("x", spent: null, CancellationToken.None);

        _time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        Assert.That(await grants.GetAsync("x", spent: null, CancellationToken.None), Is.SameAs(first));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(await grants.GetAsync("x", spent: null, CancellationToken.None), Is.Not.SameAs(first));
        Assert.That(_asked, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Short_grant_is_used_for_three_quarters_of_its_lifetime()
    {
        GrantFor(TimeSpan.FromSeconds(40));
        var grants = Create();
        var first = await grants.GetAsync(null, spent: null, CancellationToken.None);

        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.That(await grants.GetAsync(null, spent: null, CancellationToken.None), Is.SameAs(first));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(await grants.GetAsync(null, spent: null, CancellationToken.None), Is.Not.SameAs(first));
    }

    [Test]
    public async Task Each_source_has_its_own_grant()
    {
        var grants = Create();

        foreach (var source in (string?[])["x", "reddit", null, "reddit", "x"])
        {
            await grants.GetAsync(source, spent: null, CancellationToken.None);
        }

        Assert.That(_asked, Is.EqualTo(["x", "reddit", null]));
    }

    // The store refuses eight uploads at once. One new grant is enough.
    [Test]
    public async Task Refused_grant_is_replaced_once_for_all_its_users()
    {
        var grants = Create();
        var spent = await grants.GetAsync("x", spent: null, CancellationToken.None);

        var fresh = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => grants.GetAsync("x", spent, CancellationToken.None)));

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

        Assert.That(() => grants.GetAsync("x", spent: null, CancellationToken.None), Throws.TypeOf<HttpRequestException>());
        Assert.That((await grants.GetAsync("x", spent: null, CancellationToken.None)).Folder, Is.EqualTo("data/x/5A/"));
    }

    private FolderGrantCache Create() => new(_api.Object, KeyPair.FromUri("//Bob//cold").AccountId, _time);

    private void GrantFor(TimeSpan life) => _api
        .Setup(api => api.GetFolderAccessAsync(It.IsAny<GetFolderAccessCommand>(), It.IsAny<CancellationToken>()))
        .Callback<GetFolderAccessCommand, CancellationToken>((command, _) => _asked.Add(command.Source))
        .ReturnsAsync(() => new FolderAccess { Folder = "data/x/5A/", Expiry_seconds = (int)life.TotalSeconds });
}

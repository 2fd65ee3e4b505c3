namespace S3Auth.Cli.Tests;

/// <summary>Where a session takes the coldkey from, and how it opens another profile.</summary>
public sealed class SessionTests
{
    private readonly KeyPair _coldkey = KeyPair.FromUri("//Bob//cold");
    private HotkeyStatus? _status;
    private LocalServer _server = null!;

    [OneTimeTearDown]
    public void ForgetKeys() => _coldkey.Dispose();

    [SetUp]
    public void Start()
    {
        _status = new HotkeyStatus { Registered = true, Coldkey = _coldkey.AccountId.ToString() };
        _server = new LocalServer
        {
            Answer = context =>
                _status is { } status ? LocalServer.WriteJsonAsync(context, status) : LocalServer.WriteAsync(context, [], 404),
        };
    }

    [TearDown]
    public ValueTask Stop() => _server.DisposeAsync();

    [Test]
    public async Task Coldkey_of_the_wallet_needs_no_request()
    {
        using var session = NewSession(_coldkey.AccountId);

        Assert.That(await session.GetColdkeyAsync(CancellationToken.None), Is.EqualTo(_coldkey.AccountId));
        Assert.That(_server.Asked, Is.Empty);
    }

    [Test]
    public async Task Coldkey_that_the_wallet_does_not_name_is_asked_for_once()
    {
        using var session = NewSession(coldkey: null);

        Assert.That(() => session.Coldkey, Throws.InvalidOperationException);
        Assert.That(await session.GetColdkeyAsync(CancellationToken.None), Is.EqualTo(_coldkey.AccountId));
        Assert.That(await session.GetColdkeyAsync(CancellationToken.None), Is.EqualTo(session.Coldkey));
        Assert.That(_server.Asked, Has.Count.EqualTo(1));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Coldkey_that_nobody_knows_is_an_error_that_says_what_to_do(bool isOldServer)
    {
        _status = isOldServer ? null : new HotkeyStatus { Registered = false };
        using var session = NewSession(coldkey: null);

        Assert.That(
            async () => await session.GetColdkeyAsync(CancellationToken.None),
            Throws.TypeOf<UsageException>().With.Message.Contains("coldkeypub.txt").And.Message.Contains("--coldkey"));
    }

    [Test]
    public void Server_is_read_only_if_it_is_used()
    {
        using var session = new Session(
            new Report(json: false, quiet: true),
            () => throw new UsageException("No server."),
            () => throw new UsageException("No wallet."));

        Assert.That(() => session.Server, Throws.TypeOf<UsageException>());
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Hotkey_that_may_read_and_has_no_coldkey_file_may_be_a_validators(bool mayRead)
    {
        _status!.May_read = mayRead;
        using var session = NewSession(coldkey: null);
        await session.GetColdkeyAsync(CancellationToken.None);

        Assert.That(session.IsReaderWithoutColdkey, Is.EqualTo(mayRead));
    }

    [Test]
    public void Session_of_a_profile_is_opened_once_and_disposed_with_the_first()
    {
        var opened = new List<Session>();
        var session = new Session(new Report(json: false, quiet: true), _server.Address, () => throw new InvalidOperationException())
        {
            OpenProfile = name =>
            {
                opened.Add(NewSession(_coldkey.AccountId));
                return opened[^1];
            },
        };

        using (session)
        {
            var other = session.ForProfile("test");
            Assert.That(session.ForProfile("test"), Is.SameAs(other).And.SameAs(opened.Single()));
            Assert.That(opened.Single().Wallet.Hotkey.AccountId.ToString(), Is.Not.Empty);
        }

        Assert.That(() => opened.Single().Wallet.Hotkey.Sign([1]), Throws.TypeOf<ObjectDisposedException>());
    }

    private Session NewSession(AccountId? coldkey) =>
        new(new Report(json: false, quiet: true), _server.Address, () => new Wallet(KeyPair.FromUri("//Bob"), coldkey));
}

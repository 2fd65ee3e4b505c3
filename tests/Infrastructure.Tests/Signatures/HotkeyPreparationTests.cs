using Moq;

namespace S3Auth.Infrastructure.Tests.Signatures;

public sealed class HotkeyPreparationTests
{
    private Mock<IMetagraph> _metagraph = null!;
    private KnownHotkeys _known = null!;
    private TestTime _time = null!;

    [SetUp]
    public void SetUp()
    {
        _metagraph = new Mock<IMetagraph>();
        _known = new KnownHotkeys(2 * HotkeyPreparation.MaxHotkeys);
        _time = new TestTime();
    }

    [Test]
    public async Task Hotkeys_of_each_new_snapshot_get_tables_before_they_sign()
    {
        using var service = await StartAsync();
        Assert.That(_known.Count, Is.Zero, "there is no snapshot yet");

        await PrepareAsync(Accounts.Bob, Accounts.Charlie);
        Assert.That(_known.Find(Accounts.Bob), Is.Not.Null);
        Assert.That(_known.Find(Accounts.Charlie), Is.Not.Null);

        var before = _known.Find(Accounts.Charlie);
        await PrepareAsync(Accounts.Charlie, Accounts.Dave);
        Assert.That(_known.Find(Accounts.Dave), Is.Not.Null);
        Assert.That(_known.Find(Accounts.Charlie), Is.SameAs(before), "the existing entry stays");
        await service.StopAsync(CancellationToken.None);
    }

    [Test]
    public async Task Hotkey_that_is_not_a_point_of_the_curve_is_skipped()
    {
        using var service = await StartAsync();
        var invalid = AccountId.FromBytes([.. Enumerable.Repeat((byte)0xFF, 32)]);

        await PrepareAsync(invalid, Accounts.Bob);

        Assert.That(_known.Find(invalid), Is.Null);
        Assert.That(_known.Find(Accounts.Bob), Is.Not.Null);
        await service.StopAsync(CancellationToken.None);
    }

    [Test]
    public async Task Preparation_stops_at_the_maximum_number_of_hotkeys()
    {
        using var service = await StartAsync();
        var key = Sr25519VerifyingKey.TryCreate(Accounts.Bob)!;
        for (var i = 0; i < HotkeyPreparation.MaxHotkeys - 1; i++)
        {
            var other = new byte[AccountId.Size];
            BitConverter.TryWriteBytes(other, i);
            _known.Add(AccountId.FromBytes(other), new KnownHotkey(key));
        }

        await PrepareAsync(Accounts.Bob, Accounts.Charlie, Accounts.Dave);

        Assert.That(_known.Count, Is.EqualTo(HotkeyPreparation.MaxHotkeys));
        await service.StopAsync(CancellationToken.None);
    }

    [Test]
    public async Task Failure_is_logged_and_does_not_stop_the_service()
    {
        using var log = new Log();
        _metagraph.Setup(metagraph => metagraph.Current).Throws(new InvalidOperationException("broken"));
        using var service = Create(log);

        await service.StartAsync(CancellationToken.None);
        await service.ExecuteTask!;

        Assert.That(log.Count(LogLevel.Warning), Is.EqualTo(1));
    }

    private async Task<HotkeyPreparation> StartAsync()
    {
        using var log = new Log();
        var service = Create(log);
        await service.StartAsync(CancellationToken.None);
        await UntilItWaitsAsync();
        return service;
    }

    private HotkeyPreparation Create(Log log) => new(
        _metagraph.Object, new Sr25519SignatureVerifier(_known), _time, new LoggerFactory([log]).CreateLogger<HotkeyPreparation>());

    private async Task PrepareAsync(params AccountId[] hotkeys)
    {
        _metagraph.Setup(metagraph => metagraph.Current).Returns(new Metagraph(
            "test",
            netuid: 46,
            block: 1,
            _time.GetUtcNow(),
            [.. hotkeys.Select((hotkey, uid) => new Neuron((ushort)uid, hotkey, hotkey, false, AlphaAmount.FromAlpha(0), Active: true))]));
        _time.Advance(TimeSpan.FromSeconds(1));
        await UntilItWaitsAsync();
    }

    private Task UntilItWaitsAsync() => Wait.UntilAsync(() => Task.FromResult(_time.HasWaitingTask), "the next wait");
}

using System.Diagnostics;
using System.IO.Pipes;

namespace S3Auth.Infrastructure.Tests.Access;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class WatchedAccessRulesTests
{
    private const string Bob = Accounts.BobAddress;
    private const string Dave = Accounts.DaveAddress;

    private static readonly DateTimeOffset Start = new(2026, 11, 29, 6, 0, 0, TimeSpan.Zero);

    private readonly TestTime _time = new(Start);
    private readonly Log _log = new();
    private ILoggerFactory _loggers = null!;
    private string _folder = null!;

    private string FilePath => Path.Combine(_folder, "access.json");

    [SetUp]
    public void SetUp()
    {
        _loggers = LoggerFactory.Create(logging => logging.AddProvider(_log));
        _folder = Directory.CreateTempSubdirectory("s3auth-access-").FullName;
    }

    [TearDown]
    public void TearDown()
    {
        _loggers.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void Every_kind_of_rule_is_read()
    {
        var rules = Parse(
            $$"""
            {
              // A comment of the operator.
              "denied": [
                {"hotkey": "{{Bob}}", "reason": " spam ", "until": "2027-01-31", "note": "until the hearing"},
                {"coldkey": "{{Dave}}", "reason": "copies"}
              ],
              "readers": [{"hotkey": "{{Dave}}", "until": "2027-01-31T12:00:00+02:00"}],
              "uploaders": [{"hotkey": "{{Dave}}", "coldkey": "{{Bob}}", "until": "2027-01-31T12:00:00Z"}]
            }
            """);
        var end = new DateTimeOffset(2027, 1, 31, 0, 0, 0, TimeSpan.Zero);

        Assert.Multiple(() =>
        {
            Assert.That((rules.Denials, rules.Readers, rules.Uploaders), Is.EqualTo((2, 1, 1)));
            Assert.That(
                rules.FindDenial(Accounts.Bob, coldkey: null, Start), Is.EqualTo(new AccessDenial(Accounts.Bob, false, "spam", end)));
            Assert.That(
                rules.FindDenial(Accounts.Alice, Accounts.Dave, Start), Is.EqualTo(new AccessDenial(Accounts.Dave, true, "copies", null)));
            Assert.That(rules.IsReader(Accounts.Dave, end.AddHours(10).AddTicks(-1)), Is.True);
            Assert.That(rules.IsReader(Accounts.Dave, end.AddHours(10)), Is.False);
            Assert.That(
                rules.FindUploader(Accounts.Dave, Start), Is.EqualTo(new UploaderRule(Accounts.Dave, Accounts.Bob, end.AddHours(12))));
        });
    }

    [Test]
    public void Empty_object_has_no_rules() => Assert.That(Parse("{}").Denials, Is.Zero);

    [TestCase("""null""", "null")]
    [TestCase("""[]""", "Line 1: it must be a JSON object")]
    [TestCase("""{"denied": [null]}""", "denied[0] is missing or null")]
    [TestCase("""{"denied": [}""", "Line 1 is not valid JSON")]
    [TestCase("""{"denyed": []}""", "Line 1: 'denyed' is unknown")]
    [TestCase("""{"denied": [], "denied": []}""", "Line 1: 'denied' is unknown, occurs twice")]
    [TestCase("""{"denied": [{"reason": "x"}]}""", "denied[0] needs either hotkey or coldkey")]
    [TestCase("""{"denied": [{"hotkey": "BOB", "coldkey": "BOB", "reason": "x"}]}""", "denied[0] needs either hotkey or coldkey")]
    [TestCase("""{"denied": [{"hotkey": "BOB"}]}""", "denied[0] needs a reason")]
    [TestCase("""{"denied": [{"hotkey": "BOB", "reason": " "}]}""", "denied[0] needs a reason")]
    [TestCase("""{"denied": [{"hotkey": "BOB", "reason": "a\nb"}]}""", "denied[0] needs a reason")]
    [TestCase("""{"denied": [{"hotkey": "BOB", "reason": "x", "untill": "2027-01-01"}]}""", "Line 1: 'denied[0].untill' is unknown")]
    [TestCase("""{"denied": [{"hotkey": "BOB", "reason": "x"}, {"hotkey": "BOB", "reason": "y"}]}""", "occurs twice")]
    [TestCase("""{"denied": [{"hotkey": "5bad", "reason": "x"}]}""", "denied[0].hotkey: This is not an SS58 address")]
    [TestCase("""{"denied": [{"hotkey": "BOB", "reason": "x", "until": "soon"}]}""", "denied[0].until must be a date or time")]
    [TestCase("""{"denied": [{"hotkey": "BOB", "reason": "x", "until": "2027-01-01T00:00:00"}]}""", "denied[0].until must be")]
    [TestCase("""{"denied": [{"hotkey": "BOB", "reason": "x", "until": "01/02/2027"}]}""", "denied[0].until must be a date or time")]
    [TestCase("""{"denied": [{"hotkey": "BOB", "reason": "x", "until": 1800000000}]}""", "'denied[0].until' is unknown, occurs twice")]
    [TestCase("""{"readers": [{"coldkey": "BOB"}]}""", "'readers[0].coldkey' is unknown")]
    [TestCase("""{"readers": [{"until": "2027-01-01"}]}""", "readers[0].hotkey is missing")]
    [TestCase("""{"readers": ["BOB"]}""", "lacks a member, or has a value of the wrong type")]
    [TestCase("""{"uploaders": [{"hotkey": "BOB", "until": "2027-01-01"}]}""", "uploaders[0].coldkey is missing")]
    [TestCase("""{"uploaders": [{"hotkey": "BOB", "coldkey": "BOB"}]}""", "uploaders[0].until is missing")]
    [TestCase("""{"uploaders": [{"hotkey": "BOB", "coldkey": "BOB", "until": null}]}""", "uploaders[0].until is missing")]
    public void Rule_that_is_not_understood_is_refused_by_its_place(string json, string reason) => Assert.That(
        () => Parse(json.Replace("BOB", Bob, StringComparison.Ordinal)),
        Throws.TypeOf<InvalidDataException>().With.Message.Contains(reason));

    [Test]
    public void Message_names_no_parameter_of_the_code() => Assert.That(
        () => Parse($$"""{"readers": [{"hotkey": "{{Bob}}"}, {"hotkey": "{{Bob}}"}]}"""),
        Throws.TypeOf<InvalidDataException>().With.Message.EqualTo($"The reader {Bob} occurs twice."));

    [TestCase(200, true)]
    [TestCase(201, false)]
    public void Reason_is_bounded(int length, bool isValid) => Assert.That(
        () => Parse($$"""{"denied": [{"hotkey": "{{Bob}}", "reason": "{{new string('a', length)}}"}]}"""),
        isValid ? Throws.Nothing : Throws.TypeOf<InvalidDataException>());

    [Test]
    public void File_that_is_missing_or_too_large_stops_the_start()
    {
        Assert.That(() => Open(), Throws.InstanceOf<IOException>());

        File.WriteAllText(FilePath, "{}".PadRight(AccessFile.MaxBytes + 1));
        Assert.That(() => Open(), Throws.TypeOf<InvalidDataException>().With.Message.Contains("more than the maximum"));

        File.WriteAllText(FilePath, "{}".PadRight(AccessFile.MaxBytes));
        Assert.That(() => Open().Dispose(), Throws.Nothing);
    }

    [Test]
    [Platform("Linux")]
    public void Pipe_stops_the_start()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);

        Assert.That(
            () => Open($"/proc/self/fd/{pipe.GetClientHandleAsString()}"),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("not a regular file"));
    }

    [TestCase(false)]
    [TestCase(true)]
    [Platform("Linux")]
    public async Task Named_pipe_that_nobody_writes_stops_the_start_instead_of_blocking_it(bool isLinked)
    {
        var pipe = Path.Combine(_folder, "pipe");
        using var mkfifo = Process.Start("mkfifo", [pipe]);
        await mkfifo.WaitForExitAsync();
        File.CreateSymbolicLink(FilePath, pipe);

        var start = Task.Run(() => Open(isLinked ? FilePath : pipe));

        Assert.That(
            async () => await start.WaitAsync(TimeSpan.FromSeconds(60)),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("not a regular file"));
    }

    [Test]
    public async Task File_of_the_same_size_and_time_takes_effect()
    {
        var (first, second) = (Path.Combine(_folder, "first.json"), Path.Combine(_folder, "second.json"));
        foreach (var (path, account) in new[] { (first, Bob), (second, Dave) })
        {
            File.WriteAllText(path, $$"""{"readers": [{"hotkey": "{{account}}"}]}""");
            File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);
        }

        File.CreateSymbolicLink(FilePath, first);
        using var rules = Open();
        await rules.StartAsync(CancellationToken.None);

        File.Delete(FilePath);
        File.CreateSymbolicLink(FilePath, second);
        await TickUntilAsync(() => rules.Current.IsReader(Accounts.Dave, Start));
        Assert.That(rules.Current.IsReader(Accounts.Bob, Start), Is.False);
        await rules.StopAsync(CancellationToken.None);
    }

    [Test]
    public async Task Edit_takes_effect_and_a_broken_edit_keeps_the_last_valid_rules()
    {
        File.WriteAllText(FilePath, "\uFEFF{}");
        using var rules = Open();
        await rules.StartAsync(CancellationToken.None);

        Write($$"""{"denied": [{"hotkey": "{{Bob}}", "reason": "spam"}]}""");
        await TickUntilAsync(() => rules.Current.Denials == 1);
        Assert.That(rules.Problem, Is.Null);

        Write("""{"denied": [""");
        await TickUntilAsync(() => _log.Count(LogLevel.Warning) == 1);
        await TickOftenAsync();
        Assert.That(_log.Count(LogLevel.Warning), Is.EqualTo(1), "once, not at every poll");
        Assert.That(rules.Current.Denials, Is.EqualTo(1));
        Assert.That(rules.Problem, Is.Not.Null.And.Not.Contains(FilePath));

        File.Delete(FilePath);
        await TickUntilAsync(() => _log.Count(LogLevel.Warning) == 2);
        await TickOftenAsync();
        Assert.That(_log.Count(LogLevel.Warning), Is.EqualTo(2), "once, not at every poll");
        Assert.That(rules.Current.Denials, Is.EqualTo(1));
        Assert.That(rules.Problem, Is.Not.Null.And.Not.Contains(FilePath));

        Write("{}");
        await TickUntilAsync(() => rules.Problem is null);
        Assert.That(rules.Current.Denials, Is.Zero);
        await rules.StopAsync(CancellationToken.None);
        Assert.That(_log.Count(LogLevel.Warning), Is.EqualTo(2));
    }

    [Test]
    public async Task Edit_in_place_takes_effect()
    {
        Write("{}");
        using var rules = Open();
        await rules.StartAsync(CancellationToken.None);

        // A poll may read the half-written file. The next one reads all of it.
        File.WriteAllText(FilePath, $$"""{"readers": [{"hotkey": "{{Bob}}"}]}""");
        await TickUntilAsync(() => rules.Current.Readers == 1);
        await TickUntilAsync(() => rules.Problem is null);
        await rules.StopAsync(CancellationToken.None);
    }

    [Test]
    public async Task Each_reading_of_rules_is_logged_once()
    {
        Write("{}");
        using var rules = Open();
        await rules.StartAsync(CancellationToken.None);
        Assert.That(_log.Count(LogLevel.Information), Is.EqualTo(1));

        Write($$"""{"readers": [{"hotkey": "{{Bob}}"}]}""");
        await TickUntilAsync(() => rules.Current.Readers == 1);
        await TickOftenAsync();
        await rules.StopAsync(CancellationToken.None);
        Assert.That(_log.Count(LogLevel.Information), Is.EqualTo(2));
    }

    [Test]
    public void Folder_instead_of_a_file_stops_the_start() => Assert.That(() => Open(_folder), Throws.InstanceOf<IOException>());

    private static AccessRules Parse(string json) => AccessFile.Parse(Encoding.UTF8.GetBytes(json));

    private WatchedAccessRules Open(string? path = null) => new(path ?? FilePath, _time, _loggers.CreateLogger<WatchedAccessRules>());

    private void Write(string json) => AtomicFile.Write(FilePath, json);

    private async Task TickOftenAsync()
    {
        for (var poll = 0; poll < 20; poll++)
        {
            _time.Advance(WatchedFile<AccessRules>.PollInterval);
            await Task.Delay(5);
        }
    }

    private Task TickUntilAsync(Func<bool> holds) => Wait.UntilAsync(() =>
    {
        _time.Advance(WatchedFile<AccessRules>.PollInterval);
        return holds();
    });
}

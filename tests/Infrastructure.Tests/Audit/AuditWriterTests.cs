using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;

namespace S3Auth.Infrastructure.Tests.Audit;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class AuditWriterTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    private readonly Log _log = new();
    private ServiceProvider _services = null!;

    [SetUp]
    public void SetUp() => _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    [TearDown]
    public void TearDown() => _services.Dispose();

    [Test]
    public async Task Record_is_one_line_of_json()
    {
        var sink = new TestSink();
        using var writer = Create(20, sink);
        writer.Record(Record("granted") with
        {
            RequestId = "a\nb",
            Coldkey = Account(2),
            Uid = 7,
            ClientAddress = "192.0.2.1",
            Granted = new GrantedAccess(["data/x/5F/"], 3, Noon.AddDays(1)) { IsReused = true },
        });
        writer.Record(Record("invalid_signature"));
        await StopAsync(writer);

        var lines = sink.Text.Split('\n');
        Assert.That(lines, Has.Length.EqualTo(3), sink.Text);
        Assert.That(JsonNode.Parse(lines[0])!.ToJsonString(), Is.EqualTo(JsonNode.Parse(
            $$"""
            {"category":"S3Auth.Audit","time":"2026-11-25T12:00:00Z","request_id":"a\nb","action":"get_folder_access","decision":"granted",
             "hotkey":"{{Account(1)}}","role":"miner","proved":true,"coldkey":"{{Account(2)}}","uid":7,"proof":"commitment","client_address":"192.0.2.1",
             "prefixes":["data/x/5F/"],"files":3,"expiry":"2026-11-26T12:00:00Z","reused":true}
            """)!.ToJsonString()));
        Assert.That(JsonNode.Parse(lines[1])!.AsObject().Select(member => member.Key), Is.EqualTo(new[]
        {
            "category", "time", "request_id", "action", "decision", "hotkey", "role", "proved", "proof",
        }));
    }

    [Test]
    public async Task Stop_writes_all_records_in_order()
    {
        var sink = new TestSink();
        using var writer = Create(20_000, sink);
        for (var i = 0; i < 10_000; i++)
        {
            writer.Record(Record("granted") with { RequestId = $"{i}" });
        }

        await StopAsync(writer);

        var ids = sink.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => (string)JsonNode.Parse(line)!["request_id"]!);
        Assert.That(ids, Is.EqualTo(Enumerable.Range(0, 10_000).Select(i => $"{i}")));
    }

    [Test]
    public async Task Failing_sink_is_logged_counted_and_reported_and_does_not_affect_others()
    {
        var (broken, sound) = (new TestSink { Fails = true }, new TestSink());
        using var lost = Lost();
        using var writer = Create(20, broken, sound);
        await writer.StartAsync(CancellationToken.None);

        writer.Record(Record("granted"));
        writer.Record(Record("granted"));
        Assert.That(() => writer.IsWriting, Is.False.After(60_000, 10));
        Assert.That(() => sound.Lines, Is.EqualTo(2).After(60_000, 10));
        Assert.That(() => lost.Total, Is.EqualTo(2).After(60_000, 10));
        Assert.That(_log.Count(LogLevel.Error), Is.EqualTo(1), "once");

        broken.Fails = false;
        writer.Record(Record("granted"));
        Assert.That(() => writer.IsWriting, Is.True.After(60_000, 10));
        Assert.That(_log.Text, Does.Contain("2 were lost"));
        await StopAsync(writer);
    }

    [Test]
    public async Task Stalled_sink_delays_no_request_and_lost_records_are_logged()
    {
        using var stall = new ManualResetEventSlim();
        var sink = new TestSink { Stall = stall };
        using var lost = Lost();
        using var writer = Create(100, sink);
        await writer.StartAsync(CancellationToken.None);
        writer.Record(Record("granted"));
        Assert.That(() => sink.IsStalled, Is.True.After(60_000, 10));

        for (var i = 0; i < 150; i++)
        {
            writer.Record(Record("granted"));
        }

        Assert.That((lost.Total, writer.IsWriting), Is.EqualTo((50, false)));
        Assert.That(_log.Count(LogLevel.Error), Is.EqualTo(1));
        stall.Set();
        await StopAsync(writer);
        Assert.That((sink.Lines, writer.IsWriting), Is.EqualTo((101, true)));
        Assert.That(_log.Text, Does.Contain("50 audit records were lost"));
    }

    [Test]
    public void Each_day_has_its_file_and_an_unfinished_line_is_ended()
    {
        var folder = Directory.CreateTempSubdirectory("s3auth-audit-").FullName;
        try
        {
            var (first, second) = (new DateOnly(2026, 11, 25), new DateOnly(2026, 11, 26));
            File.WriteAllText(Path.Combine(folder, "audit-2026-11-25.jsonl"), "{\"torn");
            using (var file = new DailyFile(folder))
            {
                file.Write("{1}\n"u8, first);
                file.Write("{2}\n"u8, second);
                file.Write("{3}\n"u8, second);
            }

            using (var again = new DailyFile(folder))
            {
                again.Write("{4}\n"u8, second);
            }

            Assert.That(File.ReadAllText(Path.Combine(folder, "audit-2026-11-25.jsonl")), Is.EqualTo("{\"torn\n{1}\n"));
            Assert.That(File.ReadAllText(Path.Combine(folder, "audit-2026-11-26.jsonl")), Is.EqualTo("{2}\n{3}\n{4}\n"));
            Assert.That(
                OperatingSystem.IsWindows()
                    ? default
                    : File.GetUnixFileMode(Path.Combine(folder, "audit-2026-11-26.jsonl")) & (
                        UnixFileMode.OtherRead | UnixFileMode.OtherWrite),
                Is.EqualTo(default(UnixFileMode)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void Standard_output_gets_whole_lines_in_writes_of_at_most_PIPE_BUF()
    {
        using var pieces = new Pieces();
        using var output = new StandardOutput(pieces);
        var line = Encoding.ASCII.GetBytes(new string('x', 899) + "\n");
        output.Write(
            [.. Enumerable.Repeat(line, 20).SelectMany(one => one), .. Encoding.ASCII.GetBytes(new string('y', 5000) + "\n"), .. line],
            default);

        Assert.That(pieces.Written.Select(piece => piece.Length), Is.EqualTo(new[] { 3600, 3600, 3600, 3600, 3600, 5001, 900 }));
        Assert.That(pieces.Written.Select(piece => piece[^1]), Has.All.EqualTo((byte)'\n'));
    }

    [Test]
    public void Full_disk_is_an_error_and_the_next_write_starts_a_new_line()
    {
        if (!File.Exists("/dev/full"))
        {
            Assert.Ignore("There is no /dev/full.");
        }

        var folder = Directory.CreateTempSubdirectory("s3auth-audit-").FullName;
        try
        {
            var path = Path.Combine(folder, "audit-2026-11-25.jsonl");
            File.CreateSymbolicLink(path, "/dev/full");
            using var file = new DailyFile(folder);
            Assert.That(() => file.Write("{1}\n"u8, new DateOnly(2026, 11, 25)), Throws.InstanceOf<IOException>());

            File.Delete(path);
            file.Write("{2}\n"u8, new DateOnly(2026, 11, 25));
            Assert.That(File.ReadAllText(path), Is.EqualTo("{2}\n"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private AuditWriter Create(int capacity, params TestSink[] sinks) => new(
        sinks,
        new AuditMetrics(_services.GetRequiredService<IMeterFactory>()),
        new LoggerFactory([_log]).CreateLogger<AuditWriter>(),
        capacity);

    private LostRecords Lost() => new(_services.GetRequiredService<IMeterFactory>());

    private static async Task StopAsync(AuditWriter writer)
    {
        if (writer.ExecuteTask is null)
        {
            await writer.StartAsync(CancellationToken.None);
        }

        await writer.StopAsync(CancellationToken.None);
    }

    private static AuditRecord Record(string decision) => new()
    {
        Time = Noon,
        RequestId = "id",
        Action = "get_folder_access",
        Decision = decision,
        Hotkey = Account(1),
        Role = Role.Miner,
        Proved = decision == "granted",
        Proof = "commitment",
    };

    private static AccountId Account(byte value) => AccountId.FromBytes(Enumerable.Repeat(value, AccountId.Size).ToArray());

    private sealed class TestSink : IAuditSink
    {
        private readonly StringBuilder _text = new();
        private volatile bool _fails;
        private volatile bool _isStalled;

        public string Name => "test";

        internal bool Fails
        {
            get => _fails;
            set => _fails = value;
        }

        internal ManualResetEventSlim? Stall { get; init; }

        internal bool IsStalled => _isStalled;

        internal string Text
        {
            get
            {
                lock (_text)
                {
                    return _text.ToString();
                }
            }
        }

        internal int Lines => Text.Count(c => c == '\n');

        public void Write(ReadOnlySpan<byte> lines, DateOnly day)
        {
            if (Fails)
            {
                throw new IOException("No space left on device");
            }

            _isStalled = Stall is not null;
            Stall?.Wait();
            lock (_text)
            {
                _text.Append(Encoding.UTF8.GetString(lines));
            }
        }

        public void Dispose()
        {
            // There is nothing to dispose.
        }
    }

    private sealed class Pieces : MemoryStream
    {
        internal List<byte[]> Written { get; } = [];

        public override void Write(ReadOnlySpan<byte> buffer) => Written.Add(buffer.ToArray());
    }

    private sealed class LostRecords : IDisposable
    {
        private readonly MeterListener _listener = new();
        private long _total;

        internal LostRecords(IMeterFactory meters)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "s3auth.audit.lost" && instrument.Meter.Scope == meters)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, measurement, _, _) => Interlocked.Add(ref _total, measurement));
            _listener.Start();
        }

        internal long Total => Interlocked.Read(ref _total);

        public void Dispose() => _listener.Dispose();
    }
}

using System.Runtime.Versioning;

namespace S3Auth.Cli.Tests.Output;

/// <summary>Replaces stdout and stderr, which are one for all tests.</summary>
[NonParallelizable]
public sealed class ReportTests
{
    private StringWriter _output = null!;
    private StringWriter _errors = null!;
    private TextWriter _console = null!;
    private TextWriter _consoleErrors = null!;
    private DirectoryInfo _folder = null!;

    private string LogPath => Path.Combine(_folder.FullName, "s3auth.log");

    [SetUp]
    public void SetUp()
    {
        (_output, _errors, _folder) = (new StringWriter(), new StringWriter(), Directory.CreateTempSubdirectory("s3auth-report-"));
        (_console, _consoleErrors) = (Console.Out, Console.Error);
        Console.SetOut(_output);
        Console.SetError(_errors);
    }

    [TearDown]
    public void TearDown()
    {
        Console.SetOut(_console);
        Console.SetError(_consoleErrors);
        _output.Dispose();
        _errors.Dispose();
        _folder.Delete(recursive: true);
    }

    [Test]
    public void Log_file_has_every_message_with_its_time_also_if_quiet()
    {
        var report = new Report(new OutputSettings { IsQuiet = true, LogFile = LogPath });

        report.Note("a note");
        report.FileDone("uploaded a");
        report.Waiting("a wait");
        report.Warn("a warning");
        report.Fail("an error");

        var lines = File.ReadAllLines(LogPath);
        Assert.That(lines, Has.All.Match(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (info|waiting|warning|error) +\w"));
        Assert.That(lines.Select(line => line[33..]), Is.EqualTo(["a note", "uploaded a", "a wait", "a warning", "an error"]));
        Assert.That(_output.ToString(), Is.Empty);
        Assert.That(_errors.ToString(), Is.EqualTo("warning: a warning\nerror: an error\n"));
    }

    // `s3auth credentials` prints a secret, `s3auth sign` a proof.
    [Test]
    public void Log_file_has_no_result()
    {
        var report = new Report(new OutputSettings { LogFile = LogPath });

        report.Result("secret");
        report.Line("proof");

        Assert.That(File.ReadAllText(LogPath), Is.Empty);
        Assert.That(_output.ToString(), Is.EqualTo("secret\nproof\n"));
    }

    [Test]
    public void Several_runs_append_to_one_log_file()
    {
        Parallel.For(0, 8, _ =>
        {
            // The clock stands still, so no run gives up waiting for the lock.
            var log = new LogFile(LogPath, new TestTime());
            for (var i = 0; i < 50; i++)
            {
                log.Write("info", "a note of one run");
            }
        });

        Assert.That(File.ReadAllLines(LogPath), Has.Length.EqualTo(400).And.All.EndsWith(" a note of one run"));
    }

    [Test]
    public void Log_file_in_a_missing_folder_is_refused() => Assert.That(
        () => new Report(new OutputSettings { LogFile = Path.Combine(_folder.FullName, "missing", "s3auth.log") }),
        Throws.TypeOf<UsageException>().With.Message.Contains("cannot be written"));

    [Test]
    public void Log_file_that_is_lost_later_is_reported_once_and_the_run_goes_on()
    {
        var report = new Report(new OutputSettings { IsQuiet = true, LogFile = LogPath });
        File.Delete(LogPath);
        Directory.CreateDirectory(LogPath);

        report.Note("one");
        report.Note("two");

        Assert.That(_errors.ToString().Split("cannot be written"), Has.Length.EqualTo(2));
    }

    // Whoever can read a file can lock it.
    [Test]
    [Platform("Linux,MacOsX")]
    [UnsupportedOSPlatform("windows")]
    public void New_log_file_is_for_its_owner_only_and_an_existing_one_keeps_its_mode()
    {
        new Report(new OutputSettings { IsQuiet = true, LogFile = LogPath }).Note("one");
        Assert.That(File.GetUnixFileMode(LogPath), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        const UnixFileMode Shared = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        File.SetUnixFileMode(LogPath, Shared);

        new Report(new OutputSettings { IsQuiet = true, LogFile = LogPath }).Note("two");

        Assert.That(File.GetUnixFileMode(LogPath), Is.EqualTo(Shared));
    }

    [Test]
    public void Log_file_that_stays_locked_delays_only_the_first_message()
    {
        var report = new Report(new OutputSettings { IsQuiet = true, LogFile = LogPath });
        using var locked = new FileStream(LogPath, FileMode.Open, FileAccess.Read, FileShare.None);
        report.Note("one");
        var watch = System.Diagnostics.Stopwatch.StartNew();

        for (var i = 0; i < 20; i++)
        {
            report.Note("another");
        }

        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(30)), "each wait takes two seconds");
        Assert.That(_errors.ToString().Split("cannot be written"), Has.Length.EqualTo(2));
    }

    // Keys, paths and the messages of servers and stores are chosen by others.
    [Test]
    public void Message_cannot_forge_another_line_or_move_the_cursor()
    {
        var report = new Report(new OutputSettings { LogFile = LogPath });

        report.Fail("a\nerror: forged\u001b[2J");
        report.FileDone("uploaded b\r\u009b2J");
        report.Line("c\u202e\u2028\u001b]0;d\u0007");

        Assert.That(_errors.ToString(), Is.EqualTo("error: a\\u{A}error: forged\\u{1B}[2J\n"));
        Assert.That(_output.ToString(), Is.EqualTo("uploaded b\\u{D}\\u{9B}2J\nc\\u{202E}\\u{2028}\\u{1B}]0;d\\u{7}\n"));
        Assert.That(File.ReadAllLines(LogPath), Has.Length.EqualTo(2));
    }

    [TestCase(false, null, "xterm", ExpectedResult = true)]
    [TestCase(false, "true", "xterm", ExpectedResult = false)]
    [TestCase(false, "false", "xterm", ExpectedResult = true)]
    [TestCase(false, null, "dumb", ExpectedResult = false)]
    [TestCase(true, null, "xterm", ExpectedResult = false)]
    public bool Progress_is_drawn_where_a_person_may_watch(bool isRedirected, string? ci, string term) =>
        AnsiTerminal.IsWatched(isRedirected, name => name switch { "CI" => ci, "TERM" => term, _ => null });

    [Test]
    public void Forced_progress_is_drawn_without_a_terminal()
    {
        Assert.That(new Report(new OutputSettings { IsProgressForced = true, IsQuiet = true }).IsLive, Is.True);
        Assert.That(new Report(new OutputSettings { IsProgressForced = true, IsJson = true }).IsLive, Is.False);
    }
}

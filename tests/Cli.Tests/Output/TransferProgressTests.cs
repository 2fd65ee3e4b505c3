
namespace S3Auth.Cli.Tests.Output;

public sealed class TransferProgressTests
{
    private const long MiB = 1024 * 1024;

    private TestTime _time = null!;
    private TransferProgress _progress = null!;

    [SetUp]
    public void SetUp()
    {
        _time = new TestTime();
        _progress = new TransferProgress("Uploading", _time);
    }

    [Test]
    public void Summary_has_files_bytes_rate_and_the_time_left()
    {
        _progress.AddExpected(2, 10 * MiB);
        var file = _progress.Begin("a", 6 * MiB);
        for (var second = 0; second < 3; second++)
        {
            file.Report(MiB);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.That(
            _progress.Summarize(), Is.EqualTo("Uploading: 0 of 2 files, 3.0 MiB of 10.0 MiB (30 %), 1.0 MiB/s, 7.0 s left"));
    }

    [Test]
    public void Rate_is_that_of_the_last_seconds()
    {
        _progress.AddExpected(1, 100 * MiB);
        var file = _progress.Begin("a", 100 * MiB);
        file.Report(MiB);
        _time.Advance(TimeSpan.FromSeconds(30));

        Assert.That(_progress.Summarize(), Does.EndWith("(1 %), 0 B/s"));
    }

    // Bytes of an earlier run, or bytes that are sent again, would make the rate absurd: negative, or gigabytes a second.
    [TestCase(64 * MiB)]
    [TestCase(-64 * MiB)]
    public void Rate_does_not_count_what_was_not_transferred_now(long bytes)
    {
        _progress.AddExpected(1, 200 * MiB);
        _progress.Begin("a", 200 * MiB).Report(bytes);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.That(_progress.Summarize(), Does.Contain(", 0 B/s").And.Not.Contain("-"));
    }

    [Test]
    public void File_that_is_already_there_does_not_count()
    {
        _progress.AddExpected(2, 3 * MiB);
        _progress.Begin("a", 2 * MiB).Skip();

        Assert.That(_progress.Summarize(), Does.StartWith("Uploading: 0 of 1 file, 0 B of 1.0 MiB (0 %)"));
    }

    [Test]
    public void File_that_failed_leaves_no_bytes_to_wait_for()
    {
        _progress.AddExpected(1, 3 * MiB);
        _progress.Begin("a", 3 * MiB).Dispose();

        Assert.That(_progress.Summarize(), Does.StartWith("Uploading: 1 of 1 file, 0 B of 0 B (100 %)"));
    }

    [Test]
    public void File_has_a_line_from_its_first_bytes_to_its_end()
    {
        _progress.AddExpected(1, 4 * MiB);
        var file = _progress.Begin("folder/a.bin", 4 * MiB);
        var before = _progress.Draw(100, 24);
        file.Report(MiB);
        _time.Advance(TimeSpan.FromSeconds(1));
        var during = _progress.Draw(100, 24);
        file.Dispose();

        Assert.That(before, Has.Count.EqualTo(1));
        Assert.That(during, Has.Count.EqualTo(2));
        Assert.That(during[0], Does.StartWith("  folder/a.bin ").And.Contain("25 %").And.EndsWith("1.0 MiB/s"));
        Assert.That(_progress.Draw(100, 24), Has.Count.EqualTo(1));
    }

    [TestCase(120, 24)]
    [TestCase(80, 24)]
    [TestCase(62, 5)]
    [TestCase(80, 2)]
    [TestCase(80, 1)]
    public void Lines_fit_into_the_terminal(int width, int height)
    {
        for (var i = 0; i < 40; i++)
        {
            _progress.Begin(new string('n', 200) + "数据", 1000 * MiB).Report(900);
        }

        var lines = _progress.Draw(width, height);

        Assert.That(lines.SkipLast(1).Select(DisplayText.WidthOf), Has.All.LessThan(width));
        Assert.That(lines, Has.Count.LessThan(Math.Max(height, 2)));
    }

    // A miner chooses the keys that a validator downloads.
    [Test]
    public void Name_with_control_characters_cannot_move_the_cursor()
    {
        _progress.Begin("a\u001b[2J\r\n\u202eb", MiB).Report(1);

        Assert.That(_progress.Draw(100, 24)[0], Does.Contain(@"a\u{1B}[2J\u{D}\u{A}\u{202E}b"));
    }
}

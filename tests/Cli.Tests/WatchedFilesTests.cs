
namespace S3Auth.Cli.Tests;

public sealed class WatchedFilesTests
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private readonly TestTime _time = new();
    private DirectoryInfo _folder = null!;
    private WatchedFiles _watched = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = Directory.CreateTempSubdirectory("s3auth-watch-");
        _watched = new WatchedFiles(_time, Period);
    }

    [TearDown]
    public void TearDown() => _folder.Delete(recursive: true);

    [Test]
    public void File_is_ready_when_it_did_not_change_between_two_scans()
    {
        Write("a", 10);
        Assert.That(Look(), Is.Empty);
        Write("a", 20);
        Assert.That(Look(), Is.Empty);
        Assert.That(Look(), Is.EqualTo(["a"]));
    }

    [Test]
    public void Uploaded_file_is_ready_again_only_after_a_change()
    {
        Write("a", 10);
        Look();
        _watched.MarkDone(Ready().Single());
        Assert.That(Look(), Is.Empty);

        Write("a", 11);
        Assert.That(Look(), Is.Empty);
        Assert.That(Look(), Is.EqualTo(["a"]));
    }

    // A file without a result was in flight when a failure ended the uploads.
    [Test]
    public void File_that_was_not_uploaded_stays_ready()
    {
        Write("a", 10);
        Look();
        Assert.That(Look(), Is.EqualTo(["a"]));
        Assert.That(Look(), Is.EqualTo(["a"]));
    }

    [Test]
    public void Failed_file_is_retried_with_exponential_backoff()
    {
        Write("a", 10);
        Look();
        foreach (var seconds in (double[])[5, 10, 20, 40, 80, 160, 300, 300])
        {
            _watched.MarkFailed(Ready().Single());
            _time.Advance(TimeSpan.FromSeconds(seconds - 1));
            Assert.That(Look(), Is.Empty, $"before {seconds} s");
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.That(Look(), Is.EqualTo(["a"]), $"after {seconds} s");
        }
    }

    [Test]
    public void Deleted_file_is_new_when_it_comes_back()
    {
        var written = Write("a", 10);
        Look();
        _watched.MarkDone(Ready().Single());
        File.Delete(written);
        Assert.That(Look(), Is.Empty);

        Write("a", 10);
        Assert.That(Look(), Is.Empty);
        Assert.That(Look(), Is.EqualTo(["a"]));
    }

    [Test]
    public void File_that_is_deleted_during_a_scan_is_skipped()
    {
        Write("a", 10);
        var listed = Files();
        File.Delete(Path.Combine(_folder.FullName, "a"));

        Assert.That(_watched.Scan(listed), Is.Empty);
    }

    private string Write(string name, int size)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(path, new byte[size]);
        return path;
    }

    private List<LocalFile> Files() => [.. _folder.EnumerateFiles().Select(file => new LocalFile(file, file.Name))];

    private List<LocalFile> Ready() => _watched.Scan(Files());

    private List<string> Look() => [.. Ready().Select(file => file.Path)];
}

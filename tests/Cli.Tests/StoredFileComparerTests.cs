namespace S3Auth.Cli.Tests;

/// <summary>Compares a local file by its times with an object whose ETag is not an MD5.</summary>
public sealed class StoredFileComparerTests
{
    private static readonly DateTimeOffset Stored = new(2100, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private string _path = null!;

    [SetUp]
    public void SetUp() => _path = Path.GetTempFileName();

    [TearDown]
    public void TearDown() => File.Delete(_path);

    [TestCase(-10, 0, true)]
    [TestCase(-3, 0, true)]
    [TestCase(-1, 0, false)]
    [TestCase(0, 0, false)]
    [TestCase(10, 0, false)]
    // If the local clock is ten minutes slow, a change after the upload has an earlier time.
    [TestCase(-300, 600, false)]
    [TestCase(300, -600, true)]
    public void File_is_unchanged_if_its_last_change_is_older_than_the_stored_file(int changed, int skew, bool isSame)
    {
        File.SetLastWriteTimeUtc(_path, Stored.UtcDateTime.AddSeconds(changed));

        Assert.That(
            StoredFileComparer.IsUnchangedSince(new FileInfo(_path), new StoredMark(HasMd5: false, Stored, TimeSpan.FromSeconds(skew))),
            Is.EqualTo(isSame));
    }

    // The file was copied with its times, unpacked, or moved into place.
    [Test]
    public void File_is_changed_if_it_was_created_after_the_stored_file()
    {
        File.SetLastWriteTimeUtc(_path, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        var stored = new StoredMark(HasMd5: false, new DateTimeOffset(2021, 1, 1, 0, 0, 0, TimeSpan.Zero), TimeSpan.Zero);
        Assert.That(StoredFileComparer.IsUnchangedSince(new FileInfo(_path), stored), Is.False);
    }

    [Test]
    public void File_counts_as_changed_if_the_store_sends_no_time()
    {
        File.SetLastWriteTimeUtc(_path, Stored.UtcDateTime.AddDays(-1));

        Assert.That(
            StoredFileComparer.IsUnchangedSince(new FileInfo(_path), new StoredMark(HasMd5: false, Stored, ClockSkew: null)), Is.False);
    }
}

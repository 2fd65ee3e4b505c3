namespace S3Auth.Cli.Tests;

/// <summary>Whether an object whose ETag tells nothing is what a local file is.</summary>
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
    // A clock that is ten minutes slow gives a change after the upload a time before it.
    [TestCase(-300, 600, false)]
    [TestCase(300, -600, true)]
    public void File_is_the_same_where_it_has_not_changed_since_it_was_stored(int changed, int skew, bool isSame)
    {
        File.SetLastWriteTimeUtc(_path, Stored.UtcDateTime.AddSeconds(changed));

        Assert.That(StoredFileComparer.IsUnchangedSince(new FileInfo(_path), new StoredMark(HasMd5: false, Stored, TimeSpan.FromSeconds(skew))), Is.EqualTo(isSame));
    }

    // Copied with its times, unpacked, or moved into place.
    [Test]
    public void File_that_came_after_it_was_stored_is_another_however_old_its_content_says_it_is()
    {
        File.SetLastWriteTimeUtc(_path, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        Assert.That(
            StoredFileComparer.IsUnchangedSince(new FileInfo(_path), new StoredMark(HasMd5: false, new DateTimeOffset(2021, 1, 1, 0, 0, 0, TimeSpan.Zero), TimeSpan.Zero)), Is.False);
    }

    [Test]
    public void Store_that_does_not_tell_its_time_vouches_for_nothing()
    {
        File.SetLastWriteTimeUtc(_path, Stored.UtcDateTime.AddDays(-1));

        Assert.That(
            StoredFileComparer.IsUnchangedSince(new FileInfo(_path), new StoredMark(HasMd5: false, Stored, ClockSkew: null)), Is.False);
    }
}

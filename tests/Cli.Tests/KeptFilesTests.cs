using S3Auth.Cli.Grants;

namespace S3Auth.Cli.Tests;

/// <summary>What two runs at the same time keep.</summary>
public sealed class KeptFilesTests
{
    private static readonly AccountId Coldkey = KeyPair.FromUri("//Bob//cold").AccountId;
    private static readonly LocalState Local = new(5, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));

    private readonly TestTime _time = new(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));
    private DirectoryInfo _folder = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = Directory.CreateTempSubdirectory("s3auth-files-");
        var kept = Open();
        kept.SetListing([FileOf("a", "1")], prefix: "", pages: 1);
        kept.Save();
    }

    [TearDown]
    public void TearDown() => _folder.Delete(recursive: true);

    [Test]
    public void Both_keep_the_files_that_they_uploaded()
    {
        var (one, other) = (Open(), Open());
        one.AddUploaded(new UploadedFile("b", 5, "2"), Local);
        other.AddUploaded(new UploadedFile("c", 5, "3"), Local);
        one.Save();
        other.Save();
        one.AddUploaded(new UploadedFile("d", 5, "4"), Local);
        one.Save();

        Assert.That(Open().FindListing("")!.Keys, Is.EquivalentTo(["a", "b", "c", "d"]));
    }

    [Test]
    public void File_that_the_other_replaced_does_not_count_as_equal()
    {
        var (one, other) = (Open(), Open());
        one.SetVerified(FileOf("a", "1"), Local);
        other.AddUploaded(new UploadedFile("a", 5, "2"), local: null);
        other.Save();
        one.Save();

        Assert.That(Open().FindListing("")!["a"], Is.EqualTo(new KeptFile(5, _time.GetUtcNow(), "2", Local: null)));
    }

    [Test]
    public void Listing_that_began_before_the_other_uploaded_is_not_used_again()
    {
        var (one, other) = (Open(), Open());
        one.SetListing([FileOf("a", "1")], prefix: "", pages: 1);
        other.AddUploaded(new UploadedFile("a", 5, "2"), Local);
        other.Save();
        one.Save();

        Assert.That(Open().FindListing(""), Is.Null);
    }

    [Test]
    public void Listing_that_one_of_them_found_out_of_date_ends()
    {
        var (one, other) = (Open(), Open());
        one.ForgetListing();
        other.AddUploaded(new UploadedFile("b", 5, "2"), Local);
        one.Save();
        other.Save();

        Assert.That(Open().FindListing(""), Is.Null);
    }

    [TestCase("", "a", true)]
    [TestCase("data/x/", "data/x/b", true)]
    [TestCase("data/x/", "data/", false)]
    [TestCase("data/x/", "data/y/", false)]
    public void Listing_of_a_prefix_is_used_for_longer_ones_only(string listed, string wanted, bool isUsed)
    {
        var kept = Open();
        kept.SetListing([], listed, pages: 1);

        Assert.That(kept.FindListing(wanted), isUsed ? Is.Not.Null : Is.Null);
    }

    // The clock was set back, or the listing is too old.
    [TestCase(-1, 24, false)]
    [TestCase(0, 1, true)]
    [TestCase(59, 1, true)]
    [TestCase(60, 1, false)]
    [TestCase((24 * 60) - 1, 1000, true)]
    [TestCase(24 * 60, 1000, false)]
    public void Listing_is_used_for_an_hour_per_page_and_at_most_a_day(int minutes, int pages, bool isUsed)
    {
        var listed = Open();
        listed.SetListing([], prefix: "", pages);
        listed.Save();
        var later = new TestTime(_time.GetUtcNow().AddMinutes(minutes));

        Assert.That(Open(later).FindListing(""), isUsed ? Is.Not.Null : Is.Null);
    }

    [TestCase(5, "1", true)]
    [TestCase(6, "1", false)]
    [TestCase(5, "2", false)]
    public void Local_file_counts_as_equal_while_the_stored_one_is_the_same(long size, string etag, bool isVerified)
    {
        var kept = Open();
        kept.SetVerified(FileOf("a", "1"), Local);
        kept.Save();

        Assert.That(Open().IsVerified(FileOf("a", etag) with { Size = size }, Local), Is.EqualTo(isVerified));
        Assert.That(Open().IsVerified(FileOf("a", "1"), Local with { Size = 6 }), Is.False);
        Assert.That(Open().IsVerified(FileOf("a", "1"), Local with { Changed = Local.Changed.AddTicks(1) }), Is.False);
        Assert.That(Open().IsVerified(FileOf("a", "1"), local: null), Is.False);
    }

    [Test]
    public void File_of_which_nothing_was_compared_does_not_count_as_equal()
    {
        var kept = Open();
        kept.SetVerified(FileOf("a", "1"), local: null);
        kept.Save();

        Assert.That(Open().IsVerified(FileOf("a", "1"), local: null), Is.False);
    }

    // It may change again within the accuracy of the file system's times.
    [TestCase(1, false)]
    [TestCase(3, true)]
    public void State_of_a_file_is_known_two_seconds_after_its_last_change(int seconds, bool isKnown)
    {
        var file = new FileInfo(Path.Combine(_folder.FullName, "a.bin"));
        File.WriteAllBytes(file.FullName, [1, 2, 3]);
        var changed = new DateTimeOffset(FileTimes.LastChangeUtc(file), TimeSpan.Zero);

        Assert.That(LocalState.Of(file, changed.AddSeconds(seconds)) is not null, Is.EqualTo(isKnown));
    }

    private static RemoteFile FileOf(string key, string etag) => new()
    {
        Key = key,
        Size = 5,
        ETag = etag,
        LastModified = default,
        Owner = FileOwner.Own(Coldkey),
        Url = null,
        UrlEndsAt = default,
    };

    private KeptFiles Open(TimeProvider? time = null) => new(
        new KeptState(Path.Combine(_folder.FullName, "state"), text => Assert.Fail(text)), Coldkey, "x", time ?? _time);
}

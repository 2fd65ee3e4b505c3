namespace S3Auth.Domain.Tests;

/// <summary>The values that an upload is made of.</summary>
public sealed class UploadTests
{
    private const long MiB = 1024 * 1024;
    private const long GiB = 1024 * MiB;

    [TestCase("a")]
    [TestCase("a/b.parquet")]
    [TestCase("2026-11-24/x y/…")]
    [TestCase(".hidden/..b")]
    public void FilePath_has_one_or_more_names(string text) =>
        Assert.That(FilePath.TryParse(text, out var path) ? path.Path : null, Is.EqualTo(text));

    [TestCase(null)]
    [TestCase("")]
    [TestCase("/")]
    [TestCase("/a")]
    [TestCase("a/")]
    [TestCase("a//b")]
    [TestCase(".")]
    [TestCase("..")]
    [TestCase("a/../b")]
    [TestCase("a/./b")]
    [TestCase("a\\b")]
    [TestCase("a/b\n")]
    [TestCase("a/\u0001")]
    [TestCase("a/${filename}")]
    public void FilePath_refuses_segments_that_are_no_names(string? text) => Assert.That(FilePath.TryParse(text, out _), Is.False);

    // XML cannot contain the others.
    [TestCase(0xD800)]
    [TestCase(0xFFFE)]
    [TestCase(0xFFFF)]
    public void FilePath_refuses_invalid_unicode(int character) =>
        Assert.That(FilePath.TryParse("a/b" + (char)character, out _), Is.False);

    [Test]
    public void FilePath_is_bounded_in_each_name_and_as_a_whole()
    {
        var name = new string('n', FileName.MaxBytes);

        Assert.Multiple(() =>
        {
            Assert.That(FilePath.TryParse($"{name}/{name}", out _), Is.True);
            Assert.That(FilePath.TryParse($"{name}n/a", out _), Is.False);
            Assert.That(FilePath.TryParse(string.Join('/', Enumerable.Repeat("n", 513)), out _), Is.False);
        });
    }

    [Test]
    public void Key_of_a_path_is_below_the_folder_and_the_job_and_bounded()
    {
        var folder = new Folder("data/x/5F/", Source: null);
        Assert.That(JobId.TryParse("7", out var job), Is.True);
        Assert.That(FilePath.TryParse("a/b", out var path), Is.True);
        Assert.That(FilePath.TryParse(string.Join('/', Enumerable.Repeat("n", 512)), out var longest), Is.True);

        Assert.Multiple(() =>
        {
            Assert.That(FolderLayout.TryGetKey(folder, job: null, path, out var key) ? key.Key : null, Is.EqualTo("data/x/5F/a/b"));
            Assert.That(FolderLayout.TryGetKey(folder, job, path, out var inJob) ? inJob.Key : null, Is.EqualTo("data/x/5F/job_id=7/a/b"));
            Assert.That(FolderLayout.TryGetKey(folder, job: null, longest, out _), Is.False);
        });
    }

    [Test]
    public void Sha256_is_read_from_hex_and_base64()
    {
        const string Hex = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        const string Base64 = "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=";

        foreach (var text in (string[])[Hex, Hex.ToUpperInvariant(), Base64])
        {
            Assert.That(Sha256Digest.TryParse(text, out var digest), Is.True, text);
            Assert.That((digest.Hex, digest.Base64), Is.EqualTo((Hex, Base64)), text);
        }
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("9f86")]
    [TestCase("zf86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    [TestCase("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a081")]
    [TestCase("n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwC g=")]
    [TestCase("n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCg==")]
    [TestCase("n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCggA")]
    [TestCase("n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg=")]
    public void Sha256_refuses_every_other_text(string? text) => Assert.That(Sha256Digest.TryParse(text, out _), Is.False);

    [TestCase(0L, 16 * MiB, 1)]
    [TestCase(1L, 16 * MiB, 1)]
    [TestCase(16 * MiB, 16 * MiB, 1)]
    [TestCase((16 * MiB) + 1, 16 * MiB, 2)]
    [TestCase(5000 * 16 * MiB, 16 * MiB, 5000)]
    [TestCase((5000 * 16 * MiB) + 1, 17 * MiB, 4706)]
    [TestCase(FileSizeLimits.MaxObjectBytes, 1049 * MiB, 4998)]
    public void Default_plan_has_at_most_5000_parts(long size, long partSize, int count)
    {
        var plan = PartPlan.Default(size);

        Assert.That((plan.PartSize, plan.PartCount), Is.EqualTo((partSize, count)));
    }

    [TestCase(10 * GiB, 5 * MiB, true)]
    [TestCase(10 * GiB, (5 * MiB) - 1, false)]
    [TestCase(10 * GiB, 5 * GiB, true)]
    [TestCase(10 * GiB, (5 * GiB) + 1, false)]
    [TestCase(50_000 * MiB, 5 * MiB, true)]
    [TestCase((50_000 * MiB) + 1, 5 * MiB, false)]
    [TestCase(10 * GiB, 0L, false)]
    [TestCase(10 * GiB, -1L, false)]
    [TestCase(10 * GiB, long.MaxValue, false)]
    public void Plan_has_parts_of_allowed_size_and_number(long size, long partSize, bool isAllowed) =>
        Assert.That(PartPlan.TryMake(size, partSize, out _), Is.EqualTo(isAllowed));

    [FsCheck.NUnit.Property]
    public bool Parts_of_a_plan_have_the_size_of_the_file_together(uint kilobytes, ushort partMegabytes)
    {
        var size = kilobytes * 1024L;
        return !PartPlan.TryMake(size, partMegabytes * MiB, out var plan)
            || Enumerable.Range(1, plan.PartCount).Sum(plan.SizeOf) == size;
    }

    [Test]
    public void Plan_has_no_part_outside_of_its_numbers()
    {
        var plan = PartPlan.Default(40 * MiB);

        Assert.Multiple(() =>
        {
            Assert.That(plan.SizeOf(3), Is.EqualTo(8 * MiB));
            Assert.That(new[] { 0L, 1, 3, 4, -1, long.MaxValue }.Where(plan.Has), Is.EqualTo(new[] { 1L, 3 }));
            Assert.That(() => plan.SizeOf(4), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => plan.SizeOf(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        });
    }

    [TestCase(99L, false)]
    [TestCase(100L, true)]
    [TestCase(6 * GiB, true)]
    [TestCase((6 * GiB) + 1, false)]
    public void One_request_uploads_at_most_5_GiB_of_the_allowed_sizes(long size, bool isAllowed)
    {
        var sizes = new FileSizeLimits(100, 6 * GiB);

        Assert.That(sizes.Allow(size), Is.EqualTo(isAllowed));
        Assert.That(sizes.MaxSingleBytes, Is.EqualTo(5 * GiB));
        Assert.That(new FileSizeLimits(100, 200).MaxSingleBytes, Is.EqualTo(200));
    }
}

namespace S3Auth.Domain.Tests;

public sealed class FolderTests
{
    private const string Root = "data/";

    private static readonly Folder Own = new("data/x/5Fab/", Source: null);

    [TestCase("", "data/x/5Fab/")]
    [TestCase("2026", "data/x/5Fab/2026")]
    [TestCase("job_id=1/", "data/x/5Fab/job_id=1/")]
    [TestCase("data/x/5Fab/", "data/x/5Fab/")]
    [TestCase("data/x/5Fab/2026", "data/x/5Fab/2026")]
    [TestCase("x/5Fcd/", "data/x/5Fab/x/5Fcd/", TestName = "a relative prefix that resembles another folder")]
    [TestCase("%2e%2e%2f5Fcd/", "data/x/5Fab/%2e%2e%2f5Fcd/", TestName = "nothing is decoded")]
    [TestCase("a..b/...", "data/x/5Fab/a..b/...")]
    [TestCase("a//b", "data/x/5Fab/a//b")]
    public void Prefix_inside_the_folder_is_resolved(string prefix, string expected)
    {
        Assert.That(Own.TryNarrow(prefix, Root, out var narrowed), Is.True);
        Assert.That(narrowed, Is.EqualTo(expected));
    }

    [TestCase("data/")]
    [TestCase("data/x/")]
    [TestCase("data/x/5Fab", TestName = "without the slash, which 5Fabc begins with too")]
    [TestCase("data/x/5Fabc/")]
    [TestCase("data/x/5Fcd/")]
    [TestCase("data/reddit/5Fab/")]
    [TestCase("data/x/5fab/")]
    [TestCase("data//x/5Fab/")]
    [TestCase("data/x/5Fab/../5Fcd/")]
    [TestCase("data/x/5Fab/..")]
    [TestCase("data/x/5Fab/./")]
    [TestCase("../5Fcd/")]
    [TestCase("a/../../5Fcd/")]
    [TestCase("..")]
    [TestCase(".")]
    [TestCase("/")]
    [TestCase("/data/x/5Fcd/")]
    public void Prefix_outside_of_the_folder_is_rejected(string prefix)
    {
        Assert.That(Own.TryNarrow(prefix, Root, out var narrowed), Is.False);
        Assert.That(narrowed, Is.Null);
    }

    [Test]
    public void Prefix_with_a_lone_surrogate_is_rejected() => Assert.That(Own.TryNarrow("a" + (char)0xD800, Root, out _), Is.False);

    [Test]
    public void Prefix_longer_than_a_key_is_rejected() =>
        Assert.That(Own.TryNarrow(new string('a', ObjectName.MaxBytes), Root, out _), Is.False);

    [TestCase("5Fab/2026", "5Fab/2026", TestName = "the folder's own prefix is absolute")]
    [TestCase("2026", "5Fab/2026")]
    [TestCase("5Fcd/", "5Fab/5Fcd/", TestName = "another folder's prefix is relative, so it finds nothing of that folder")]
    public void Prefix_at_the_top_of_the_bucket_stays_inside_the_folder(string prefix, string expected)
    {
        Assert.That(new Folder("5Fab/", Source: null).TryNarrow(prefix, root: "", out var narrowed), Is.True);
        Assert.That(narrowed, Is.EqualTo(expected));
    }
}

namespace S3Auth.Cli.Tests;

public sealed class GlobTests
{
    [TestCase("*.bin", "a.bin", true)]
    [TestCase("*.bin", "sub/a.bin", false)]
    [TestCase("*.bin", "a.BIN", false)]
    [TestCase("a?.bin", "a1.bin", true)]
    [TestCase("a?.bin", "a12.bin", false)]
    [TestCase("s?b/*", "sub/a.bin", true)]
    [TestCase("**", "a.bin", true)]
    [TestCase("**", "a/b/c.bin", true)]
    [TestCase("**/*.bin", "a.bin", true)]
    [TestCase("**/*.bin", "a/b/c.bin", true)]
    [TestCase("**/*.bin", "a/b/c.txt", false)]
    [TestCase("a/**/c.bin", "a/c.bin", true)]
    [TestCase("a/**/c.bin", "a/b/b/c.bin", true)]
    [TestCase("a/**/c.bin", "b/c.bin", false)]
    [TestCase("a/**", "a/b/c.bin", true)]
    [TestCase("a/", "a/b/c.bin", true)]
    [TestCase("a/", "ab/c.bin", false)]
    [TestCase("a/b.bin", "a/b.bin", true)]
    [TestCase("a/b.bin", "a/b.bin/c", false)]
    [TestCase("**/x/**/y", "a/x/b/c/y", true)]
    [TestCase("**/x/**/y", "a/b/c/y", false)]
    public void Glob_matches_path(string pattern, string path, bool expected) =>
        Assert.That(new Glob(pattern).Matches(path), Is.EqualTo(expected));

    [Test]
    public async Task Glob_of_many_stars_matches_fast()
    {
        var glob = new Glob(string.Join('/', Enumerable.Repeat("**/a", 50)) + "/b");
        var path = string.Join('/', Enumerable.Repeat("a", 500));

        Assert.That(await Task.Run(() => glob.Matches(path)).WaitAsync(TimeSpan.FromMinutes(1)), Is.False);
    }
}

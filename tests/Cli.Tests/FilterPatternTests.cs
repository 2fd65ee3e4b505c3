namespace S3Auth.Cli.Tests;

/// <summary>The patterns of rclone's documentation, among others.</summary>
public sealed class FilterPatternTests
{
    [TestCase("file.jpg", "file.jpg", true)]
    [TestCase("file.jpg", "directory/file.jpg", true)]
    [TestCase("file.jpg", "afile.jpg", false)]
    [TestCase("file.jpg", "file.jpg/other", false)]
    [TestCase("/file.jpg", "file.jpg", true)]
    [TestCase("/file.jpg", "directory/file.jpg", false)]
    [TestCase("*.jpg", "file.jpg", true)]
    [TestCase("*.jpg", "directory/file.jpg", true)]
    [TestCase("*.jpg", "file.jpg/anotherfile.png", false)]
    [TestCase("*.jpg", "file.JPG", false)]
    [TestCase("file?.jpg", "file1.jpg", true)]
    [TestCase("file?.jpg", "file.jpg", false)]
    [TestCase("a?b", "a/b", false)]
    [TestCase("a?b", "a😀b", true)]
    [TestCase("dir/*.jpg", "dir/file.jpg", true)]
    [TestCase("dir/*.jpg", "x/dir/file.jpg", true)]
    [TestCase("/dir/*.jpg", "x/dir/file.jpg", false)]
    [TestCase("dir/*.jpg", "dir/sub/file.jpg", false)]
    [TestCase("dir/**", "dir/sub/file.jpg", true)]
    [TestCase("dir/", "dir/sub/file.jpg", true)]
    [TestCase("dir/", "x/dir/file.jpg", true)]
    [TestCase("dir/", "dirx/file.jpg", false)]
    [TestCase("/", "any/file", true)]
    [TestCase("**", "any/file", true)]
    [TestCase("*", "any/file", true)]
    [TestCase("/*", "any/file", false)]
    [TestCase("**/*.bin", "a.bin", true)]
    [TestCase("**/*.bin", "a/b/c.bin", true)]
    [TestCase("/a/**/c.bin", "a/c.bin", true)]
    [TestCase("/a/**/c.bin", "a/b/b/c.bin", true)]
    [TestCase("/a/**/c.bin", "a/xc.bin", false)]
    [TestCase("a**z", "a/b/z", true)]
    [TestCase("[a-c]x", "bx", true)]
    [TestCase("[a-c]x", "dx", false)]
    [TestCase("[!a-c]x", "dx", true)]
    [TestCase("[^a-c]x", "bx", false)]
    [TestCase("a[!b]c", "a/c", false)]
    [TestCase("[]]x", "]x", true)]
    [TestCase("[a-]x", "-x", true)]
    [TestCase("[\\]a]x", "]x", true)]
    [TestCase("{one,two}.txt", "two.txt", true)]
    [TestCase("{one,two}.txt", "three.txt", false)]
    [TestCase("*.{jpg,png}", "a/b.png", true)]
    [TestCase("{,x}a", "a", true)]
    [TestCase("{a/b,c}/d", "a/b/d", true)]
    [TestCase("\\*.jpg", "*.jpg", true)]
    [TestCase("\\*.jpg", "a.jpg", false)]
    [TestCase("\\{a}", "{a}", true)]
    [TestCase("{a\\,b,c}", "a,b", true)]
    [TestCase("größe*", "x/größe 数据.bin", true)]
    public void Pattern_matches_path(string pattern, string path, bool expected) =>
        Assert.That(new FilterPattern(pattern).Matches(path), Is.EqualTo(expected));

    [TestCase("")]
    [TestCase("[a")]
    [TestCase("[")]
    [TestCase("{a,b")]
    [TestCase("{a,{b,c}}")]
    [TestCase("{{.*}}")]
    [TestCase("a\\")]
    public void Pattern_that_is_not_valid_is_refused(string pattern) =>
        Assert.That(() => new FilterPattern(pattern), Throws.TypeOf<UsageException>());

    [Test]
    public void Braces_cannot_stand_for_too_many_patterns() => Assert.That(
        () => new FilterPattern(string.Concat(Enumerable.Repeat("{a,b,c,d}", 40))),
        Throws.TypeOf<UsageException>().With.Message.Contains("1000"));

    [Test]
    public async Task Pattern_of_many_stars_matches_fast()
    {
        var pattern = new FilterPattern(string.Concat(Enumerable.Repeat("*a", 60)) + "b");

        Assert.That(await Task.Run(() => pattern.Matches(new string('a', 2000))).WaitAsync(TimeSpan.FromMinutes(1)), Is.False);
    }

    [TestCase("data.parquet", ExpectedResult = true)]
    [TestCase("tmp/data.parquet", ExpectedResult = false)]
    [TestCase("tmp/keep.parquet", ExpectedResult = true)]
    [TestCase("a.txt", ExpectedResult = false)]
    public bool First_rule_that_matches_decides(string path) => new PathFilter([], [], FilterRule.Read(
        ["- **", "!", "# a comment", "; another", "", "+ /tmp/keep.*", "-   tmp/", "\t+ *.parquet", "- *"], "rules")).Matches(path);

    [TestCase("a.parquet", ExpectedResult = true)]
    [TestCase("tmp/a.parquet", ExpectedResult = false)]
    [TestCase("a.txt", ExpectedResult = false)]
    [TestCase("by-rule.txt", ExpectedResult = true)]
    public bool Exclude_comes_before_the_rules_of_a_file_and_these_before_include(string path) =>
        new PathFilter(["*.parquet"], ["tmp/"], FilterRule.Read(["+ by-rule.txt"], "rules")).Matches(path);

    [TestCase("*.parquet")]
    [TestCase("+*.parquet")]
    [TestCase("-")]
    [TestCase("+ [")]
    public void Line_without_a_rule_is_refused(string line) =>
        Assert.That(() => FilterRule.Read(["+ a", line], "rules"), Throws.TypeOf<UsageException>());

    [Test]
    public void Wrong_line_is_named() => Assert.That(
        () => FilterRule.Read(["+ a", "b"], "rules"), Throws.TypeOf<UsageException>().With.Message.StartsWith("rules, line 2: "));
}

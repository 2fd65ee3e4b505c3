namespace S3Auth.Cli.Tests;

public sealed class KeyLayoutTests
{
    private const string Address = "5DRUZLgg59jWvH6nV1UCAUuYagfNyB9kpxzGykiA12TXr4nc";

    [TestCase("data/{source}/{coldkey}/", $"data/x/{Address}/a/b.bin", "a/b.bin", "x/a/b.bin")]
    [TestCase("data/hotkey={hotkey}/", $"data/hotkey={Address}/job_id=j/b.bin", "job_id=j/b.bin", "job_id=j/b.bin")]
    [TestCase("s={source}.v1/{hotkey}/", $"s=x.v1/{Address}/b.bin", "b.bin", "x/b.bin")]

    // A server may list anything.
    [TestCase("data/{source}/{coldkey}/", "data/x", "data/x", "data/x")]
    [TestCase("s={source}.v1/{hotkey}/", "/a/b", "b", "/b")]
    [TestCase("s={source}.v1/{hotkey}/", $"s=other.v1/{Address}/b.bin", "b.bin", "s=other.v1/b.bin")]
    [TestCase("data/{source}/{coldkey}/", "", "", "")]
    [TestCase("s={source}.v1/{hotkey}/", $"s=...v1/{Address}/b.bin", "b.bin", "s=...v1/b.bin")]
    [TestCase("s={source}.v1/{hotkey}/", $"s=.ssh.v1/{Address}/b.bin", "b.bin", "s=.ssh.v1/b.bin")]
    [TestCase("{source}x/{hotkey}/", $"...x/{Address}/b.bin", "b.bin", "...x/b.bin")]
    public void Path_is_the_key_without_the_miners_folder(string structure, string key, string path, string pathWithSource)
    {
        var layout = LayoutOf(structure, "x", "y");

        Assert.That(layout.PathOf(key), Is.EqualTo(path));
        Assert.That(layout.SourceAndPathOf(key), Is.EqualTo(pathWithSource));
    }

    // A server names the sources, too.
    [TestCase("..")]
    [TestCase(".ssh")]
    [TestCase("a:b")]
    public void Source_that_is_not_a_safe_name_is_not_a_folder(string source) => Assert.That(
        LayoutOf("s={source}.v1/{hotkey}/", "x", source).SourceAndPathOf($"s={source}.v1/{Address}/b.bin"),
        Is.EqualTo($"s={source}.v1/b.bin"));

    [TestCase("data/{source}/{coldkey}/", "x", ExpectedResult = false)]
    [TestCase("data/{source}/{coldkey}/", "x,y", ExpectedResult = true)]
    [TestCase("data/hotkey={hotkey}/", "x,y", ExpectedResult = false)]
    public bool Miner_has_several_folders_if_the_folder_names_one_of_several_sources(string structure, string sources) =>
        LayoutOf(structure, sources.Split(',')).HasSeveralSources;

    [TestCase(null, "x/a.bin")]
    [TestCase("x", "a.bin")]
    public void Downloads_of_several_sources_cannot_overwrite_each_other(string? source, string expected) => Assert.That(
        new FileFilter(source, Prefix: null, After: null, Before: null) { Layout = LayoutOf("data/{source}/{coldkey}/", "x", "y") }
            .LocalNameOf($"data/x/{Address}/a.bin"),
        Is.EqualTo(expected));

    internal static KeyLayout LayoutOf(string structure, params string[] sources) => new(new Structure
    {
        Folder_structure = structure,
        Sources = sources,
    });
}

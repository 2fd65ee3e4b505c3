namespace S3Auth.Cli.Tests;

public sealed class LocalFilesTests
{
    private DirectoryInfo _folder = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = Directory.CreateTempSubdirectory("s3auth-files-");
        string[] names = ["data/a.bin", "data/sub/b.bin", "data/sub/c.txt", "data/.hidden", "data/.git/config", "private/secret.bin"];
        foreach (var name in names)
        {
            var path = Path.Combine(_folder.FullName, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, name);
        }

        if (!OperatingSystem.IsWindows())
        {
            Directory.CreateSymbolicLink(Path.Combine(_folder.FullName, "data", "link"), Path.Combine(_folder.FullName, "private"));
            Directory.CreateSymbolicLink(Path.Combine(_folder.FullName, "data", "loop"), Path.Combine(_folder.FullName, "data"));
        }
    }

    [TearDown]
    public void TearDown() => _folder.Delete(recursive: true);

    [TestCase("data", "a.bin sub/b.bin sub/c.txt")]
    [TestCase("data/a.bin", "a.bin")]
    [TestCase("data/*.bin", "a.bin")]
    [TestCase("data/**", "a.bin sub/b.bin sub/c.txt")]
    [TestCase("data/**/*.bin", "a.bin sub/b.bin")]
    [TestCase("data/s?b/*.txt", "sub/c.txt")]
    public void Path_finds_files(string path, string expected) =>
        Assert.That(Find("", path), Is.EqualTo(expected.Split(' ')));

    [Test]
    public void Subfolder_of_the_destination_precedes_every_path() =>
        Assert.That(Find("x/y", "data/sub"), Is.EqualTo(["x/y/b.bin", "x/y/c.txt"]));

    [TestCase("nothing")]
    [TestCase("nothing/*.bin")]
    [TestCase("data/*.nothing")]
    public void Path_without_files_is_refused(string path) =>
        Assert.That(() => Find("", path), Throws.TypeOf<UsageException>());

    [Test]
    public void Two_files_with_one_destination_are_refused()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "private", "a.bin"), "another");

        Assert.That(() => Find("", "data", "private"), Throws.TypeOf<UsageException>().With.Message.Contains("would both become a.bin"));
    }

    private List<string> Find(string to, params string[] paths)
    {
        var found = LocalFiles.Find(
            paths.Select(path => Path.Combine(_folder.FullName, path)),
            new UploadSettings { To = to, Parallel = 1 });
        return [.. found.Select(file => file.Path)];
    }
}

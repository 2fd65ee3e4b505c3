namespace S3Auth.Cli.Tests;

public sealed class LocalPathAllocatorTests
{
    private DirectoryInfo _folder = null!;
    private LocalPathAllocator _places = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = Directory.CreateTempSubdirectory("s3auth-places-");
        _places = new LocalPathAllocator(_folder.FullName, NameFolding.None);
    }

    [TearDown]
    public void TearDown() => _folder.Delete(recursive: true);

    // A store can have both keys, but a file system cannot have both paths.
    [Test]
    public void File_and_folder_of_one_name_get_two_paths([Values] bool fileFirst)
    {
        string[] names = fileFirst ? ["x", "x/y"] : ["x/y", "x"];
        var places = new List<string>();
        foreach (var name in names)
        {
            using var place = _places.Allocate(name);
            File.WriteAllText(place.Path, name);
            places.Add(place.Name);
        }

        Assert.That(places, Is.EqualTo(fileFirst ? ["x", "x%/y"] : new[] { "x/y", "x%" }));
        Assert.That(_folder.EnumerateFiles("*", SearchOption.AllDirectories).Count(), Is.EqualTo(2));
    }

    // A folding file system keeps the first name, so later runs find the path of each key. Of several Unicode forms, one keeps its name.
    [TestCase("A.bin", "A.bin", "a.bin", "%61.bin")]
    [TestCase("a.bin", "a.bin", "A.bin", "%41.bin")]
    [TestCase("\u00e9", "\u00e9", "e\u0301", "e%CC%81")]
    [TestCase("e\u0301", "e%CC%81", "\u00e9", "\u00e9")]
    [TestCase("\u212b", "%E2%84%AB", "\u00c5", "\u00c5")]
    [TestCase("\uac00", "\uac00", "\u1100\u1161", "%E1%84%80%E1%85%A1")]
    [TestCase("\u00c9", "\u00c9", "\u00e9", "%C3%A9")]
    public void Folded_names_get_the_same_two_paths_in_every_run(
        string first, string firstName, string second, string secondName)
    {
        Write(new LocalPathAllocator(_folder.FullName, NameFolding.All), first, firstName);
        Write(new LocalPathAllocator(_folder.FullName, NameFolding.All), second, secondName);
        var later = new LocalPathAllocator(_folder.FullName, NameFolding.All);
        Write(later, second, secondName);
        Write(later, first, firstName);

        Assert.That(_folder.EnumerateFiles().Count(), Is.EqualTo(2));
    }

    [Test]
    public void Folded_folder_names_get_two_folders()
    {
        var places = new LocalPathAllocator(_folder.FullName, NameFolding.All);

        Write(places, "Data/x", "Data/x");
        Write(places, "data/x", "%64ata/x");
        Write(places, "Data/y", "Data/y");
        Write(places, "DATA", "%44%41%54%41");
    }

    [Test]
    public void Folded_names_get_two_paths_while_the_first_is_being_written()
    {
        var places = new LocalPathAllocator(_folder.FullName, NameFolding.Case);
        using var first = places.Allocate("A");
        using var second = places.Allocate("a");

        Assert.That((first.Name, second.Name), Is.EqualTo(("A", "%61")));
    }

    [TestCase((int)NameFolding.None, "a", "\u00e9", "e\u0301")]
    [TestCase((int)NameFolding.Case, "%61", "\u00e9", "e\u0301")]
    [TestCase((int)NameFolding.Normalization, "a", "\u00e9", "e%CC%81")]
    public void Names_do_not_change_if_the_file_system_distinguishes_them(int folding, params string[] names)
    {
        var places = new LocalPathAllocator(_folder.FullName, (NameFolding)folding);

        foreach (var (name, expected) in new[] { "A", "a", "\u00e9", "e\u0301" }.Zip(names.Prepend("A")))
        {
            Write(places, name, expected);
        }
    }

    [Test]
    [Platform(Include = "Linux")]
    public void Probe_finds_no_folding_on_Linux()
    {
        Assert.That(NameFoldingProbe.Of(_folder.FullName), Is.EqualTo(NameFolding.None));
        Assert.That(_folder.EnumerateFileSystemInfos(), Is.Empty);
    }

    private static void Write(LocalPathAllocator places, string name, string expected)
    {
        using var place = places.Allocate(name);
        File.WriteAllText(place.Path, name);
        Assert.That(place.Name, Is.EqualTo(expected));
    }

    [Test]
    public void File_that_is_being_written_keeps_its_path()
    {
        using var file = _places.Allocate("x");
        using var below = _places.Allocate("x/y");

        Assert.That(below.Name, Is.EqualTo("x%/y"));
        Assert.That(() => _places.Allocate("x"), Throws.TypeOf<UsageException>());
    }
}

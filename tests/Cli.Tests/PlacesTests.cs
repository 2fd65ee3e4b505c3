using S3Auth.Cli.Transfers;

namespace S3Auth.Cli.Tests;

public sealed class PlacesTests
{
    private DirectoryInfo _folder = null!;
    private Places _places = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = Directory.CreateTempSubdirectory("s3auth-places-");
        _places = new Places(_folder.FullName, NameFolding.None);
    }

    [TearDown]
    public void TearDown() => _folder.Delete(recursive: true);

    // A store has both; a file system has one of them.
    [Test]
    public void File_and_folder_of_one_name_have_two_places([Values] bool fileFirst)
    {
        string[] names = fileFirst ? ["x", "x/y"] : ["x/y", "x"];
        var places = new List<string>();
        foreach (var name in names)
        {
            using var place = _places.Claim(name);
            File.WriteAllText(place.Path, name);
            places.Add(place.Name);
        }

        Assert.That(places, Is.EqualTo(fileFirst ? ["x", "x%/y"] : new[] { "x/y", "x%" }));
        Assert.That(_folder.EnumerateFiles("*", SearchOption.AllDirectories).Count(), Is.EqualTo(2));
    }

    [Test]
    public void File_that_is_being_written_is_in_nobodys_way()
    {
        using var file = _places.Claim("x");
        using var below = _places.Claim("x/y");

        Assert.That(below.Name, Is.EqualTo("x%/y"));
        Assert.That(() => _places.Claim("x"), Throws.TypeOf<UsageException>());
    }
}

using System.Xml.Linq;

namespace S3Auth.Api.Tests;

/// <summary>
/// Whose work is shipped with this product, and on what terms: as the build knows it, on a page, and of a kind that may be shipped.
/// </summary>
public sealed class LicenceTests
{
    private const string Page = "docs/licences.md";
    private const string Begin = "<!-- packages: written by ./build.sh --target=Pages -->";
    private const string End = "<!-- end of packages -->";

    // They ask for no more than that their notice is kept.
    private static readonly string[] Allowed = ["Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"];

    // A package from before licences had names: it links to a page that has changed since. What is taken for it:
    // docs/decisions/0001-packages.md.
    private static readonly Dictionary<string, string> WithoutAName = new(StringComparer.Ordinal) { ["MediatR 5.1.0"] = "Apache-2.0" };

    private static readonly (string Project, string Assembly)[] Shipped =
        [("Api", "S3Auth.Api"), ("Cli", "s3auth"), ("Client", "S3Auth.Client")];

    [Test]
    public Task Committed_page_lists_every_shipped_package_with_its_licence() => RepositoryFiles.HoldAsync(Page, Begin, End, Table());

    [Test]
    public void Every_shipped_package_may_be_shipped()
    {
        var packages = Packages();

        Assert.That(packages, Has.Count.GreaterThan(20));
        Assert.That(packages.Where(package => !Allowed.Contains(package.Licence)), Is.Empty);
    }

    private static string Table()
    {
        var table = new StringBuilder("\n| package | version | licence | in |\n| --- | --- | --- | --- |\n");
        foreach (var (name, version, licence, projects) in Packages())
        {
            table.Append(CultureInfo.InvariantCulture, $"| {name} | {version} | {licence} | {projects} |\n");
        }

        return table.Append('\n').ToString();
    }

    private static List<(string Name, string Version, string Licence, string Projects)> Packages() =>
    [
        .. Shipped
            .SelectMany(shipped => PackagesOf(shipped.Project, shipped.Assembly).Select(package => (Package: package, shipped.Project)))
            .GroupBy(one => one.Package)
            .OrderBy(group => group.Key.Name, StringComparer.OrdinalIgnoreCase)
            .Select(group => (group.Key.Name, group.Key.Version, group.Key.Licence, string.Join(", ", group.Select(one => one.Project)))),
    ];

    // What a program is published with stands beside it, down to what its packages need.
    private static IEnumerable<(string Name, string Version, string Licence)> PackagesOf(string project, string assembly)
    {
        var output =
            RepositoryFiles.PathOf(Path.Combine("src", project, "bin", Repository.Configuration, "net10.0", assembly + ".deps.json"));
        var caches =
            JsonNode.Parse(RepositoryFiles.Read(Path.Combine("src", project, "obj", "project.assets.json")))!["packageFolders"]!.AsObject();
        foreach (var (library, description) in JsonNode.Parse(File.ReadAllText(output))!["libraries"]!.AsObject())
        {
            if ((string?)description!["type"] == "package")
            {
                var (name, version) = (library.Split('/')[0], library.Split('/')[1]);
                yield return (name, version, LicenceOf(name, version, caches.Select(cache => cache.Key)));
            }
        }
    }

    private static string LicenceOf(string name, string version, IEnumerable<string> caches)
    {
        if (WithoutAName.TryGetValue($"{name} {version}", out var known))
        {
            return known;
        }

        var lower = name.ToLowerInvariant();
        var specification = caches.Select(cache => Path.Combine(cache, lower, version, lower + ".nuspec")).First(File.Exists);
        return XDocument.Load(specification).Descendants()
            .SingleOrDefault(element =>
                element.Name.LocalName == "license" && (string?)element.Attribute("type") == "expression")?.Value ?? "not named";
    }
}

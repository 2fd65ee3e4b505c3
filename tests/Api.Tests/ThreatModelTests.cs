namespace S3Auth.Api.Tests;

/// <summary>Checks that every test and file that the threat model names exists.</summary>
public sealed partial class ThreatModelTests
{
    private const string Page = "docs/threat-model.md";

    // The lines of tests, by class: several projects may have one of the same name.
    private static readonly ILookup<string, string[]> TestClasses = Directory
        .GetFiles(RepositoryFiles.PathOf("tests"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Split(Path.DirectorySeparatorChar).Contains("obj"))
        .ToLookup(file => Path.GetFileNameWithoutExtension(file), File.ReadAllLines, StringComparer.Ordinal);

    [Test]
    public void Every_named_test_exists()
    {
        var named = NamedTest()
            .Matches(RepositoryFiles.Read(Page))
            .Select(match => (Class: match.Groups["class"].Value, Method: match.Groups["method"].Value))
            .ToList();

        Assert.That(named, Has.Count.GreaterThan(80));
        Assert.That(named.Where(test => !Exists(test.Class, test.Method)), Is.Empty);
    }

    [Test]
    public void Every_linked_file_exists()
    {
        var pages = Directory.GetFiles(RepositoryFiles.PathOf("docs"), "*.md", SearchOption.AllDirectories);
        foreach (var page in pages.Concat(Directory.GetFiles(Repository.Root, "*.md")))
        {
            var links = Link().Matches(File.ReadAllText(page)).Select(match => match.Groups["file"].Value).ToList();
            Assert.That(links.Where(link => !Path.Exists(Path.Combine(Path.GetDirectoryName(page)!, link))), Is.Empty, page);
            Assert.That(links, Has.Count.GreaterThan(Path.GetFileName(page) == "threat-model.md" ? 40 : -1));
        }
    }

    [Test]
    public void Every_row_names_a_file_and_a_test()
    {
        var rows = RepositoryFiles.Read(Page)
            .Split('\n')
            .Where(line =>
                line.StartsWith("| ", StringComparison.Ordinal)
                    && !line.StartsWith("| could |", StringComparison.Ordinal)
                    && !line.StartsWith("| ---", StringComparison.Ordinal))
            .ToList();

        Assert.That(rows, Has.Count.GreaterThan(40));
        Assert.That(rows.Where(row => !NamedTest().IsMatch(row) || !Link().IsMatch(row)), Is.Empty);
    }

    private static bool Exists(string name, string method) =>
        name.StartsWith("test_", StringComparison.Ordinal) ? ExistsInPython(name, method) : ExistsInCSharp(name, method);

    private static bool ExistsInPython(string module, string function) =>
        RepositoryFiles.Read($"clients/python/tests/{module}.py").Contains($"\ndef {function}(", StringComparison.Ordinal);

    // The attribute of a test or of a property test is above the method, without an empty line. Without it the method does not run.
    private static bool ExistsInCSharp(string name, string method) => TestClasses[name].Any(lines =>
        Array.FindIndex(lines, line => line.Contains("public ", StringComparison.Ordinal)
            && line.Contains($" {method}(", StringComparison.Ordinal)) is var found and >= 0
        && lines[..found]
            .Reverse()
            .TakeWhile(line => !string.IsNullOrWhiteSpace(line))
            .Select(line => line.TrimStart())
            .Any(line => line.StartsWith("[Test", StringComparison.Ordinal)
                || line.StartsWith("[Property(MaxTest", StringComparison.Ordinal)));

    [GeneratedRegex(
        @"`((?<class>\w+Tests)\.(?<method>\w+)|(?<class>test_\w+)\.(?<method>test_\w+))`",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamedTest();

    [GeneratedRegex(@"\]\((?<file>(?!https?:)[^)#]+)(#[^)]*)?\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();
}

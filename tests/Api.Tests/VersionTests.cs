using System.Diagnostics;
using System.Reflection;
using System.Xml.Linq;

namespace S3Auth.Api.Tests;

/// <summary>The version stands in Directory.Build.props; everything else that tells one tells that one.</summary>
public sealed partial class VersionTests
{
    private const string Properties = "Directory.Build.props";

    private static readonly string[] Told =
        ["Version", "VersionPrefix", "VersionSuffix", "AssemblyVersion", "FileVersion", "InformationalVersion", "PackageVersion"];

    private static string Version => XDocument.Parse(RepositoryFiles.Read(Properties)).Descendants("Version").Single().Value;

    [Test]
    public void Version_stands_in_one_place()
    {
        var files = new[] { "*.csproj", "*.props", "*.targets" }
            .SelectMany(pattern =>
                Directory.GetFiles(RepositoryFiles.PathOf("src"), pattern, SearchOption.AllDirectories).Concat(
                    Directory.GetFiles(Repository.Root, pattern)))
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Contains("obj"));

        var places = files.Where(file =>
            XDocument.Load(file)
                .Descendants()
                .Any(element => element.Parent?.Name.LocalName == "PropertyGroup" && Told.Contains(element.Name.LocalName)));

        Assert.That(places.Select(file => Path.GetRelativePath(Repository.Root, file)), Is.EqualTo(new[] { Properties }));
    }

    [Test]
    public void Changelogs_newest_version_is_the_one_that_is_built()
    {
        var versions = Heading().Matches(RepositoryFiles.Read("CHANGELOG.md")).Select(match => match.Groups["version"].Value).ToList();

        Assert.Multiple(() =>
        {
            Assert.That(versions.FirstOrDefault(), Is.EqualTo(Version));
            Assert.That(versions, Is.Unique);
            Assert.That(versions.Select(System.Version.Parse), Is.Ordered.Descending);
        });
    }

    [Test]
    public async Task Server_and_tool_tell_it()
    {
        using var service = new Service();

        Assert.Multiple(async () =>
        {
            Assert.That((string?)(await service.GetAsync("/openapi.json")).Json["info"]!["version"], Is.EqualTo(Version));
            Assert.That(await ToolSaysAsync("--version"), Is.EqualTo(Version).Or.StartsWith(Version + "+"), "a commit may follow");
        });
    }

    [Test]
    public void Every_room_is_of_that_version() => Assert.That(
        new[]
        {
            "S3Auth.Substrate",
            "S3Auth.Domain",
            "S3Auth.Application",
            "S3Auth.Infrastructure",
            "S3Auth.Api",
            "S3Auth.Client",
            "s3auth",
        }
            .Select(room => Assembly.Load(room).GetName().Version!.ToString(3)),
        Has.All.EqualTo(Version));

    private static async Task<string> ToolSaysAsync(string argument)
    {
        var tool = RepositoryFiles.PathOf(Path.Combine("src", "Cli", "bin", Repository.Configuration, "net10.0", "s3auth.dll"));
        using var process =
            Process.Start(new ProcessStartInfo("dotnet", [tool, argument]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return said.Trim();
    }

    [GeneratedRegex(
        @"^## \[(?<version>\d+\.\d+\.\d+)\] - \d{4}-\d{2}-\d{2}$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Heading();
}

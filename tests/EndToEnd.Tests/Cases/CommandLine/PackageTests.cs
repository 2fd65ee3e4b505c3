using System.IO.Compression;
using System.Xml.Linq;

namespace S3Auth.EndToEnd.Tests.Cases.CommandLine;

/// <summary>The libraries as packages: their content, and that the examples of their pages compile against them.</summary>
[NonParallelizable]
internal sealed partial class PackageTests
{
    private static readonly string[] Libraries = ["Substrate", "S3", "Client"];

    private ScratchFolder _folder = null!;

    private string Packages => Path.Combine(_folder.Path, "packages");

    [OneTimeSetUp]
    public async Task Pack()
    {
        _folder = new ScratchFolder("packages");
        foreach (var library in Libraries)
        {
            await DotNetAsync(
                "pack",
                Path.Combine(Repository.Root, "src", library),
                "--no-build",
                "--configuration",
                Repository.Configuration,
                "--output",
                Packages);
        }
    }

    [OneTimeTearDown]
    public void TearDown() => _folder.Dispose();

    [TestCaseSource(nameof(Libraries))]
    public async Task Package_has_its_page_its_documentation_and_its_symbols(string library)
    {
        var package = Directory.GetFiles(Packages, $"S3Auth.{library}.*.nupkg").Single();
        await using var content = await ZipFile.OpenReadAsync(package);
        await using var symbols = await ZipFile.OpenReadAsync(Path.ChangeExtension(package, ".snupkg"));
        var manifest = XDocument.Load(
            await content.Entries.Single(entry => entry.Name.EndsWith(".nuspec", StringComparison.Ordinal)).OpenAsync());
        string? Value(string name) =>
            manifest.Descendants().SingleOrDefault(element => string.Equals(element.Name.LocalName, name, StringComparison.Ordinal))?.Value;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                content.Entries.Select(entry => entry.FullName),
                Is.SupersetOf(new[] { "README.md", $"lib/net10.0/S3Auth.{library}.dll", $"lib/net10.0/S3Auth.{library}.xml" }));
            Assert.That(symbols.Entries.Select(entry => entry.FullName), Does.Contain($"lib/net10.0/S3Auth.{library}.pdb"));
            Assert.That((Value("readme"), Value("license")), Is.EqualTo(("README.md", "MIT")));
            Assert.That(Value("description"), Is.Not.EqualTo("Package Description").And.Length.GreaterThan(20));
        }
    }

    [TestCaseSource(nameof(Libraries))]
    public async Task What_the_page_shows_compiles_against_the_package(string library)
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "src", library, "README.md"));
        var package = Directory.GetFiles(Packages, $"S3Auth.{library}.*.nupkg").Single();
        var version = Path.GetFileNameWithoutExtension(package)[$"S3Auth.{library}.".Length..];
        var project = _folder.Sub("uses-" + library);
        await File.WriteAllTextAsync(
            Path.Combine(project, "Program.cs"), CSharpBlock().Match(page.ReplaceLineEndings("\n")).Groups["code"].Value);
        // Reads the build's package cache, but must not write these packages into it.
        await File.WriteAllTextAsync(Path.Combine(project, "uses.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <RestoreAdditionalProjectSources>{Packages}</RestoreAdditionalProjectSources>
                <RestorePackagesPath>{_folder.Sub("cache")}</RestorePackagesPath>
                <RestoreFallbackFolders>{Repository.PackageCache}</RestoreFallbackFolders>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="S3Auth.{library}" Version="{version}" />
              </ItemGroup>
            </Project>
            """);

        await DotNetAsync("build", project, "--nologo");
    }

    private static async Task DotNetAsync(params string[] arguments)
    {
        var result = await Tool.RunAsync(Tool.Need("dotnet", "the .NET SDK"), arguments, limit: TimeSpan.FromMinutes(3));
        Assert.That(result.ExitCode, Is.Zero, result.Output + result.Errors);
    }

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CSharpBlock();
}

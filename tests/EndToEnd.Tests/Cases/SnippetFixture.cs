using System.Net;
using System.Text.RegularExpressions;
using S3Auth.EndToEnd.Tests.Clients;
using S3Auth.EndToEnd.Tests.Servers;
using S3Auth.EndToEnd.Tests.Stores;
using S3Auth.Tests;

namespace S3Auth.EndToEnd.Tests.Cases;

/// <summary>What the page at <c>/</c> tells miners and validators to paste works as it is shown, for somebody who has the wallet <c>default</c>.</summary>
internal abstract class SnippetFixture(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    private const string Name = "data.parquet";

    private static readonly Lazy<Task<string>> Packages = new(PackAsync);

    private static readonly string[] Languages = ["s3auth", "python", "curl", "csharp"];

    private ScratchFolder _folder = null!;

    private string Home => Path.Combine(_folder.Path, "home");

    private string Work => Path.Combine(_folder.Path, "work");

    [SetUp]
    public void SetUp()
    {
        _folder = new ScratchFolder("snippet");
        _folder.Sub("work");
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [TestCaseSource(nameof(Languages))]
    public async Task Miner_uploads_by_what_the_page_shows(string language)
    {
        var miner = Deployment.NextMiner();
        var content = Bytes(5000);
        await S3AuthTool.WriteWalletAsync(Path.Combine(Home, ".bittensor", "wallets", "default"), miner);
        await File.WriteAllBytesAsync(Path.Combine(Work, Name), content);

        await RunAsync("miner", language);

        var key = Deployment.FolderOf(miner) + Deployment.PathOf(Name);
        Assert.That(await Bucket.ListKeysAsync(Deployment.FolderOf(miner)), Is.EqualTo([key]));
        Content.AssertSame(await Bucket.GetAsync(key), content);
    }

    [TestCaseSource(nameof(Languages))]
    public async Task Validator_reads_by_what_the_page_shows(string language)
    {
        var miner = Deployment.NextMiner();
        var content = Bytes(5000);
        var key = Deployment.FolderOf(miner) + Deployment.PathOf($"{Guid.NewGuid()}.bin");
        await Bucket.PutAsync(key, content);
        await S3AuthTool.WriteWalletAsync(Path.Combine(Home, ".bittensor", "wallets", "default"), Subnet.Validator);

        var result = await RunAsync("validator", language);

        switch (language)
        {
            case "curl":
                // It reads the first file of the first miner, whoever that is.
                Assert.That(result.Output, Does.Contain($"{Deployment.OwnerOf(miner)} {Deployment.FolderOf(miner)}"));
                Assert.That(new FileInfo(Path.Combine(Work, "first.bin")).Length, Is.Positive);
                break;
            case "python":
                Assert.That(result.Output, Does.Contain($"'{key}' {content.Length}"));
                break;
            default:
                Content.AssertSame(await File.ReadAllBytesAsync(Path.Combine(Work, "data", key.Replace('/', Path.DirectorySeparatorChar))), content);
                break;
        }
    }

    private async Task<ToolResult> RunAsync(string who, string language)
    {
        var snippet = await ReadAsync($"{who}-{language}");
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOME"] = Home,
            ["XDG_STATE_HOME"] = Path.Combine(_folder.Path, "state"),
            ["NO_PROXY"] = "*",
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["DOTNET_NOLOGO"] = "1",
        };
        var result = language switch
        {
            "python" => await RunPythonAsync(snippet, environment),
            "csharp" => await RunCSharpAsync(snippet, environment),
            _ => await RunBashAsync(snippet, environment),
        };
        Assert.That(result.ExitCode, Is.Zero, $"{snippet}\n---\n{result.Output}\n---\n{result.Errors}");
        return result;
    }

    private async Task<string> ReadAsync(string id)
    {
        var page = (await Client.GetAsync("/")).Text;
        var section = Regex.Match(
            page, $"<section id=\"{id}\".*?<code>(?<text>.*?)</code>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        Assert.That(section.Success, page);
        return WebUtility.HtmlDecode(section.Groups["text"].Value);
    }

    // Installed is what s3auth is to somebody who followed the guide.
    private Task<ToolResult> RunBashAsync(string snippet, Dictionary<string, string> environment)
    {
        Tool.Need("curl", "curl");
        Tool.Need("jq", "jq");
        var installed = $"s3auth() {{ dotnet '{S3AuthTool.Program}' \"$@\"; }}";
        return Tool.RunAsync(
            Tool.Need("bash", "bash"), ["-c", $"set -euo pipefail\n{installed}\n{snippet}"], environment: environment, folder: Work, limit: TimeSpan.FromMinutes(3));
    }

    private async Task<ToolResult> RunPythonAsync(string snippet, Dictionary<string, string> environment)
    {
        var python = await Python.NeedAsync();
        await NodeSigner.NeedAsync();
        environment["PYTHONDONTWRITEBYTECODE"] = "1";
        environment["PYTHONPATH"] = Python.StandIns;
        environment["S3AUTH_TEST_SIGNER"] = NodeSigner.Program;
        var program = Path.Combine(Work, "app.py");
        await File.WriteAllTextAsync(program, snippet);
        return await python.RunProgramAsync(program, environment, Work);
    }

    private async Task<ToolResult> RunCSharpAsync(string snippet, Dictionary<string, string> environment)
    {
        await File.WriteAllTextAsync(Path.Combine(Work, "app.cs"), snippet);

        // What the build restored is read; the packages that are tried must not get into its cache.
        await File.WriteAllTextAsync(Path.Combine(Work, "Directory.Build.props"), $"""
            <Project>
              <PropertyGroup>
                <RestoreAdditionalProjectSources>{await Packages.Value}</RestoreAdditionalProjectSources>
                <RestorePackagesPath>{_folder.Sub("cache")}</RestorePackagesPath>
                <RestoreFallbackFolders>{Repository.PackageCache}</RestoreFallbackFolders>
              </PropertyGroup>
            </Project>
            """);
        return await Tool.RunAsync(
            Tool.Need("dotnet", "the .NET SDK"), ["run", "app.cs"], environment: environment, folder: Work, limit: TimeSpan.FromMinutes(3));
    }

    private static async Task<string> PackAsync()
    {
        var packages = TestRun.Current.Scratch("snippet-packages");
        foreach (var library in new[] { "Substrate", "Client" })
        {
            var result = await Tool.RunAsync(
                Tool.Need("dotnet", "the .NET SDK"),
                ["pack", Path.Combine(Repository.Root, "src", library), "--no-build", "--configuration", Repository.Configuration, "--output", packages],
                limit: TimeSpan.FromMinutes(3));
            Assert.That(result.ExitCode, Is.Zero, result.Output + result.Errors);
        }

        return packages;
    }
}

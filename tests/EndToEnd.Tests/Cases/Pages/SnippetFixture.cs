namespace S3Auth.EndToEnd.Tests.Cases.Pages;

/// <summary>
/// Runs the snippets of the page at <c>/</c> as they are shown, for a person who has the wallet <c>default</c> and the programs that the
/// page names. Shell snippets are pasted into bash, zsh and fish. Snippets are slow, so a build runs them on two deployments with different
/// stores and layouts. The nightly target runs all.
/// </summary>
internal abstract class SnippetFixture(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    private const string Name = "data.parquet";

    private static readonly Lazy<string> Sources = new(CopySources);

    // Two builds of the same sources would collide.
    private static readonly SemaphoreSlim OneBuild = new(1);

    private static int _programs;

    internal static readonly string[] Languages = ["s3auth", "python", "requests", "curl", "csharp"];

    // A build of C# takes long, and one deployment builds the miners' example in each run.
    internal static IEnumerable<TestCaseData> LanguagesWithoutBuild => Languages.Select(language =>
        language == "csharp" ? new TestCaseData(language).SetCategory("Nightly") : new TestCaseData(language));

    /// <summary>Uploads a file as the page shows it.</summary>
    internal async Task UploadAsync(string language)
    {
        foreach (var shell in ShellsFor(language))
        {
            using var folder = new ScratchFolder("snippet");
            var miner = Deployment.NextMiner();
            var content = Bytes(5000);
            await File.WriteAllBytesAsync(Path.Combine(folder.Sub("work"), Name), content);

            var result = await RunAsync(folder, miner, "miner", language, shell);

            var key = Deployment.FolderOf(miner) + Deployment.PathOf(Name);
            Assert.That(result.ExitCode, Is.Zero, $"{shell}\n{result.Output}\n---\n{result.Errors}");
            Assert.That(
                await Bucket.ListKeysAsync(Deployment.FolderOf(miner)),
                Is.EqualTo([key]),
                $"{shell}\n{result.Output}\n---\n{result.Errors}");
            Content.AssertSame(await Bucket.GetAsync(key), content);
            AssertNobodyElseReads(folder, language);
            if (language == "s3auth")
            {
                Assert.That(result.Output, Does.Contain("All is well.").And.Contain($"uploaded {key}"), shell);
            }
        }
    }

    [TestCase("miner")]
    [TestCase("validator")]
    public async Task Refusal_is_shown_and_nothing_is_sent_elsewhere(string who)
    {
        foreach (var shell in ShellsFor("curl"))
        {
            using var folder = new ScratchFolder("snippet");
            var work = folder.Sub("work");
            await File.WriteAllBytesAsync(Path.Combine(work, Name), Bytes(5000));

            // Files of an earlier run must not be used.
            foreach (
                var (file, content) in new[]
                {
                    ("s3auth-access.json", """{"url":"http://null.invalid/","fields":{},"folder":""}"""),
                    ("s3auth-files.json", """{"files":[{"download_url":"http://null.invalid/"}]}"""),
                })
            {
                await File.WriteAllTextAsync(Path.Combine(work, file), content);
            }

            var result = await RunAsync(folder, Miner.New(), who, "curl", shell);

            using (Assert.EnterMultipleScope())
            {
                Assert.That(result.ExitCode, Is.Not.Zero, shell);
                Assert.That(result.Output, Does.Contain("is not registered on netuid 46"), shell);
                Assert.That(result.Output + result.Errors, Does.Not.Contain("null"), $"{shell}: no URL, no request");
            }
        }
    }

    /// <summary>The shells for a snippet. One entry for snippets that are not for shells.</summary>
    protected IReadOnlyList<string> ShellsFor(string language) =>
        language is "s3auth" or "curl" && Layout == FolderLayoutKind.Coldkey ? ["bash", "zsh", "fish"] : ["bash"];

    /// <summary>Runs a snippet in the subfolder <c>work</c>, with this wallet.</summary>
    protected Task<ToolResult> RunAsync(ScratchFolder folder, Miner wallet, string who, string language, string shell) =>
        RunAsync(Client, folder, wallet, who, language, shell);

    /// <summary>The same for the page of any server.</summary>
    internal static async Task<ToolResult> RunAsync(
        ServiceClient client, ScratchFolder folder, Miner wallet, string who, string language, string shell)
    {
        var home = folder.Sub("home");
        await S3AuthTool.WriteWalletAsync(Path.Combine(home, ".bittensor", "wallets", "default"), wallet);
        var snippet = await ReadAsync(client, $"{who}-{language}");
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOME"] = home,
            ["XDG_STATE_HOME"] = Path.Combine(folder.Path, "state"),
            ["NO_PROXY"] = "*",
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["DOTNET_NOLOGO"] = "1",
            // HOME is replaced, so the package cache must be named.
            ["NUGET_PACKAGES"] = Repository.PackageCache,
        };
        return language switch
        {
            "python" => await RunPythonAsync(folder, snippet, $"{Python.StandIns}{Path.PathSeparator}{Python.Package}", environment),
            "requests" => await RunPythonAsync(folder, snippet, Python.StandIns, environment),
            "csharp" => await RunCSharpAsync(folder, snippet, environment),
            _ => await PasteAsync(folder, snippet, shell, environment),
        };
    }

    // These files contain grants.
    private static void AssertNobodyElseReads(ScratchFolder folder, string language)
    {
        if (OperatingSystem.IsWindows() || language != "curl")
        {
            return;
        }

        var written = new DirectoryInfo(Path.Combine(folder.Path, "work")).GetFiles().Where(file => file.Name != Name).ToList();
        Assert.That(written, Has.Count.EqualTo(3));
        Assert.That(written.Select(file => file.UnixFileMode), Has.All.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    private static async Task<string> ReadAsync(ServiceClient client, string id)
    {
        var page = (await client.GetAsync("/")).Text;
        var section = Regex.Match(
            page,
            $"<section id=\"{id}\".*?: to copy\"><code>(?<text>.*?)</code>",
            RegexOptions.Singleline | RegexOptions.ExplicitCapture,
            TimeSpan.FromSeconds(1));
        Assert.That(section.Success, page);
        return WebUtility.HtmlDecode(section.Groups["text"].Value);
    }

    // Feeds the lines to an interactive shell, as pasting does.
    private static async Task<ToolResult> PasteAsync(
        ScratchFolder folder, string snippet, string shell, Dictionary<string, string> environment)
    {
        Tool.Need("curl", "curl");
        Tool.Need("jq", "jq");
        var programs = folder.Sub("bin");
        var tool = Path.Combine(programs, "s3auth");
        await File.WriteAllTextAsync(tool, $"#!/bin/sh\nexec {S3AuthTool.ShellCommand} \"$@\"\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(tool, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        environment["PATH"] = $"{programs}:{Environment.GetEnvironmentVariable("PATH")}";
        string[] options = shell switch
        {
            "bash" => ["--norc", "--noprofile", "-i"],
            "zsh" => ["-f", "-i"],
            _ => ["--no-config"],
        };
        return await Tool.RunAsync(
            Tool.Need(shell, shell), options, snippet + "\n", environment, Path.Combine(folder.Path, "work"), TimeSpan.FromMinutes(6));
    }

    private static async Task<ToolResult> RunPythonAsync(
        ScratchFolder folder, string snippet, string packages, Dictionary<string, string> environment)
    {
        var python = await Python.NeedAsync();
        await NodeSigner.NeedAsync();
        environment["PYTHONDONTWRITEBYTECODE"] = "1";
        environment["PYTHONPATH"] = packages;
        environment["S3AUTH_TEST_SIGNER"] = NodeSigner.Program;
        var program = Path.Combine(folder.Path, "app.py");
        await File.WriteAllTextAsync(program, snippet);
        return await python.RunProgramAsync(program, environment, Path.Combine(folder.Path, "work"));
    }

    private static async Task<ToolResult> RunCSharpAsync(ScratchFolder folder, string snippet, Dictionary<string, string> environment)
    {
        await OneBuild.WaitAsync();
        try
        {
            var program = Path.Combine(Sources.Value, FormattableString.Invariant($"app{Interlocked.Increment(ref _programs)}.cs"));
            await File.WriteAllTextAsync(program, snippet);
            return await Tool.RunAsync(
                Tool.Need("dotnet", "the .NET SDK"), ["run", program], environment: environment, folder: Path
                    .Combine(folder.Path, "work"), limit: TimeSpan.FromMinutes(6));
        }
        finally
        {
            OneBuild.Release();
        }
    }

    // Copies the sources of S3Auth into the subfolder s3auth, without build output.
    private static string CopySources()
    {
        var folder = TestRun.Current.Scratch("snippet-sources");
        foreach (var file in Directory.GetFiles(Repository.Root, "Directory.*").Append(Path.Combine(Repository.Root, ".editorconfig"))
            .Concat(Directory.GetFiles(Path.Combine(Repository.Root, "src"), "Directory.*"))
            .Concat(
                new[] { "Client", "S3", "Substrate" }.SelectMany(
                    project => Directory.GetFiles(Path.Combine(Repository.Root, "src", project), "*", SearchOption.AllDirectories))))
        {
            var way = Path.GetRelativePath(Repository.Root, file);
            if (way.Split(Path.DirectorySeparatorChar).Intersect(["bin", "obj"], StringComparer.Ordinal).Any())
            {
                continue;
            }

            var copy = Path.Combine(folder, "s3auth", way);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return folder;
    }
}

namespace S3Auth.EndToEnd.Tests.Cases.Pages;

/// <summary>Runs the commands of the guides, from top to bottom, with a wallet.</summary>
[NonParallelizable]
internal sealed partial class GuideTests
{
    private const string DefaultAddress = "http://localhost:8000";

    private ScratchFolder _folder = null!;
    private ApiProcess? _api;
    private Subnet _subnet = null!;

    private ApiProcess Api => _api ?? throw new InvalidOperationException("The server was not started.");

    [SetUp]
    public async Task SetUp()
    {
        _folder = new ScratchFolder("guides");
        _subnet = Subnet.Create(1);

        // Everybody's home has the wallets that the guides name.
        var wallets = _folder.Sub("home/.bittensor/wallets");
        await S3AuthTool.WriteWalletAsync(Path.Combine(wallets, "default"), _subnet.Miners[0]);
        await S3AuthTool.WriteWalletAsync(Path.Combine(wallets, "validator"), Subnet.Validator);
    }

    [TearDown]
    public async Task TearDown()
    {
        await (_api?.DisposeAsync() ?? ValueTask.CompletedTask);
        _api = null;
        _folder.Dispose();
    }

    [Category("Nightly")]
    [Test]
    public async Task Miners_guide_runs_as_it_is_written()
    {
        await StartAsync();

        var result = await PasteAsync("miners.md", Repository.Root, installed: false);

        Assert.That(result.Output, Does.Contain("All is well.").And.Contain("uploaded data/x/").And.Contain("downloaded data/x/"));
    }

    [Test]
    public async Task Programs_of_the_miners_guide_upload_one_file_many_files_and_the_rest_of_a_large_one()
    {
        await NodeSigner.NeedAsync();
        await StartAsync();
        var miner = _subnet.Miners[0];
        var contents = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["data.parquet"] = DeploymentFixture.Bytes(2500),
            ["batch/a.bin"] = DeploymentFixture.Bytes(2000),
            ["batch/sub/größe.bin"] = DeploymentFixture.Bytes(3000),
            ["large.bin"] = DeploymentFixture.Bytes((16 * 1024 * 1024) + 5),
        };
        await WriteFilesAsync([.. contents.Select(file => (file.Key, file.Value))]);

        // The second part was sent before.
        var upload = await Api.Client.AskAsync<PartUpload>(Call.CreateUpload(miner, "large.bin", contents["large.bin"].Length));
        var urls = await Api.Client.AskAsync<PartUrls>(
            Call.OfUpload(ServiceClient.SignPartsPath, miner, upload, ("part_numbers", new JsonArray(2))));
        Assert.That((await Presigned.SendAsync(HttpMethod.Put, urls.Parts.Single().Url, contents["large.bin"][^5..])).Accepted);

        var ran = await RunPythonAsync(await ReadAsync("miners.md"));

        var folder = $"data/x/{miner.Coldkey}/";
        Assert.That(
            ran.Expect().Split('\n'),
            Is.SupersetOf(
                new[]
                {
                    $"stored {folder}data.parquet", $"stored {folder}a.bin", $"stored {folder}sub/größe.bin", $"stored {folder}large.bin",
                }));
        using var bucket = Bucket();
        Assert.That(await bucket.ListKeysAsync(), Has.Count.EqualTo(contents.Count));
        foreach (var (name, content) in contents)
        {
            Content.AssertSame(await bucket.GetAsync(folder + name.Replace("batch/", "", StringComparison.Ordinal)), content);
        }
    }

    [Test]
    public async Task Validators_guide_runs_as_it_is_written()
    {
        await StartAsync();
        var bucket = Bucket();
        var key = $"data/x/{_subnet.Miners[0].Coldkey}/sub/a.bin";
        await bucket.PutAsync(key, DeploymentFixture.Bytes(2000));

        var result = await PasteAsync("validators.md", _folder.Path, installed: true);
        var ran = await RunPythonAsync(await ReadAsync("validators.md"));

        Assert.That(result.Output, Does.Contain("All is well.").And.Contain("downloaded data/x/"));
        Assert.That(ran.Expect().Trim(), Does.EndWith($" 2000 '{key}' 1024"));
        bucket.Dispose();
    }

    [Test]
    public async Task Migration_guide_runs_as_it_is_written()
    {
        await StartAsync();
        await using var hub = new Hub();
        hub.Put("data/old.parquet", DeploymentFixture.Bytes(3000));

        await WriteFilesAsync(("collected/new.parquet", DeploymentFixture.Bytes(3000)));

        var result = await PasteAsync("migrating-from-huggingface.md", _folder.Path, installed: true, hub);
        (await RunPythonAsync(await ReadAsync("migrating-from-huggingface.md"))).Expect();

        Assert.That(result.Output, Does.Contain("migrated data/x/"));
        using var bucket = Bucket();
        var folder = $"data/x/{_subnet.Miners[0].Coldkey}/";
        Assert.That(
            await bucket.ListKeysAsync(), Is.EqualTo([$"{folder}2026/new.parquet", $"{folder}history/data/old.parquet"]));
    }

    [Test]
    public async Task Adopters_guide_runs_as_it_is_written()
    {
        await NodeSigner.NeedAsync();
        var guide = await ReadAsync("adopting.md");
        Assert.That(guide, Does.Contain("\nFOLDER_LAYOUT='weights/{hotkey}/' READERS=validators,miners dotnet run --project src/Api\n"));
        await StartAsync(("FOLDER_LAYOUT", "weights/{hotkey}/"), ("READERS", "validators,miners"));
        var (bob, miner) = (Subnet.OrdinaryMiner.Hotkey.Address, _subnet.Miners[0].Hotkey.Address);

        // The same steps in two ways: each uploads the file as a new one.
        var programs = guide.Split("\n## Without the package\n");
        Assert.That(programs, Has.Length.EqualTo(2));
        using var bucket = Bucket();

        var pasted = await PasteAsync("adopting.md", _folder.Path, installed: true);
        var ran = await RunPythonAsync(programs[0]);
        var key = $"weights/{miner}/model.safetensors";
        await bucket.DeleteAllAsync([key]);
        var ranWithout = await RunPythonAsync(programs[1], package: null);

        Assert.That(pasted.Output, Does.Contain("weights/{hotkey}/").And.Contain($"models/weights/{bob}/model.safetensors\n"));
        string[] lines = [key, $"{key} 200000", $"weights/{bob}/model.safetensors 200000"];
        Assert.That(ran.Expect().Split('\n'), Is.SupersetOf(lines));
        Assert.That(ranWithout.Expect().Split('\n'), Is.SupersetOf(lines).And.Contains($"['{key}']"));
        Assert.That(new FileInfo(Path.Combine(_folder.Sub("work"), "miners", bob, "model.safetensors")).Length, Is.EqualTo(200_000));
    }

    [TestCase("docs/python.md", "not_a_validator - ", "mean score 0.5\n", "'100/x/2026/data.parquet' 5000 b'")]
    [TestCase("clients/python/README.md")]
    public async Task Python_guides_run_as_they_are_written(string guide, params string[] outputs)
    {
        var package = await (await Python.NeedAsync()).InstallPackageAsync("httpx", "fsspec", "pandas");
        await NodeSigner.NeedAsync();
        await StartAsync();
        var content = DeploymentFixture.Bytes(5000);
        await WriteFilesAsync(
            ("data.parquet", content),
            ("collected/a.bin", DeploymentFixture.Bytes(2000)),
            ("collected/sub/b.bin", DeploymentFixture.Bytes(3000)));

        var ran = await RunPythonAsync(await ReadAsync($"../{guide}"), package);

        Assert.That(ran.Expect(), Does.Contain($"data/x/{_subnet.Miners[0].Coldkey}/2026/data.parquet"));
        Assert.That(ran.Output, Does.Contain("2 stored").And.Not.Contain("failed:"));
        foreach (var output in outputs)
        {
            Assert.That(ran.Output, Does.Contain(output));
        }

        var copy = Path.Combine(_folder.Sub("work"), "data", _subnet.Miners[0].Coldkey.Address, "x");
        Content.AssertSame(await File.ReadAllBytesAsync(Path.Combine(copy, "2026", "data.parquet")), content);
    }

    /// <summary>Writes files into the folder in which the programs run.</summary>
    private async Task WriteFilesAsync(params (string Name, byte[] Content)[] files)
    {
        foreach (var (name, content) in files)
        {
            var file = Path.Combine(_folder.Sub("work"), name);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllBytesAsync(file, content);
        }
    }

    private async Task StartAsync(params (string Name, string Value)[] settings) =>
        _api = await ApiProcess.StartDevelopmentAsync(
            _folder.Sub("data"),
            new Dictionary<string, string>(
                settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)), StringComparer.Ordinal)
            {
                ["METAGRAPH_FILE"] = await _subnet.WriteAsync(_folder),
                ["LISTING_CACHE_SECONDS"] = "0",
            });

    private static async Task<string> ReadAsync(string guide) =>
        (await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", guide))).ReplaceLineEndings("\n");

    private static IEnumerable<string> Blocks(string language, string guide) => CodeBlocks().Matches(guide)
        .Where(match => match.Groups["language"].Value == language)
        .Select(match => match.Groups["script"].Value);

    /// <summary>Runs the Python blocks of a guide as one program, with the package in a folder, or without it.</summary>
    private Task<ToolResult> RunPythonAsync(string guide) => RunPythonAsync(guide, Python.Package);

    private async Task<ToolResult> RunPythonAsync(string guide, string? package)
    {
        var python = await Python.NeedAsync();
        var program = Path.Combine(_folder.Path, "guide.py");
        await File.WriteAllTextAsync(program, AtServer(string.Join('\n', Blocks("python", guide))));
        return await python.RunProgramAsync(
            program,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["HOME"] = Path.Combine(_folder.Path, "home"),
                ["PYTHONDONTWRITEBYTECODE"] = "1",
                ["PYTHONPATH"] = package is null ? Python.StandIns : $"{Python.StandIns}{Path.PathSeparator}{package}",
                ["S3AUTH_TEST_SIGNER"] = NodeSigner.Program,
                ["NO_PROXY"] = "*",
            },
            _folder.Sub("work"));
    }

    private string AtServer(string script) =>
        script.Replace(DefaultAddress, Api.Address.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal);

    private async Task<ToolResult> PasteAsync(string guide, string folder, bool installed, Hub? hub = null)
    {
        var bash = Tool.Need("bash", "bash");
        var work = _folder.Sub("work");
        List<string> script = ["set -euo pipefail", .. Blocks("bash", await ReadAsync(guide))];
        Assert.That(script, Has.Count.GreaterThan(1));
        if (installed)
        {
            script.Insert(1, $"s3auth() {{ {S3AuthTool.ShellCommand} \"$@\"; }}; export -f s3auth; cd '{work}'");
        }

        var pasted = AtServer(string.Join('\n', script))
            .Replace("artifacts/packages", Path.Combine(_folder.Path, "packages"), StringComparison.Ordinal)
            .Replace("mkdir -p collected", $"cd '{work}'; mkdir -p collected", StringComparison.Ordinal);
        var result = await Tool.RunAsync(
            bash,
            ["-c", pasted],
            environment: new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["HOME"] = Path.Combine(_folder.Path, "home"),
                // HOME is replaced, so the package cache must be named.
                ["NUGET_PACKAGES"] = Repository.PackageCache,
                ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
                ["DOTNET_NOLOGO"] = "1",
                ["HF_ENDPOINT"] = hub?.Address.AbsoluteUri ?? "",
                ["NO_PROXY"] = "localhost,127.0.0.1",
            },
            folder: folder,
            limit: TimeSpan.FromMinutes(5));

        Assert.That(result.ExitCode, Is.Zero, $"{pasted}\n---\n{result.Output}\n---\n{result.Errors}");
        return result;
    }

    private Bucket Bucket() => new(Api.EmbeddedStore, ApiProcess.EmbeddedRegion, ApiProcess.EmbeddedBucket, ApiProcess.EmbeddedKeys);

    [GeneratedRegex(
        "^```(?<language>[a-z]+)\n(?<script>.*?)^```",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex CodeBlocks();
}

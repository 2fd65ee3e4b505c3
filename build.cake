// Builds and tests everything: ./build.sh
//   --target=Build | Test (all tests except those of the next two) | EndToEnd | Python (clients/python: types, wheel and sdist, tests)
//            | Default (Build, Test, EndToEnd and Python)
//            | Nightly (Default, the tests of category Nightly, more damaged inputs and a longer soak, then Tool, Sbom and Reproducible)
//            | Transfers (s3auth beside aws and rclone, which it takes from the PATH)
//            | Load (the service under load beside a bare HTTP server and a recorded baseline; takes wrk and redis-server from the PATH)
//            | Growth (validators' answers as miners and objects grow, on a real store)
//            | Tool (s3auth as one file for each system, Debian packages, install.sh and Homebrew formula, and their tests)
//            | Publish (what the image holds, for amd64 and arm64, by the Dockerfile's own steps)
//            | OpenApi (writes src/Client/openapi.json from the server, and the Python package's models from that)
//            | Pages (writes the tables of docs/operators.md and docs/licences.md from the code and the packages)
//            | Sbom (writes artifacts/sbom/*.json, CycloneDX, of the server and of s3auth)
//            | Reproducible (publishes both twice, from two folders, and compares what comes out)
//   --configuration=Release (default) | Debug
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using System.Xml;
using System.Xml.Linq;

var target = Argument("target", "Default");
var configuration = Argument("configuration", "Release");

var solution = "./S3Auth.sln";
var nightly = false;
var results = MakeAbsolute(Directory("./artifacts/test-results"));

// The steps that were skipped because a program is missing.
var skippedSteps = new ConcurrentQueue<string>();

// What the tests measured, for people: each test project writes its lines into a file there.
var figures = results.Combine("figures");
Environment.SetEnvironmentVariable("S3AUTH_FIGURES", figures.FullPath);

Task("Clean")
    .Does(() => CleanDirectory(results));

Task("Restore")
    .Does(() => DotNetRestore(solution));

Task("Build")
    .IsDependentOn("Restore")
    .Does(() => DotNetBuild(solution, new DotNetBuildSettings
    {
        Configuration = configuration,
        NoRestore = true,
    }));

// Two projects at a time. The slowest start first, so that none of them runs alone at the end.
string[] slowest = ["Infrastructure.Tests", "Substrate.Tests", "Api.Tests", "DevelopmentStore.Tests", "Cli.Tests", "Client.Tests"];
Task("Test")
    .IsDependentOn("Clean")
    .IsDependentOn("Build")
    .Does(() =>
    {
        var failures = new ConcurrentQueue<Exception>();
        var projects = GetFiles("./tests/*.Tests/*.csproj")
            .Where(project => NameOf(project) != "EndToEnd.Tests")
            .OrderBy(project => (uint)Array.IndexOf(slowest, NameOf(project)));
        Parallel.ForEach(
            Partitioner.Create(projects, EnumerablePartitionerOptions.NoBuffering),
            new ParallelOptions { MaxDegreeOfParallelism = 2 },
            project =>
            {
                try
                {
                    RunTests(project);
                }
                catch (Exception failure)
                {
                    // The other projects still run.
                    failures.Enqueue(failure);
                }
            });
        if (!failures.IsEmpty)
        {
            throw new AggregateException(failures);
        }

        string NameOf(FilePath project) => project.GetFilenameWithoutExtension().ToString();
    });

// The end-to-end tests start s3auth hundreds of times. The native program starts faster, which saves more time than its build takes. The
// tests also show that it works. Without a linker, they use the s3auth of the normal build.
Task("NativeTool")
    .IsDependentOn("Build")
    .WithCriteria(IsRunningOnLinux() && Context.Tools.Resolve("gcc") is not null, "Needs Linux with gcc.")
    .Does(() =>
    {
        var folder = MakeAbsolute(Directory("./artifacts/native-tool"));
        PublishTool($"linux-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}", folder);
        Environment.SetEnvironmentVariable("S3AUTH_TEST_TOOL", $"{folder}/s3auth");
    });

Task("EndToEnd")
    .IsDependentOn("Clean")
    .IsDependentOn("Build")
    .IsDependentOn("NativeTool")
    .Does(() => RunTests("./tests/EndToEnd.Tests/EndToEnd.Tests.csproj"));

// The Python package. After the end-to-end tests, not beside them: both have time limits, and two cores are not enough for both.
Task("Python")
    .IsDependentOn("Clean")
    .IsDependentOn("Build")
    .IsDependentOn("NativeTool")
    .Does(() =>
    {
        if (RunPython() is { } failure)
        {
            throw failure;
        }
    });

Task("Default")
    .IsDependentOn("Test")
    .IsDependentOn("EndToEnd")
    .IsDependentOn("Python");

// Minutes of copying gigabytes: not part of a build.
Task("Transfers")
    .IsDependentOn("Clean")
    .IsDependentOn("Build")
    .Does(() => RunTests("./tests/EndToEnd.Tests/EndToEnd.Tests.csproj", "TestCategory=Transfers"));

Task("Growth")
    .IsDependentOn("Clean")
    .IsDependentOn("Build")
    .Does(() => RunTests("./tests/EndToEnd.Tests/EndToEnd.Tests.csproj", "TestCategory=Growth"));

// What the images of both architectures hold: two publishes, compiled ahead, besides the one that Nightly makes for this machine's.
Task("Publish")
    .IsDependentOn("Clean")
    .IsDependentOn("Build")
    .Does(() => RunTests("./tests/EndToEnd.Tests/EndToEnd.Tests.csproj", "TestCategory=Publish"));

Task("Load")
    .IsDependentOn("Build")
    .Does(() => DotNetRun("./tests/Benchmarks/Benchmarks.csproj", new ProcessArgumentBuilder()
        .Append("load")
        .AppendQuoted(BuiltProgram("Api", "S3Auth.Api.dll")), new DotNetRunSettings
    {
        Configuration = configuration,
        NoBuild = true,
        NoRestore = true,
    }));

// After a change of the wire: writes the document that the clients are generated from, and the models of the Python client. A build
// generates the C# client.
Task("OpenApi")
    .IsDependentOn("Build")
    .Does(() => DotNetTest("./tests/Api.Tests/Api.Tests.csproj", new DotNetTestSettings
    {
        Configuration = configuration,
        NoBuild = true,
        NoRestore = true,
        Filter = "Name=Committed_document_is_what_the_server_serves",
        EnvironmentVariables = { ["S3AUTH_WRITE_OPENAPI"] = MakeAbsolute(File("./src/Client/openapi.json")).FullPath },
    }))
    .Does(() =>
    {
        var script = "clients/python/scripts/generate_models.py";
        if (FindPython() is not { } interpreter)
        {
            Warning($"There is no Python. Where there is one, run: python3 {script}");
        }
        else if (StartProcess(interpreter, script) != 0)
        {
            throw new CakeException($"{script} failed.");
        }
    });

// After a change of settings or packages: writes what the pages say of them.
Task("Pages")
    .IsDependentOn("Build")
    .Does(() => DotNetTest("./tests/Api.Tests/Api.Tests.csproj", new DotNetTestSettings
    {
        Configuration = configuration,
        NoBuild = true,
        NoRestore = true,
        Filter = "Name~Committed_page",
        EnvironmentVariables = { ["S3AUTH_WRITE_PAGES"] = "true" },
    }));

// s3auth as one file, which needs no .NET. The native compiler makes the smallest and fastest file, but it works here only for Linux with
// glibc. For other systems the file contains a trimmed .NET runtime.
string[] toolSystems = ["linux-x64", "linux-arm64", "linux-musl-x64", "osx-arm64", "osx-x64", "win-x64"];
var toolFolder = MakeAbsolute(Directory("./artifacts/tool"));
Task("ToolPrograms")
    .IsDependentOn("Build")
    .Does(() =>
    {
        if (Context.Tools.Resolve("aarch64-linux-gnu-gcc") is null)
        {
            throw new CakeException("s3auth for linux-arm64 needs the cross compiler gcc-aarch64-linux-gnu: ./build.sh --install --target=Tool");
        }

        var version = Version();
        var published = toolFolder.Combine("published");
        CleanDirectory(toolFolder);
        foreach (var system in toolSystems)
        {
            PublishTool(system, published.Combine(system));
            var program = GetFiles($"{published}/{system}/s3auth*").Single();
            if (FileSize(program) > 25 * 1024 * 1024)
            {
                throw new CakeException($"s3auth for {system} has {FileSize(program)} bytes. It must not have more than 25 MiB.");
            }

            CopyFile(program, toolFolder.CombineWithFilePath($"s3auth-{version}-{system}{program.GetExtension()}"));
        }

        DeleteDirectory(published, new DeleteDirectorySettings { Recursive = true });
    });

// --tool-url=https://… is where the files will be downloaded from.
Task("ToolFiles")
    .IsDependentOn("ToolPrograms")
    .Does(() =>
    {
        System.IO.File.WriteAllText($"{toolFolder}/licences.txt", ToolLicences());
        var packing = StartProcess("bash", new ProcessSettings
        {
            Arguments = new ProcessArgumentBuilder().Append("deploy/tool/package.sh").AppendQuoted(toolFolder.FullPath).Append(Version())
                .Append(Argument("tool-url", "")),
        });
        if (packing != 0)
        {
            throw new CakeException($"deploy/tool/package.sh ended with exit code {packing}.");
        }
    });

// The programs, packages and the installer, and their tests in an empty Debian system.
Task("Tool")
    .IsDependentOn("Clean")
    .IsDependentOn("ToolFiles")
    .Does(() => RunTests("./tests/EndToEnd.Tests/EndToEnd.Tests.csproj", "TestCategory=Tool", "Tool"));

// What each program is made of, from what was restored: nothing but its packages is looked at, and nobody is asked.
Task("Sbom")
    .IsDependentOn("Build")
    .DoesForEach(new[] { ("Api", "S3Auth.Api"), ("Cli", "s3auth") }, program =>
    {
        var (project, name) = program;
        var bills = Directory("./artifacts/sbom");
        DotNetTool("./S3Auth.sln", "dotnet-CycloneDX", new ProcessArgumentBuilder()
            .Append($"./src/{project}/{project}.csproj --recursive --exclude-dev --disable-package-restore --no-serial-number --output-format Json")
            .Append($"--set-name {name} --set-version {Version()}")
            .Append($"--output {bills} --filename {name}.json"));

        // A bill that leaves something out is worse than none.
        var bill = System.IO.File.ReadAllText($"{bills}/{name}.json");
        var left = PackagesOf(project, name).Where(package => !bill.Contains($"pkg:nuget/{package.Replace('/', '@')}\"", StringComparison.Ordinal)).ToList();
        if (left.Count > 0)
        {
            throw new CakeException($"The bill of {name} leaves out {string.Join(", ", left)}.");
        }
    });

// From two folders of different names and depths: what depends on where it was built differs.
Task("Reproducible")
    .Does(() =>
    {
        var work = MakeAbsolute(Directory("./artifacts/reproducible"));
        CleanDirectory(work);
        var published = new[] { "a", "somewhere/else/with/a/longer/name" }.Select(PublishFrom).ToArray();
        var different = published[0].Keys.Union(published[1].Keys)
            .Where(file => published[0].GetValueOrDefault(file) != published[1].GetValueOrDefault(file))
            .ToList();
        if (published[0].Count < 9 || different.Count > 0)
        {
            throw new CakeException($"{published[0].Count} files; different: {string.Join(", ", different)}");
        }

        foreach (var (file, hash) in published[0])
        {
            Information($"{hash}  {file}");
        }

        // Our own assemblies, their symbols and what tells the host about them, by their hashes.
        Dictionary<string, string> PublishFrom(string folder)
        {
            var place = work.Combine(folder);
            foreach (var file in new[] { "*.props", "*.targets", ".editorconfig", "*.md" }.SelectMany(pattern => GetFiles($"./{pattern}"))
                .Concat(GetFiles("./src/**/*").Where(file => !file.Segments.Contains("obj") && !file.Segments.Contains("bin"))))
            {
                var copy = place.CombineWithFilePath(MakeAbsolute(Directory(".")).GetRelativePath(file));
                EnsureDirectoryExists(copy.GetDirectory());
                CopyFile(file, copy);
            }

            foreach (var project in new[] { "Api", "Cli" })
            {
                DotNetPublish(place.Combine($"src/{project}").FullPath, new DotNetPublishSettings
                {
                    Configuration = "Release",
                    OutputDirectory = place.Combine($"published/{project}"),
                    MSBuildSettings = new DotNetMSBuildSettings { NodeReuse = false },
                });
            }

            // One that is compiled ahead of time, and one that is trimmed.
            foreach (var system in new[] { "linux-x64", "osx-arm64" })
            {
                PublishTool(system, place.Combine($"published/{system}"), place);
            }

            return GetFiles($"{place}/published/**/*")
                .Where(file => file.GetFilename().FullPath.StartsWith("s3auth", StringComparison.OrdinalIgnoreCase))
                .ToDictionary(file => place.GetRelativePath(file).FullPath, file => CalculateFileHash(file, HashAlgorithm.SHA256).ToHex());
        }
    });

// Twelve times the damaged inputs of a build are more than a million.
Task("MoreAndLonger")
    .Does(() =>
    {
        nightly = true;
        Environment.SetEnvironmentVariable("S3AUTH_FUZZ_FACTOR", "12");
        Environment.SetEnvironmentVariable("S3AUTH_SOAK_SECONDS", "600");
    });

Task("Nightly")
    .IsDependentOn("MoreAndLonger")
    .IsDependentOn("Default")
    .IsDependentOn("Tool")
    .IsDependentOn("Sbom")
    .IsDependentOn("Reproducible");

Teardown(_ =>
{
    if (GetFiles($"{results}/*.trx").Count + GetFiles($"{results}/*.xml").Count > 0)
    {
        WriteSummary();
    }
});

RunTarget(target);

// Without a filter: what a build runs, and in the nightly target also the tests that are only slow.
// The name is that of the file with the results, so that two runs of one project do not overwrite each other.
void RunTests(FilePath project, string filter = null, string name = null)
{
    name ??= project.GetFilenameWithoutExtension().ToString();
    filter ??= "TestCategory!=Transfers&TestCategory!=Growth&TestCategory!=Publish&TestCategory!=Tool"
        + (nightly ? "" : "&TestCategory!=Nightly");
    try
    {
        Run(filter, name);
    }
    catch (CakeException) when (FindTestsToRepeat($"{name}.trx") is { Count: > 0 } failed)
    {
        Run($"({filter})&({string.Join('|', failed.Select(FilterOf).Distinct())})", $"{name}.again");
        if (!HavePassed(failed, $"{name}.again.trx"))
        {
            throw;
        }
    }

    // Without the arguments of parameterized classes and tests. A filter cannot contain a name with spaces: then the whole class runs.
    string FilterOf(TestResult test)
    {
        var (type, method) = (test.Class.Split('(')[0], test.Method.Split('(')[0]);
        return method.Length > 0 && method.All(letter => char.IsLetterOrDigit(letter) || letter == '_')
            ? $"(FullyQualifiedName~{type}&Name~{method})" : $"FullyQualifiedName~{type}";
    }

    void Run(string filter, string file) => DotNetTest(project.FullPath, new DotNetTestSettings
    {
        Configuration = configuration,
        NoBuild = true,
        NoRestore = true,
        ResultsDirectory = results,
        Filter = filter,
        Loggers = [$"trx;LogFileName={file}.trx", "console;verbosity=minimal"],
    });
}

// Returns the failed tests of a run if they are few and nothing else failed, otherwise nothing. Many tests have threads, processes and time
// limits, and a busy machine can pause any of them for seconds. So the build runs a few failed tests a second time, when the other tests of
// the project have ended. The summary names the tests that passed only then.
List<TestResult> FindTestsToRepeat(string file)
{
    const int maxTests = 10;
    var (tests, isComplete) = ReadResults(results.CombineWithFilePath(file));
    var failed = tests.Where(test => test.Outcome == Outcome.Failed).ToList();

    // The failure message of a test with random input contains its seed. A second run would use other input, and could pass by chance.
    if (!isComplete || failed.Count is 0 or > maxTests || failed.Any(test => test.Message?.Contains("seed") == true))
    {
        return [];
    }

    Warning($"These tests failed and run a second time: {string.Join(", ", failed.Select(test => test.FullName))}");
    return failed;
}

bool HavePassed(List<TestResult> tests, string file)
{
    var passed = ReadResults(results.CombineWithFilePath(file)).Tests.Where(test => test.Outcome == Outcome.Passed).Select(test => test.FullName);
    return !tests.Select(test => test.FullName).Except(passed).Any();
}

// Checks, builds and tests the Python package. Returns the first failure, or null.
Exception RunPython()
{
    var project = MakeAbsolute(Directory("./clients/python"));
    var built = MakeAbsolute(Directory("./artifacts/python"));
    var installed = built.Combine("installed");
    CleanDirectory(built);

    if (FindPython() is not { } interpreter)
    {
        skippedSteps.Enqueue("the Python package, because there is no Python; install python3.");
        return null;
    }

    Exception failure = null;
    if (Has("mypy", "the types of the Python package"))
    {
        Run(project, "-m", "mypy", "--cache-dir", $"{built}/mypy");
    }

    // The wheel is made from the sdist, so the sdist is complete. It must work without anything of its source folder.
    if (Has("build setuptools wheel pip", "the wheel of the Python package")
        && Run(project, "-m", "build", "--no-isolation", "--outdir", built.FullPath, "."))
    {
        Run(built, "-m", "pip", "install", "--no-deps", "--no-index", "--target", installed.FullPath, GetFiles($"{built}/*.whl").Single().FullPath);
        Run(installed, "-c", "import s3auth, importlib.metadata as installed; assert installed.version('s3auth') == s3auth.__version__");
    }

    // The tests start the server and s3auth of this build.
    if (Has("pytest requests boto3", "the tests of the Python package"))
    {
        string[] pytest = ["-m", "pytest", "-q", "-o", $"cache_dir={built}/pytest", .. nightly ? ["--nightly"] : Array.Empty<string>()];

        // pytest ends with 1 if tests failed, and with another code if some could not run.
        var exitCode = ExitCodeOf(project, [.. pytest, $"--junitxml={results}/python.xml"]);
        if (exitCode == 1 && FindTestsToRepeat("python.xml") is { Count: > 0 } failed)
        {
            exitCode = ExitCodeOf(project, [.. pytest, "--last-failed", $"--junitxml={results}/python.again.xml"]);
            exitCode = exitCode == 0 && !HavePassed(failed, "python.again.xml") ? 1 : exitCode;
        }

        if (exitCode != 0)
        {
            failure ??= new CakeException("The tests of the Python package failed.");
        }
    }

    return failure;

    bool Has(string modules, string subject)
    {
        var (_, output) = Start(
            project, "-I", "-c", "import sys, importlib.util as u; print(*(m for m in sys.argv[1].split() if not u.find_spec(m)))", modules);
        var missing = output.Split(' ', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (missing.Length > 0)
        {
            skippedSteps.Enqueue($"{subject}; install {string.Join(", ", missing.Select(module => $"python3-{module}"))}.");
        }

        return missing.Length == 0;
    }

    bool Run(DirectoryPath folder, params string[] arguments)
    {
        var succeeds = ExitCodeOf(folder, arguments) == 0;
        if (!succeeds)
        {
            failure ??= new CakeException($"python3 {string.Join(' ', arguments)} failed.");
        }

        return succeeds;
    }

    // Prints all of the output after a failure, otherwise the last lines.
    int ExitCodeOf(DirectoryPath folder, params string[] arguments)
    {
        var (exitCode, output) = Start(folder, arguments);
        var command = $"python3 {string.Join(' ', arguments)}";
        if (exitCode != 0)
        {
            Error($"{command}\n{output}\nIt ended with exit code {exitCode}.");
        }
        else
        {
            Information($"{command}\n{string.Join('\n', output.Split('\n').TakeLast(3))}");
        }

        return exitCode;
    }

    (int ExitCode, string Output) Start(DirectoryPath folder, params string[] arguments)
    {
        var exitCode = StartProcess(interpreter, new ProcessSettings
        {
            Arguments = arguments.Aggregate(new ProcessArgumentBuilder(), (line, argument) => line.AppendQuoted(argument)),
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            EnvironmentVariables = new Dictionary<string, string>
            {
                ["PIP_ROOT_USER_ACTION"] = "ignore",
                ["PYTHONDONTWRITEBYTECODE"] = "1",
                ["S3AUTH_TEST_SERVER_PROGRAM"] = EnvironmentVariable("S3AUTH_TEST_SERVER_PROGRAM") ?? BuiltProgram("Api", "S3Auth.Api.dll"),
                ["S3AUTH_TEST_TOOL"] = EnvironmentVariable("S3AUTH_TEST_TOOL") ?? BuiltProgram("Cli", "s3auth.dll"),
            },
        }, out var output, out var errors);
        return (exitCode, string.Join('\n', output.Concat(errors)));
    }
}

// Debian's modules belong to the system's Python, which need not be the first on the PATH.
string FindPython() => FileExists("/usr/bin/python3") ? "/usr/bin/python3" : Context.Tools.Resolve("python3")?.FullPath;

string BuiltProgram(string project, string name) => MakeAbsolute(File($"./src/{project}/bin/{configuration}/net10.0/{name}")).FullPath;

string Version() => XDocument.Load("Directory.Build.props").Descendants("Version").Single().Value;

void PublishTool(string system, DirectoryPath folder, DirectoryPath sources = null) =>
    DotNetPublish($"{sources ?? Directory(".")}/src/Cli/Cli.csproj", new DotNetPublishSettings
{
    Configuration = "Release",
    Runtime = system,
    OutputDirectory = folder,
    MSBuildSettings = new DotNetMSBuildSettings { NodeReuse = false }.WithProperty("OneFile", "true"),
});

// The notices that the licences of all code inside the tool require.
string ToolLicences()
{
    var caches = JsonNode.Parse(System.IO.File.ReadAllText("./src/Cli/obj/project.assets.json"))["packageFolders"].AsObject()
        .Select(cache => cache.Key).ToList();
    var text = new System.Text.StringBuilder("s3auth\n\n" + System.IO.File.ReadAllText("LICENSE"));
    var runtime = FoldersOf("microsoft.netcore.app.runtime.nativeaot.linux-x64").Last();
    Add(".NET", $"{runtime}/LICENSE.TXT", $"{runtime}/THIRD-PARTY-NOTICES.TXT");
    foreach (var package in PackagesOf("Cli", "s3auth").Select(package => package.Split('/')))
    {
        var folder = FoldersOf(package[0].ToLowerInvariant()).First(one => System.IO.Path.GetFileName(one) == package[1]);
        var manifest = XDocument.Load(System.IO.Directory.GetFiles(folder, "*.nuspec").Single()).Descendants().ToList();
        string Value(string name) => manifest.FirstOrDefault(element => element.Name.LocalName == name)?.Value;
        string[] patterns = ["LICENSE*", "THIRD-PARTY-NOTICES*"];
        string[] own = [.. patterns.SelectMany(pattern => System.IO.Directory.GetFiles(folder, pattern))];
        Add($"{package[0]} {package[1]}: {Value("license")}. {Value("copyright")}, {Value("authors")}", own);
    }

    return text.Append('\n').Append(System.IO.File.ReadAllText("deploy/tool/licences.txt")).ToString();

    void Add(string title, params string[] files) => text.Append($"\n---- {title}\n")
        .AppendJoin("", files.Select(file => "\n" + System.IO.File.ReadAllText(file).ReplaceLineEndings("\n")));

    // One folder for each version.
    IEnumerable<string> FoldersOf(string package) => caches.Select(cache => System.IO.Path.Combine(cache, package))
        .Where(System.IO.Directory.Exists).SelectMany(System.IO.Directory.GetDirectories);
}

// The packages that a program is published with, as name/version.
IEnumerable<string> PackagesOf(string project, string name) =>
    from library in JsonNode.Parse(System.IO.File.ReadAllText($"./src/{project}/bin/{configuration}/net10.0/{name}.deps.json"))["libraries"].AsObject()
    where (string)library.Value["type"] == "package"
    select library.Key;

// What was skipped, and why, in words; then one line for all. In a file, so that build.sh can end with it.
void WriteSummary()
{
    var files = GetFiles($"{results}/*.trx").Concat(GetFiles($"{results}/*.xml"))
        .ToLookup(file => file.GetFilename().FullPath.Contains(".again."), file => ReadResults(file).Tests);
    var passedAgain = files[true].SelectMany(run => run).Where(test => test.Outcome == Outcome.Passed).Select(test => test.FullName).ToHashSet();

    // What a test ended with. The second run counts only for tests that failed in the first.
    var tests = files[false].SelectMany(run => run)
        .Select(test => (Test: test, IsRepaired: test.Outcome == Outcome.Failed && passedAgain.Contains(test.FullName)))
        .ToList();
    var skipped = tests.Where(one => one.Test.Outcome == Outcome.Skipped).Select(one => one.Test.Message ?? "no reason given").ToList();
    var failed = tests.Count(one => one.Test.Outcome == Outcome.Failed && !one.IsRepaired);
    List<string> lines =
    [
        .. GetFiles($"{figures}/*.txt").SelectMany(file => System.IO.File.ReadLines(file.FullPath)),
        .. skippedSteps.Distinct().Select(step => $"Skipped: {step}"),
        .. skipped.GroupBy(reason => reason).OrderByDescending(group => group.Count()).Select(group => $"Skipped {group.Count()}: {group.Key}"),
        .. tests.Where(one => one.IsRepaired).Select(one => $"Failed, then passed in a second run: {one.Test.FullName}"),
    ];

    lines.Add($"{tests.Count - failed - skipped.Count} passed, {failed} failed, {skipped.Count} skipped");
    System.IO.File.WriteAllLines(results.CombineWithFilePath("summary.txt").FullPath, lines);
}

// The results of one run: of C# tests from a .trx file, of Python tests from an .xml file. They are incomplete if something other than a test
// failed, such as the process that runs the tests.
(List<TestResult> Tests, bool IsComplete) ReadResults(FilePath file)
{
    XDocument document;
    try
    {
        document = XDocument.Load(file.FullPath);
    }
    catch (Exception unreadable) when (unreadable is IOException or XmlException)
    {
        return ([], false);
    }

    if (file.GetExtension() == ".xml")
    {
        return (document.Descendants("testcase").Select(test => new TestResult(
            (string)test.Attribute("classname"),
            (string)test.Attribute("name"),
            test.Elements().Any(element => element.Name.LocalName is "failure" or "error") ? Outcome.Failed
                : test.Element("skipped") is null ? Outcome.Passed : Outcome.Skipped,
            (string)(test.Element("failure") ?? test.Element("error") ?? test.Element("skipped"))?.Attribute("message"))).ToList(), true);
    }

    XNamespace trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";
    var classes = document.Descendants(trx + "UnitTest")
        .ToDictionary(test => (string)test.Attribute("id"), test => (string)test.Element(trx + "TestMethod").Attribute("className"));
    var tests = document.Descendants(trx + "UnitTestResult").Select(result => new TestResult(
        classes[(string)result.Attribute("testId")],
        (string)result.Attribute("testName"),
        (string)result.Attribute("outcome") switch { "Passed" => Outcome.Passed, "NotExecuted" => Outcome.Skipped, _ => Outcome.Failed },
        ((string)result.Descendants(trx + "Message").FirstOrDefault())?.Trim())).ToList();
    return (tests, document.Descendants(trx + "RunInfo").All(info => (string)info.Attribute("outcome") != "Error"));
}

enum Outcome { Passed, Failed, Skipped }

record TestResult(string Class, string Method, Outcome Outcome, string Message)
{
    public string FullName => $"{Class}.{Method}";
}

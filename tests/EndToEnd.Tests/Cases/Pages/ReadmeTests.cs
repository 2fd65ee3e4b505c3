namespace S3Auth.EndToEnd.Tests.Cases.Pages;

/// <summary>Runs the commands of the README's quick start.</summary>
[NonParallelizable]
internal sealed partial class ReadmeTests
{
    private const string DefaultAddress = "http://localhost:8000";
    private const string Example = "dotnet run docs/examples/sign.cs";
    private const string DefaultStore = "http://localhost:9000";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    // Commands that start what the test has started already.
    private static readonly string[] Starters = ["dotnet run --project src/Api", "./build.sh --install"];

    [Test]
    public async Task Quick_start_runs_as_it_is_written()
    {
        var bash = Tool.Need("bash", "bash");
        Tool.Need("curl", "curl");
        Tool.Need("jq", "jq");
        var blocks = QuickStartBlocks(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md")));
        Assert.That(blocks, Is.Not.Empty, "The README has no quick start.");
        using var folder = new ScratchFolder("readme");
        await using var api = await ApiProcess.StartDevelopmentAsync(folder.Sub("data"));
        var script = string.Join('\n', ["set -euo pipefail", .. blocks])
            .Replace(DefaultAddress, api.Address.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal)
            .Replace(DefaultStore, api.EmbeddedStore.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal);
        script = RunsExampleWithoutBuildsAfterTheFirst(script);

        var result = await Tool.RunAsync(
            bash,
            ["-c", script],
            environment: new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["NO_PROXY"] = "*",
                ["TMPDIR"] = folder.Sub("tmp"),
                ["S3AUTH_CONFIG"] = Path.Combine(folder.Path, "config.toml"),
                ["XDG_STATE_HOME"] = folder.Sub("state"),
                // Uses what the build compiled: without this, dotnet run compiles everything again, for Debug.
                ["Configuration"] = Repository.Configuration,
            },
            folder: Repository.Root,
            limit: Patience);

        Assert.That(result.ExitCode, Is.Zero, $"{script}\n---\n{result.Output}\n---\n{result.Errors}");
        using var bucket = new Bucket(api.EmbeddedStore, ApiProcess.EmbeddedRegion, ApiProcess.EmbeddedBucket, ApiProcess.EmbeddedKeys);
        Assert.That(await bucket.ListKeysAsync(), Is.Not.Empty, "The quick start has uploaded nothing.");
    }

    // Each dotnet run checks for seconds whether the example has changed.
    private static string RunsExampleWithoutBuildsAfterTheFirst(string script)
    {
        var end = script.IndexOf(Example, StringComparison.Ordinal) + Example.Length;
        return script[..end] + script[end..].Replace(Example, "dotnet run --no-build docs/examples/sign.cs", StringComparison.Ordinal);
    }

    /// <summary>The shell blocks below headings with "quick start", in their order.</summary>
    private static List<string> QuickStartBlocks(string readme)
    {
        var blocks = new List<string>();
        var (within, level) = (false, 0);
        string? language = null;
        List<string> block = [];
        foreach (var line in readme.ReplaceLineEndings("\n").Split('\n'))
        {
            var fence = line.StartsWith("```", StringComparison.Ordinal);
            if (language is null && fence)
            {
                (language, block) = (line[3..].Trim(), []);
            }
            else if (language is not null && fence)
            {
                var text = string.Join('\n', block);
                var starts = Array.Exists(Starters, starter => text.Contains(starter, StringComparison.Ordinal));
                if (within && !starts && string.Equals(language, "bash", StringComparison.Ordinal))
                {
                    blocks.Add(text);
                }

                language = null;
            }
            else if (language is not null)
            {
                block.Add(line);
            }
            else if (Heading().Match(line) is { Success: true } heading)
            {
                // A deeper heading is still part of the section above it.
                var depth = heading.Groups["marks"].Length;
                var named = heading.Groups["text"].Value.Contains("quick start", StringComparison.OrdinalIgnoreCase);
                if (named || !within || depth <= level)
                {
                    (within, level) = (named, depth);
                }
            }
        }

        return blocks;
    }

    [GeneratedRegex(@"^(?<marks>#+)\s+(?<text>.*)$", RegexOptions.NonBacktracking)]
    private static partial Regex Heading();
}

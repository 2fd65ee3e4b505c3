namespace S3Auth.EndToEnd.Tests.Cases.Pages;

/// <summary>The page's snippets with upload forms, and those for validators.</summary>
[TestFixtureSource(typeof(SnippetTests), nameof(Chosen))]
internal sealed class SnippetTests(StoreKind store, FolderLayoutKind layout) : SnippetFixture(store, layout)
{
    public static IEnumerable<TestFixtureData> Chosen => Deployments.Daily(
        Deployments.WithForms, (StoreKind.Embedded, FolderLayoutKind.Coldkey));

    internal override bool NeedsForms => true;

    // The validators' snippets read the whole bucket.
    internal override DeploymentKind Kind => DeploymentKind.Few;

    [TestCaseSource(nameof(Languages))]
    public Task Miner_uploads_by_what_the_page_shows(string language) => UploadAsync(language);

    [TestCaseSource(nameof(LanguagesWithoutBuild))]
    public async Task Validator_reads_by_what_the_page_shows(string language)
    {
        var miner = Deployment.NextMiner();
        var content = Bytes(5000);
        var name = $"{Guid.NewGuid()}.bin";
        var key = Deployment.FolderOf(miner) + Deployment.PathOf(name);
        await Bucket.PutAsync(key, content);

        foreach (var shell in ShellsFor(language))
        {
            using var folder = new ScratchFolder("snippet");
            var work = folder.Sub("work");

            var result = await RunAsync(folder, Subnet.Validator, "validator", language, shell);

            Assert.That(result.ExitCode, Is.Zero, $"{shell}\n{result.Output}\n---\n{result.Errors}");
            switch (language)
            {
                case "curl":
                    // The snippet reads the first file of the first miner.
                    Assert.That(result.Output, Does.Contain($"{Deployment.OwnerOf(miner)} {Deployment.FolderOf(miner)}"), shell);
                    Assert.That(new FileInfo(Path.Combine(work, "s3auth-first.bin")).Length, Is.Positive, shell);
                    break;
                case "python":
                    var downloaded = result.Output.Split('\n').Single(one => one.EndsWith(name, StringComparison.Ordinal));
                    var path = downloaded["downloaded ".Length..];
                    Assert.That(path, Does.StartWith(Path.Combine(work, "data", Deployment.OwnerOf(miner)) + "/"));
                    Content.AssertSame(await File.ReadAllBytesAsync(path), content);
                    break;
                case "requests":
                    var line = result.Output.Split('\n').Single(
                        one => one.EndsWith($" {content.Length} '{key}'", StringComparison.Ordinal));
                    Content.AssertSame(await File.ReadAllBytesAsync(Path.Combine(work, line.Split(' ')[0])), content);
                    break;
                case "s3auth":
                    Assert.That(result.Output, Does.Contain("All is well.").And.Contain(Deployment.OwnerOf(miner)), shell);
                    goto default;
                default:
                    Content.AssertSame(
                        await File.ReadAllBytesAsync(Path.Combine(work, "data", key.Replace('/', Path.DirectorySeparatorChar))),
                        content,
                        shell);
                    break;
            }
        }
    }
}

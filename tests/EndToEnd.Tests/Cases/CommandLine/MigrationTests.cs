namespace S3Auth.EndToEnd.Tests.Cases.CommandLine;

/// <summary><c>s3auth migrate</c> copies a dataset of the Hub into a miner's folder.</summary>
[TestFixtureSource(typeof(Deployments), nameof(Deployments.EachStoreWithForms))]
internal sealed class MigrationTests(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    internal override bool NeedsForms => true;

    private ScratchFolder _folder = null!;
    private S3AuthTool _tool = null!;
    private Hub _hub = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new ScratchFolder("migration");
        _hub = new Hub();
        _tool = new S3AuthTool(Client.Address, _folder)
        {
            Environment = { ["HF_TOKEN"] = Hub.Token, ["HF_ENDPOINT"] = _hub.Address.AbsoluteUri },
        };
    }

    [TearDown]
    public async Task TearDown()
    {
        await _hub.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Every_file_arrives_whole_through_pages_redirects_refusals_and_breaks()
    {
        var contents = Fill();
        (_hub.Impatience, _hub.IsMirror) = (1, true);
        _hub.Breaking["data/part-1.parquet"] = true;
        _hub.Breaking["data/notes.jsonl"] = true;
        var miner = Deployment.NextMiner();

        var (result, records) = await MigrateAsync(miner);

        result.Expect();
        await AssertHasAsync(miner, contents);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((long)records[^1]["done"]!, Is.EqualTo(contents.Count));
            Assert.That(_hub.TokenWentElsewhere, Is.False);
            Assert.That(
                _hub.Downloads.Where(download => download.From > 0).Select(download => download.Path).Distinct(),
                Is.EquivalentTo(["data/part-1.parquet", "data/notes.jsonl"]),
                "what broke went on where it was");
            Assert.That(result.Output + result.Errors, Does.Not.Contain(Hub.Token));
        }
    }

    [Test]
    public async Task File_with_other_bytes_than_the_Hub_says_is_not_stored()
    {
        var contents = Fill();
        _hub.Lies.UnionWith(["data/part-2.parquet", "data/notes.jsonl"]);
        contents.Remove("data/part-2.parquet");
        contents.Remove("data/notes.jsonl");
        var miner = Deployment.NextMiner();

        var (result, _) = await MigrateAsync(miner);

        Assert.That(result.ExitCode, Is.EqualTo(4), result.Errors);
        Assert.That(result.Errors, Does.Contain("do not match the expected SHA256").And.Contain("do not match the expected SHA1"));
        await AssertHasAsync(miner, contents);
    }

    [TestCase(HubNext.Elsewhere)]
    [TestCase(HubNext.WhereItIs)]
    public async Task List_that_goes_on_elsewhere_or_nowhere_ends_it(HubNext next)
    {
        Fill();
        _hub.Next = next;

        var (result, _) = await MigrateAsync(Deployment.NextMiner());

        Assert.That(result.ExitCode, Is.EqualTo(5), result.Errors);
        Assert.That(result.Errors, Does.Contain(next == HubNext.Elsewhere ? "is not followed" : "repeats itself"));
        Assert.That(_hub.TokenWentElsewhere, Is.False);
    }

    [Test]
    public async Task Second_run_moves_only_what_is_missing_or_changed()
    {
        var contents = Fill();
        var miner = Deployment.NextMiner();
        (await MigrateAsync(miner)).Result.Expect();

        // Same size, so only the hash differs.
        contents["data/part-1.parquet"] = Bytes(contents["data/part-1.parquet"].Length);
        contents["data/part-9.parquet"] = Bytes(4000);
        _hub.Put("data/part-1.parquet", contents["data/part-1.parquet"]);
        _hub.Put("data/part-9.parquet", contents["data/part-9.parquet"]);
        _hub.Downloads.Clear();
        var (result, _) = await MigrateAsync(miner);

        result.Expect();
        Assert.That(_hub.Downloads.Select(download => download.Path), Is.EquivalentTo(["data/part-1.parquet", "data/part-9.parquet"]));
        await AssertHasAsync(miner, contents);
    }

    [Test]
    public async Task Globs_choose_and_the_place_is_another()
    {
        var contents = Fill();
        var miner = Deployment.NextMiner();

        var (result, _) = await MigrateAsync(
            miner, "--include", "**/*.parquet", "--exclude", "**/part-2*", "--to", "old", "--job", "moved");

        result.Expect();
        Assert.That(await Bucket.ListKeysAsync(Deployment.FolderOf(miner)), Is.EqualTo(
            contents.Keys.Where(
                path => path.EndsWith(".parquet", StringComparison.Ordinal) && !path.Contains("part-2", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal).Select(path => $"{Deployment.FolderOf(miner)}job_id=moved/old/{path}")));
    }

    [Test]
    public async Task Wrong_token_dataset_and_revision_are_told_apart()
    {
        Fill();
        var wallet = await _tool.WalletOfAsync(Deployment.NextMiner());

        var nowhere = await _tool.RunAsync(["migrate", "huggingface", "somebody/other-data", .. wallet]);
        var revision = await _tool.RunAsync(["migrate", "huggingface", Hub.Dataset, "--revision", "nope", .. wallet]);
        _tool.Environment["HF_TOKEN"] = "hf_other";
        var token = await _tool.RunAsync(["migrate", "huggingface", Hub.Dataset, .. wallet]);
        _tool.Environment["HF_TOKEN"] = "";
        var none = await _tool.RunAsync(["migrate", "huggingface", Hub.Dataset, .. wallet]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(new[] { nowhere, revision, token, none }.Select(result => result.ExitCode), Has.All.EqualTo(2));
            Assert.That(nowhere.Errors, Does.Contain("other-data"));
            Assert.That(revision.Errors, Does.Contain("--revision"));
            Assert.That(token.Errors, Does.Contain("does not let this HF_TOKEN").And.Not.Contain("hf_other"));
            Assert.That(none.Errors, Does.Contain("Set HF_TOKEN"));
        }
    }

    private Dictionary<string, byte[]> Fill()
    {
        var contents = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (path, size, isLfs) in new[]
        {
            ("data/part-1.parquet", 700_000, true), ("data/part-2.parquet", 50_000, true), ("data/größe & mehr.parquet", 3000, true),
            ("data/notes.jsonl", 200_000, false), ("README.md", 2000, false),
        })
        {
            contents[path] = Bytes(size);
            _hub.Put(path, contents[path], isLfs);
        }

        _hub.Put(".gitattributes", Bytes(2000), isLfs: false);
        return contents;
    }

    private async Task<(ToolResult Result, IReadOnlyList<JsonObject> Records)> MigrateAsync(Miner miner, params string[] options) =>
        await _tool.RunJsonAsync(["migrate", "huggingface", Hub.Dataset, .. options, .. await _tool.WalletOfAsync(miner)]);

    private async Task AssertHasAsync(Miner miner, Dictionary<string, byte[]> contents)
    {
        var root = Deployment.FolderOf(miner) + Deployment.PathOf("");
        Assert.That(await Bucket.ListKeysAsync(Deployment.FolderOf(miner)), Is.EquivalentTo(contents.Keys.Select(path => root + path)));
        foreach (var (path, content) in contents)
        {
            Content.AssertSame(await Bucket.GetAsync(root + path), content, path);
        }
    }
}

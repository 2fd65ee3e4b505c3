namespace S3Auth.EndToEnd.Tests.Cases.CommandLine;

/// <summary>The commands that take paths in a miner's folder: <c>cp</c>, <c>cat</c>, <c>stat</c>, <c>du</c> and <c>ls</c>.</summary>
[TestFixtureSource(typeof(Deployments), nameof(Deployments.EachStore))]
internal sealed class ToolCopyTests(StoreKind store, FolderLayoutKind layout) : ToolFixture(store, layout)
{
    [Test]
    public async Task Copied_file_has_the_path_that_was_given_and_comes_back()
    {
        var miner = Deployment.NextMiner();
        var wallet = await Cli.WalletOfAsync(miner);
        var content = Bytes(5000);
        await File.WriteAllBytesAsync(Path.Combine(Folder.Path, "größe 数据.bin"), content);

        (await Cli.RunAsync(["cp", "größe 数据.bin", ":sub/", .. wallet])).Expect();
        (await Cli.RunAsync(["cp", "größe 数据.bin", ":sub/other.bin", .. wallet])).Expect();

        var folder = Deployment.FolderOf(miner) + Deployment.PathOf("sub/");
        Assert.That(
            await Bucket.ListKeysAsync(Deployment.FolderOf(miner)), Is.EquivalentTo([folder + "größe 数据.bin", folder + "other.bin"]));

        (await Cli.RunAsync(["cp", ":sub/größe 数据.bin", "one.bin", .. wallet])).Expect();
        (await Cli.RunAsync(["cp", ":sub/größe 数据.bin", ":sub/other.bin", "both/", .. wallet])).Expect();
        (await Cli.RunAsync(["cp", "-r", ":sub", "all", .. wallet])).Expect();
        var validators = await Cli.RunAsync(
            "cp", ":sub/other.bin", "theirs.bin", "--miner", Deployment.OwnerOf(miner), "--suri", "//Alice");
        validators.Expect();
        string[] copies =
            ["one.bin", "both/größe 数据.bin", "both/other.bin", "all/größe 数据.bin", "all/other.bin", "theirs.bin"];
        foreach (var copy in copies)
        {
            Content.AssertSame(await File.ReadAllBytesAsync(Path.Combine(Folder.Path, copy)), content, copy);
        }
    }

    [Test]
    public async Task Pipe_is_uploaded_and_written_to_a_pipe()
    {
        var bash = Tool.Need("bash", "bash");
        var wallet = await Cli.WalletOfAsync(Deployment.NextMiner());
        var content = Bytes(3_000_000);
        await File.WriteAllBytesAsync(Path.Combine(Folder.Path, "in.bin"), content);
        var temporary = Folder.Sub("temporary");
        var environment = Cli.Variables();
        environment["TMPDIR"] = temporary;

        var result = await Tool.RunAsync(
            bash,
            ["-c", $$"""
                set -eo pipefail
                cat in.bin | {{S3AuthTool.ShellCommand}} cp - :piped.bin "$@"
                {{S3AuthTool.ShellCommand}} cp :piped.bin - "$@" | cat > one.bin
                {{S3AuthTool.ShellCommand}} cat piped.bin piped.bin "$@" > two.bin
                """, "bash", .. wallet],
            environment: environment,
            folder: Folder.Path);

        result.Expect();
        Content.AssertSame(await File.ReadAllBytesAsync(Path.Combine(Folder.Path, "one.bin")), content);
        Content.AssertSame(await File.ReadAllBytesAsync(Path.Combine(Folder.Path, "two.bin")), [.. content, .. content]);
        Assert.That(Directory.EnumerateFiles(temporary, "s3auth-*"), Is.Empty, "The copy of the input is deleted.");
    }

    [Test]
    public async Task Reader_that_ends_early_ends_the_command_without_a_message()
    {
        var bash = Tool.Need("bash", "bash");
        var miner = Deployment.NextMiner();
        await Bucket.PutAsync(Deployment.FolderOf(miner) + Deployment.PathOf("large.bin"), Bytes(3_000_000));

        var result = await Tool.RunAsync(
            bash,
            ["-c", $$"""{{S3AuthTool.ShellCommand}} cat large.bin "$@" | head -c 10 > /dev/null; echo ${PIPESTATUS[0]}""", "bash",
                .. await Cli.WalletOfAsync(miner)],
            environment: Cli.Variables(),
            folder: Folder.Path);

        Assert.That((result.Output, result.Errors), Is.EqualTo(("141\n", "")));
    }

    [Test]
    public async Task Files_are_described_added_up_and_listed_by_folder()
    {
        var miner = Deployment.NextMiner();
        var wallet = await Cli.WalletOfAsync(miner);
        var root = Deployment.FolderOf(miner) + Deployment.PathOf("");
        var content = Bytes(2000);
        await Bucket.PutAllAsync(((string[])["a.bin", "sub/b.bin", "sub/deep/c.txt", "subway.bin"]).Select(path => root + path), content);

        var (stat, described) = await Cli.RunJsonAsync(["stat", "sub/b.bin", .. wallet]);
        var (du, sums) = await Cli.RunJsonAsync(["du", "sub", "--max-depth", "1", .. wallet]);
        var (ls, listed) = await Cli.RunJsonAsync(["ls", "sub", "--max-depth", "1", .. wallet]);
        var (filtered, chosen) = await Cli.RunJsonAsync(["ls", "--include", "*.txt", "--include", "/" + Deployment.PathOf("a.*"), .. wallet]);

        stat.Expect();
        du.Expect();
        ls.Expect();
        filtered.Expect();
        using (Assert.EnterMultipleScope())
        {
            Assert.That((string)described.Single()["key"]!, Is.EqualTo(root + "sub/b.bin"));
            Assert.That((string)described.Single()["md5"]!, Is.EqualTo(Md5Of(content)));
            Assert.That(
                sums.Select(sum => ((string)sum["path"]!, (long)sum["files"]!, (long)sum["bytes"]!)),
                Is.EqualTo([(Deployment.PathOf("sub"), 2L, 4000L), (Deployment.PathOf("sub/deep/"), 1, 2000)]));
            Assert.That(
                listed.SkipLast(1).Select(one => (string)one["key"]!), Is.EqualTo([root + "sub/b.bin", root + "sub/deep/"]));
            Assert.That(
                chosen.SkipLast(1).Select(one => (string)one["key"]!), Is.EquivalentTo([root + "a.bin", root + "sub/deep/c.txt"]));
        }
    }

    [TestCase("cat", "missing.bin")]
    [TestCase("cat", "sub")]
    [TestCase("stat", "sub/")]
    [TestCase("ls", "missing")]
    [TestCase("ls", "sub/b")]
    [TestCase("du", "missing/")]
    [TestCase("cp", ":missing.bin", ".")]
    [TestCase("cp", ":sub", "-")]
    [TestCase("cp", "sub", ":")]
    public async Task Path_that_names_no_file_is_refused_and_nothing_is_written(params string[] arguments)
    {
        var miner = Deployment.NextMiner();
        Folder.Sub("sub");
        await Bucket.PutAsync(Deployment.FolderOf(miner) + Deployment.PathOf("sub/a.bin"), Bytes(2000));

        var result = await Cli.RunAsync([.. arguments, .. await Cli.WalletOfAsync(miner)]);

        Assert.That(result.ExitCode, Is.EqualTo(2), result.Errors);
        Assert.That(result.Errors, Does.StartWith("error: "));
        Assert.That(result.Output, Is.Empty.Or.Contain(" 0 files "));
    }

    [Test]
    public async Task Rules_of_a_file_choose_what_is_uploaded_and_downloaded()
    {
        var miner = Deployment.NextMiner();
        var wallet = await Cli.WalletOfAsync(miner);
        foreach (var path in (string[])["a.parquet", "tmp/b.parquet", "tmp/keep.parquet", "c.txt"])
        {
            Folder.Sub(Path.Combine("data", Path.GetDirectoryName(path)!));
            await File.WriteAllBytesAsync(Path.Combine(Folder.Path, "data", path), Bytes(1500));
        }

        await File.WriteAllTextAsync(Path.Combine(Folder.Path, "rules"), "# comment\n+ /tmp/keep.*\n- tmp/\n+ *.parquet\n- *\n");

        (await Cli.RunAsync(["upload", "data", "--filter-from", "rules", .. wallet])).Expect();
        (await Cli.RunAsync(["download", "--to", "back", "--exclude", "keep.*", "--bwlimit", "1G", .. wallet])).Expect();

        var root = Deployment.FolderOf(miner) + Deployment.PathOf("");
        Assert.That(
            await Bucket.ListKeysAsync(Deployment.FolderOf(miner)), Is.EquivalentTo([root + "a.parquet", root + "tmp/keep.parquet"]));
        Assert.That(
            Directory.EnumerateFiles(Path.Combine(Folder.Path, "back"), "*", SearchOption.AllDirectories),
            Is.EqualTo([Local("back", S3AuthTool.DownloadedName(root + "a.parquet"))]));
    }

    [Test]
    public async Task Path_of_another_profile_is_read_with_its_wallet()
    {
        var (miner, other) = (Deployment.NextMiner(), Deployment.NextMiner());
        var content = Bytes(2000);
        await Bucket.PutAsync(Deployment.FolderOf(other) + Deployment.PathOf("a.bin"), content);
        var (first, second) = (await Cli.WalletOfAsync(miner), await Cli.WalletOfAsync(other));
        Directory.CreateDirectory(Path.GetDirectoryName(Cli.Config)!);
        await File.WriteAllTextAsync(Cli.Config, $"default = \"first\"\n{ProfileOf("first", first)}{ProfileOf("second", second)}");

        (await Cli.RunAsync("cp", "second:a.bin", "got.bin")).Expect();

        Content.AssertSame(await File.ReadAllBytesAsync(Path.Combine(Folder.Path, "got.bin")), content);
    }

    // Miners choose their keys and the content of their files.
    [Test]
    public async Task Hostile_keys_cannot_control_the_terminal_or_leave_the_folder()
    {
        var miner = Deployment.NextMiner();
        var folder = Deployment.FolderOf(miner);
        string[] names =
        [
            "red\u001b[31m/a.bin", "red\u001b[31m/b.bin", "line\nerror: forged", "\u202Egnp.exe", "\u009b2J.bin", "../up.bin", "a//b", "-rf",
        ];
        try
        {
            await Bucket.PutAllAsync(names.Select(name => folder + name), Bytes(2000));
            string[] all = ["--miner", Deployment.OwnerOf(miner), "--suri", "//Alice"];

            ToolResult[] results =
            [
                await Cli.RunAsync(["ls", "-l", .. all]),
                await Cli.RunAsync(["ls", "--max-depth", "1", .. all]),
                await Cli.RunAsync(["du", "--max-depth", "2", .. all]),
                await Cli.RunAsync(["cp", "-r", ":", "got/there", "--log-file", "log", .. all]),
            ];

            foreach (var result in results)
            {
                Assert.That(
                    result.Output + result.Errors, Does.Not.Contain("\u001b").And.Not.Contain("\u202E").And.Not.Contain("\u009b"));
                Assert.That((result.Output + result.Errors).Split('\n'), Has.None.StartsWith("error: forged"));
            }

            // The key with ".." cannot be part of a URL.
            Assert.That(results.Select(result => result.ExitCode), Is.EqualTo([0, 0, 0, 4]));
            var log = await File.ReadAllTextAsync(Path.Combine(Folder.Path, "log"));
            Assert.That(log, Does.Not.Contain("\u001b").And.Contain("\\u{1B}"));
            Assert.That(log.Split('\n'), Has.None.StartsWith("error: forged"));
            var files = Directory.EnumerateFiles(Folder.Path, "*.bin", SearchOption.AllDirectories).ToList();
            Assert.That(files, Has.Count.EqualTo(3).And.All.StartsWith(Path.Combine(Folder.Path, "got", "there") + "/"));
        }
        finally
        {
            // Other cases read listings of the whole bucket.
            await Bucket.DeleteAllAsync(names.Select(name => folder + name));
        }
    }

#pragma warning disable CA5351 // Stores name objects by it.
    private static string Md5Of(byte[] content) => Convert.ToHexStringLower(MD5.HashData(content));
#pragma warning restore CA5351

    private string ProfileOf(string name, string[] wallet) =>
        $"[profiles.{name}]\nserver = \"{Client.Address}\"\nwallet_path = \"{wallet[1]}\"\nwallet = \"{wallet[3]}\"\n";
}

namespace S3Auth.EndToEnd.Tests.Cases.Sessions;

/// <summary>
/// aws-cli, rclone, boto3 and s3cmd with temporary credentials, as <c>docs/tools.md</c> says, and outside of what the credentials allow.
/// </summary>
[TestFixtureSource(typeof(Deployments), nameof(Deployments.OneRealStore))]
public sealed partial class ForeignToolTests(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    // The answer to a HEAD has no code. The last is what aws-cli 1 prints if the store's refusal has no message.
    private const string Refused = "AccessDenied|403.*Forbidden|argument of type 'NoneType' is not iterable";

    private ScratchFolder _folder = null!;
    private Miner _miner = null!;
    private string _python = null!;

    internal override DeploymentKind Kind => DeploymentKind.Sessions;

    private string Own => $"s3://{Bucket.Name}/{Deployment.FolderOf(_miner)}";

    [SetUp]
    public async Task SetUp()
    {
        (_folder, _miner) = (new ScratchFolder("foreign"), Deployment.NextMiner());
        foreach (var (program, package) in new[] { ("aws", "awscli"), ("rclone", "rclone"), ("s3cmd", "s3cmd"), ("jq", "jq") })
        {
            Tool.Need(program, package);
        }

        var version = AwsVersion().Match((await RunAsync("aws --version")).Expect());
        if (version.Groups["major"].Value == "1" ? Minor(version) < 29 : Minor(version) < 13)
        {
            Assert.Ignore("Skipped because this aws-cli does not read endpoint_url from a profile; install 1.29, 2.13 or later.");
        }

        _python = (await Python.NeedAsync()).Path;
        var wallets = _folder.Sub("home/.bittensor/wallets");
        await S3AuthTool.WriteWalletAsync(Path.Combine(wallets, "default"), _miner);
        await S3AuthTool.WriteWalletAsync(Path.Combine(wallets, "validator"), Subnet.Validator);
        await S3AuthTool.WriteWalletAsync(Path.Combine(wallets, "stranger"), Miner.New());
        await WriteProgramAsync();
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Category("Nightly")]
    [Test]
    public async Task Guide_runs_as_it_is_written()
    {
        var guide = (await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "tools.md"))).ReplaceLineEndings("\n");
        var script = string.Concat(CodeBlocks().Matches(guide).Select(block => block.Groups["language"].Value == "bash"
            ? block.Groups["script"].Value
            : $"\"$PYTHON\" - <<'PROGRAM'\n{block.Groups["script"].Value}PROGRAM\n"));

        var result = await RunAsync(script.Replace("http://localhost:8000", Client.Address.AbsoluteUri, StringComparison.Ordinal));

        Assert.That(result.ExitCode, Is.Zero, $"{result.Output}\n---\n{result.Errors}");
        var folder = Deployment.FolderOf(_miner);
        string[] names =
        [
            "boto3/large.bin", "boto3/small.bin", "collected/large.bin", "collected/small.bin", "copied/large.bin", "copied/small.bin",
            "hour.bin", "large.bin", "s3cmd/large.bin",
        ];
        Assert.That(await Bucket.ListKeysAsync(folder), Is.EquivalentTo(names.Select(name => folder + name)));
        var large = await File.ReadAllBytesAsync(Path.Combine(_folder.Path, "work", "collected", "large.bin"));
        foreach (var name in names.Where(name => name.EndsWith("large.bin", StringComparison.Ordinal)))
        {
            Content.AssertSame(await Bucket.GetAsync(folder + name), large);
        }
    }

    // SessionTests checks the same rules daily, with other requests.
    [Category("Nightly")]
    [Test]
    public async Task Tools_of_a_miner_are_refused_outside_its_folder_and_for_deletions()
    {
        var beside = $"s3://{Bucket.Name}/{Deployment.FolderOf(Deployment.NextMiner())}";
        await Bucket.PutAsync(beside[$"s3://{Bucket.Name}/".Length..] + "theirs.bin", Bytes(2000));
        await Bucket.PutAsync(Deployment.FolderOf(_miner) + "own.bin", Bytes(2000));

        await AssertRefusedAsync("default", $$"""
            aws s3 cp own.bin '{{beside}}'
            aws s3 cp large.bin '{{beside}}'
            aws s3 cp '{{beside}}theirs.bin' theirs.bin
            aws s3 cp '{{beside}}theirs.bin' '{{Own}}theirs.bin'
            aws s3 ls 's3://{{Bucket.Name}}'
            aws s3 ls '{{beside}}'
            aws s3 rm '{{Own}}own.bin'
            rclone copyto own.bin 'own:{{beside[5..]}}own.bin'
            rclone cat 'own:{{beside[5..]}}theirs.bin'
            rclone lsf 'own:{{Bucket.Name}}'
            rclone deletefile 'own:{{Own[5..]}}own.bin'
            s3cmd $S3CMD put own.bin '{{beside}}'
            s3cmd $S3CMD get --force '{{beside}}theirs.bin' theirs.bin
            s3cmd $S3CMD del '{{Own}}own.bin'
            "$PYTHON" -c "$BOTO3" put_object '{{beside}}own.bin'
            "$PYTHON" -c "$BOTO3" get_object '{{beside}}theirs.bin'
            "$PYTHON" -c "$BOTO3" create_multipart_upload '{{beside}}own.bin'
            "$PYTHON" -c "$BOTO3" delete_object '{{Own}}own.bin'
            """);
    }

    // SessionTests checks the same rules daily, with other requests.
    [Category("Nightly")]
    [Test]
    public async Task Tools_of_a_validator_read_every_folder_and_write_nowhere()
    {
        await Bucket.PutAsync(Deployment.FolderOf(_miner) + "own.bin", Bytes(2000));

        var read = await RunAsync($"""
            s3auth configure aws --wallet validator --name own --yes
            aws s3 cp '{Own}own.bin' got.bin --profile own
            """);

        Assert.That(read.ExitCode, Is.Zero, read.Errors);
        Assert.That(read.Errors, Does.Contain("as validator for s3://"));
        await AssertRefusedAsync("validator", $$"""
            aws s3 cp own.bin '{{Own}}new.bin'
            aws s3 ls 's3://{{Bucket.Name}}'
            rclone copyto own.bin 'own:{{Own[5..]}}new.bin'
            s3cmd $S3CMD put own.bin '{{Own}}new.bin'
            "$PYTHON" -c "$BOTO3" put_object '{{Own}}new.bin'
            "$PYTHON" -c "$BOTO3" delete_object '{{Own}}own.bin'
            """);
    }

    [Test]
    public async Task Profile_is_refreshed_when_its_credentials_expire_with_the_same_session_while_it_is_young()
    {
        // boto3 asks the process again after the end that it was told. Its clock cannot be changed, but what it was told can.
        var result = await RunAsync("""
            s3auth configure aws --wallet default --name own --yes > /dev/null
            s3auth credentials --wallet default --role miner --format process | jq -r .AccessKeyId
            "$PYTHON" - <<'PROGRAM'
            import boto3, datetime
            given = boto3.Session(profile_name="own").get_credentials()
            print(given.get_frozen_credentials().access_key)
            now = datetime.datetime.now(datetime.timezone.utc)
            given._expiry_time = now - datetime.timedelta(minutes=1)
            print(given.get_frozen_credentials().access_key)
            print(given._expiry_time > now + datetime.timedelta(minutes=50))
            PROGRAM
            """);

        var lines = result.Expect().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Is.EqualTo([lines[0], lines[0], lines[0], "True"]));
    }

    [TestCase("bash", "eval \"$(s3auth credentials --wallet default)\"")]
    [TestCase("bash", "eval $(s3auth credentials --wallet default)")]
    [TestCase("zsh", "eval \"$(s3auth credentials --wallet default)\"")]
    [TestCase("fish", "s3auth credentials --wallet default | source")]
    public async Task Shell_takes_the_variables(string shell, string line)
    {
        var json = JsonNode.Parse((await RunAsync("s3auth credentials --wallet default --format json")).Expect())!;

        var result = await RunAsync(
            $"""
            exec {Tool.Need(shell, shell)} -c '{line}; echo "$AWS_SECRET_ACCESS_KEY $AWS_SESSION_TOKEN $AWS_ENDPOINT_URL_S3 $S3AUTH_FOLDER"'
            """);

        Assert.That(
            result.Expect().TrimEnd(), Is.EqualTo($"{json["secret_access_key"]} {json["session_token"]} {json["endpoint"]} {Own}"));
    }

    [Test]
    public async Task Refusal_is_one_line_that_aws_shows_and_no_secret_is_in_any_message()
    {
        var alone = await RunAsync("s3auth credentials --wallet stranger --format process");
        var within = await RunAsync($$"""
            s3auth configure aws --wallet default --name own --yes --json > configured.json
            sed -i 's/--wallet default/--wallet stranger/' "$HOME/.aws/config"
            aws s3 ls '{{Own}}' --profile own
            """);
        var given = await RunAsync("s3auth credentials --wallet default --format process");

        using (Assert.EnterMultipleScope())
        {
            Assert.That((alone.ExitCode, alone.Output), Is.EqualTo((3, "")));
            Assert.That(alone.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(1));
            Assert.That(within.ExitCode, Is.Not.Zero);
            Assert.That(within.Errors, Does.Contain("is not registered on netuid 46").And.Contain("Register the hotkey"));
            Assert.That(given.Errors, Is.Empty);
            Assert.That(
                await File.ReadAllTextAsync(Path.Combine(_folder.Path, "work", "configured.json")),
                Does.Contain("\"role\":\"miner\"").And.Not.Contain(JsonNode.Parse(given.Output)!["SessionToken"]!.GetValue<string>()));
        }
    }

    [Test]
    public async Task Process_asks_for_no_password_even_on_a_terminal()
    {
        // AWS's tools hide what it prints, so a user would wait for nothing.
        var hotkeys = _folder.Sub("home/.bittensor/wallets/locked/hotkeys");
        File.Copy(
            Path.Combine(Repository.Root, "tests", "Substrate.Tests", "Vectors", "wallets", "nacl"), Path.Combine(hotkeys, "default"));
        var script = Tool.Need("script", "bsdutils");

        var result = await RunAsync(
            $"timeout 60 {script} -qec 's3auth credentials --wallet locked --format process' /dev/null < /dev/null");

        Assert.That(result.ExitCode, Is.EqualTo(2), result.Output);
        Assert.That(result.Output, Does.Contain("--password-file").And.Not.Contain("Password of"));
    }

    /// <summary>Runs each line as the wallet's owner, and asserts that the tool reports a refusal and that nothing changes.</summary>
    private async Task AssertRefusedAsync(string wallet, string commands)
    {
        var before = await Bucket.ListAsync();

        var result = await RunAsync($$"""
            head -c 2000 /dev/urandom > own.bin
            head -c 9000000 /dev/urandom > large.bin
            credentials=$(s3auth credentials --wallet {{wallet}}) && eval "$credentials"
            s3auth credentials --wallet {{wallet}} --format rclone --name own > rclone.conf
            export RCLONE_CONFIG=rclone.conf RCLONE_RETRIES=1
            host=${AWS_ENDPOINT_URL_S3#*://}
            S3CMD="--no-ssl --host=$host --host-bucket=$host"
            BOTO3='
            import boto3, os, sys
            bucket, key = sys.argv[2].removeprefix("s3://").split("/", 1)
            getattr(boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL_S3"]), sys.argv[1])(Bucket=bucket, Key=key)
            '
            set +e
            while read -r line; do
              printed=$(eval "$line" 2>&1 < /dev/null)
              code=$?
              if [ $code -ne 0 ] && grep -qE "{{Refused}}" <<< "$printed"; then echo refused; else echo "$code: $line: $printed"; fi
            done <<'COMMANDS'
            {{commands.ReplaceLineEndings("\n")}}
            COMMANDS
            """);

        var answers = result.Expect().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(answers, Has.Length.EqualTo(commands.ReplaceLineEndings("\n").Split('\n').Length));
        Assert.That(answers, Has.All.EqualTo("refused"));
        Assert.That(await Bucket.ListAsync(), Is.EqualTo(before));
    }

    private async Task WriteProgramAsync()
    {
        var program = Path.Combine(_folder.Sub("bin"), "s3auth");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\nexec {S3AuthTool.ShellCommand} \"$@\"\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private Task<ToolResult> RunAsync(string script)
    {
        // A launcher of pyenv finds its programs below HOME, which is replaced.
        var pyenv = Environment.GetEnvironmentVariable("PYENV_ROOT")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".pyenv");
        return Tool.RunAsync(
            Tool.Need("bash", "bash"),
            ["-c", "set -euo pipefail; unset \"${!AWS_@}\" \"${!RCLONE_@}\"\n" + script],
            environment: new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["HOME"] = Path.Combine(_folder.Path, "home"),
                ["XDG_CONFIG_HOME"] = Path.Combine(_folder.Path, "home", ".config"),
                ["PATH"] = $"{Path.Combine(_folder.Path, "bin")}:{Environment.GetEnvironmentVariable("PATH")}",
                ["PYENV_ROOT"] = pyenv,
                ["PYTHON"] = _python ?? "",
                ["S3AUTH_SERVER"] = Client.Address.AbsoluteUri,
                ["NO_PROXY"] = "*",
            },
            folder: _folder.Sub("work"),
            limit: TimeSpan.FromMinutes(3));
    }

    private static int Minor(Match version) => int.Parse(version.Groups["minor"].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"aws-cli/(?<major>\d+)\.(?<minor>\d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AwsVersion();

    [GeneratedRegex(
        "^```(?<language>bash|python)\n(?<script>.*?)^```",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex CodeBlocks();
}

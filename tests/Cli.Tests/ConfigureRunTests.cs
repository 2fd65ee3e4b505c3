namespace S3Auth.Cli.Tests;

/// <summary><c>s3auth configure</c> against a server that answers for everyone.</summary>
[NonParallelizable]
public sealed class ConfigureRunTests
{
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);
    private readonly StringWriter _asked = new();
    private WalletFiles _wallets = null!;
    private LocalServer _server = null!;
    private Structure _structure = null!;
    private HotkeyStatus _status = null!;
    private string _config = null!;

    [OneTimeTearDown]
    public void Forget() => _asked.Dispose();

    [SetUp]
    public void Start()
    {
        _wallets = new WalletFiles();
        _config = Path.Combine(_wallets.Path, ".config", "config.toml");
        _variables.Clear();
        _variables["S3AUTH_CONFIG"] = _config;
        _structure = new Structure { Folder_structure = "data/{source}/{hotkey}/", Sources = ["x", "y"] };
        _status = new HotkeyStatus { Registered = true, Uid = 7, May_upload = true };
        _server = new LocalServer
        {
            Answer = context => context.Request.Url!.AbsolutePath switch
            {
                "/structure-info" => LocalServer.WriteJsonAsync(context, _structure),
                _ => LocalServer.WriteJsonAsync(context, _status),
            },
        };
    }

    [TearDown]
    public async Task Stop()
    {
        await _server.DisposeAsync();
        _wallets.Dispose();
    }

    [Test]
    public async Task Profile_is_asked_for_checked_and_written()
    {
        _wallets.Put("miner", "h1", "seed");
        _wallets.Put("miner", "h2", "seed");
        _wallets.Put("other", "default", "seed");

        var (exitCode, output, errors) = await RunAsync($"nowhere\n{Server}\nminer\nh2\nz\ny\n", WithWallets());

        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.EqualTo(ExitCode.Done));
            Assert.That(
                errors,
                Does.Contain("Wallet (miner, other): ").And.Contain("Hotkey (h1, h2): ").And.Contain("Source (x, y) [x]: ")
                    .And.Contain("error: The server's address nowhere has no scheme.")
                    .And.Contain("error: This deployment has no source z. Its sources are x, y.")
                    .And.Contain($"{WalletFiles.Hotkey} is registered as uid 7 and may upload"));
            Assert.That(output, Does.Contain("  s3auth upload data/\n"));
            Assert.That(File.ReadAllText(_config), Does.EndWith(
                $"default = \"main\"\n\n[profiles.main]\nserver = \"{Server}\"\nwallet = \"miner\"\nhotkey = \"h2\"\n"
                + $"wallet_path = \"{_wallets.Path}\"\nsource = \"y\"\n"));
        });
    }

    [Test]
    public async Task Answers_of_the_old_profile_are_kept_if_nothing_is_typed()
    {
        _wallets.Put("miner", "h1", "seed");
        _wallets.Put("miner", "h2", "seed");
        await RunAsync($"{Server}\nminer\nh2\ny\n", WithWallets((SettingKey.Job, "j")));
        var before = await File.ReadAllTextAsync(_config);

        var (_, _, errors) = await RunAsync("\n\n\n\n", new ConfigurePlan { Options = Nothing });

        Assert.That(errors, Does.Contain($"Address of the server [{Server}]").And.Contain("[h2]: ").And.Contain("Source (x, y) [y]"));
        Assert.That(await File.ReadAllTextAsync(_config), Is.EqualTo(before));
    }

    [Test]
    public async Task Second_profile_becomes_the_default_only_with_the_option()
    {
        await RunAsync("", Bob("main"), yes: true);
        var (_, output, _) = await RunAsync("", Bob("test"), yes: true);

        Assert.That(output, Does.Contain("s3auth upload data/ --profile test"));
        Assert.That(Profiles().DefaultName, Is.EqualTo("main"));

        await RunAsync("", Bob("test") with { IsDefault = true }, yes: true);
        Assert.That(Profiles().DefaultName, Is.EqualTo("test"));
    }

    [Test]
    public async Task Another_key_replaces_the_whole_key_of_the_old_profile()
    {
        _wallets.Put("miner", "default", "nacl");
        var password = Path.Combine(_wallets.Path, "pw");
        await RunAsync("", WithWallets((SettingKey.Server, Server), (SettingKey.PasswordFile, password)), yes: true);
        Assert.That(Profiles().Default![SettingKey.PasswordFile], Is.EqualTo(password));

        await RunAsync("", Bob("main"), yes: true);

        Assert.That(
            Profiles().Default!.Values.Keys, Is.EquivalentTo([SettingKey.Server, SettingKey.Suri, SettingKey.Source]));
    }

    [Test]
    public async Task Hotkey_file_of_the_old_profile_is_kept_without_a_question()
    {
        var file = _wallets.Put("miner", "h1", "seed");
        await RunAsync("", Options((SettingKey.HotkeyFile, file), (SettingKey.Server, Server)), yes: true);

        var (_, _, errors) = await RunAsync("\n\n", new ConfigurePlan { Options = Nothing });

        Assert.That(errors, Does.Not.Contain("Wallet"));
        Assert.That(Profiles().Default![SettingKey.HotkeyFile], Is.EqualTo(file));
    }

    [Test]
    public async Task Encrypted_hotkey_is_not_decrypted_and_its_password_file_is_asked_for()
    {
        _wallets.Put("miner", "default", "nacl");

        var (_, _, errors) = await RunAsync(
            $"\n\n{_wallets.Path}/pw\n\n", WithWallets((SettingKey.Server, Server)));

        Assert.That(errors, Does.Contain("File with its password").And.Contain("address is not known without its password"));
        Assert.That(Profiles().Default![SettingKey.PasswordFile], Is.EqualTo($"{_wallets.Path}/pw"));
    }

    [TestCase(false, false, "is not registered on this subnet")]
    [TestCase(true, true, "is denied by the operator")]
    public async Task Configure_warns_about_a_hotkey_that_may_do_nothing(bool isRegistered, bool isDenied, string expected)
    {
        _status = new HotkeyStatus { Registered = isRegistered, Is_denied = isDenied };

        var (exitCode, _, errors) = await RunAsync("", Bob("main"), yes: true);

        Assert.That(errors, Does.Contain("warning: ").And.Contain(expected));
        Assert.That(exitCode, Is.EqualTo(ExitCode.Done));
    }

    [Test]
    public void Wrong_source_from_an_option_writes_no_profile() => Assert.That(
        () => RunAsync("", Options((SettingKey.Server, Server), (SettingKey.Suri, "//Bob"), (SettingKey.Source, "z"))),
        Throws.TypeOf<UsageException>().With.Message.Contains("x, y").And.Matches<Exception>(_ => !File.Exists(_config)));

    [Test]
    public void Server_from_an_option_that_does_not_answer_writes_no_profile() => Assert.That(
        () => RunAsync("", Options((SettingKey.Server, $"http://127.0.0.1:{FreePort.Next()}"), (SettingKey.Suri, "//Bob"))),
        Throws.TypeOf<HttpRequestException>().And.Matches<Exception>(_ => !File.Exists(_config)));

    [Test]
    public async Task Offline_profile_is_written_without_a_request()
    {
        var plan = Options((SettingKey.Server, "http://127.0.0.1:1"), (SettingKey.Suri, "//Bob"), (SettingKey.Source, "z"));

        await RunAsync("", plan with { IsOffline = true }, yes: true);

        Assert.That(_server.Asked, Is.Empty);
        Assert.That(Profiles().Default![SettingKey.Source], Is.EqualTo("z"));
    }

    [Test]
    public void Missing_wallet_is_answered_with_how_to_create_one() => Assert.That(
        () => RunAsync("", WithWallets((SettingKey.Server, Server), (SettingKey.WalletPath, Path.Combine(_wallets.Path, "none")))),
        Throws.TypeOf<UsageException>().With.Message.Contains("btcli wallet create").And.Message.Contains("--suri //Bob"));

    [Test]
    public void Question_is_not_asked_again_after_the_end_of_the_input()
    {
        var questions = new Questions(TextReader.Null, TextWriter.Null, usesDefaults: false);

        Assert.That(questions.CanAskAgain);
        Assert.That(() => questions.Ask("Server", preset: null, "--server"), Throws.TypeOf<UsageException>());
        Assert.That(questions.CanAskAgain, Is.False);
    }

    [Test]
    public async Task Question_ends_when_it_is_cancelled()
    {
        using var terminal = new BlockingReader();
        using var cancellation = new CancellationTokenSource();
        var questions = new Questions(terminal, TextWriter.Null, usesDefaults: false, cancellation.Token);

        var asking = Task.Run(() => questions.Ask("Server", preset: null, "--server"));
        await terminal.Reading.Task;
        await cancellation.CancelAsync();

        Assert.That(async () => await asking, Throws.InstanceOf<OperationCanceledException>());
    }

    [TestCase("x")]
    [TestCase("../x")]
    public void Invalid_name_is_refused(string name) =>
        Assert.That(() => RunAsync("", Bob(name), yes: true), Throws.TypeOf<UsageException>().With.Message.Contains("--profile"));

    private static Dictionary<SettingKey, string> Nothing => [];

    private string Server => _server.Address.AbsoluteUri.TrimEnd('/');

    private ProfileFile Profiles() => ProfileFile.Read(_config, _ => { });

    private ConfigurePlan Bob(string profile) =>
        Options((SettingKey.Server, Server), (SettingKey.Suri, "//Bob")) with { Profile = profile };

    private ConfigurePlan WithWallets(params (SettingKey Key, string Value)[] options) =>
        Options(options.Any(one => one.Key == SettingKey.WalletPath) ? options : [.. options, (SettingKey.WalletPath, _wallets.Path)]);

    private static ConfigurePlan Options(params (SettingKey Key, string Value)[] options) =>
        new() { Options = options.ToDictionary(one => one.Key, one => one.Value) };

    private Task<(ExitCode ExitCode, string Output, string Errors)> RunAsync(string answers, ConfigurePlan plan, bool yes = false) =>
        ConsoleOutput.CaptureAsync(() =>
        {
            var report = new Report(json: false, quiet: false);
            var reader = new SettingsReader(_variables.GetValueOrDefault, report.Warn);
            return new ConfigureRun(
                report, new Questions(new StringReader(answers), Console.Error, yes), reader, _variables.GetValueOrDefault)
                .RunAsync(plan, CancellationToken.None);
        });

    // A terminal on which nobody types.
    private sealed class BlockingReader : TextReader
    {
        private readonly TaskCompletionSource _closed = new();

        internal TaskCompletionSource Reading { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override string? ReadLine()
        {
            Reading.SetResult();
            _closed.Task.GetAwaiter().GetResult();
            return null;
        }

        protected override void Dispose(bool disposing)
        {
            _closed.TrySetResult();
            base.Dispose(disposing);
        }
    }
}

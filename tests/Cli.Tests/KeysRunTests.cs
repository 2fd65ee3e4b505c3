using System.Text.Json.Nodes;

namespace S3Auth.Cli.Tests;

/// <summary><c>s3auth keys</c>: what the files show without a password, and what the server says of each hotkey.</summary>
[NonParallelizable]
public sealed class KeysRunTests
{
    private const string Coldkey = "5HpCp3XEWkb3cciEi18zFNCFz4vzBDmQcHQWAYNkoNvXNipP";

    private WalletFiles _wallets = null!;
    private LocalServer _server = null!;
    private HotkeyStatus _status = null!;

    [SetUp]
    public void Start()
    {
        _wallets = new WalletFiles();
        _status = new HotkeyStatus { Registered = true, Uid = 3, May_upload = true, Coldkey = Coldkey };
        _server = new LocalServer { Answer = context => LocalServer.WriteJsonAsync(context, _status) };
    }

    [TearDown]
    public async Task Stop()
    {
        await _server.DisposeAsync();
        _wallets.Dispose();
    }

    [Test]
    public async Task Plain_hotkey_has_its_address_and_what_it_may_do()
    {
        _wallets.Put("miner", "default", "seed");
        _wallets.PutColdkey("miner", Coldkey);

        var (_, output, _) = await RunAsync();

        Assert.That(output, Is.EqualTo(
            $"miner/default  {WalletFiles.Hotkey}  is registered as uid 3 and may upload into its own folder\n"));
        Assert.That(_server.Asked.Single(), Does.Contain($"/hotkeys/{WalletFiles.Hotkey}"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Encrypted_hotkey_has_the_address_of_its_public_file(bool hasPublicFile)
    {
        _wallets.Put("miner", "locked", "nacl");
        if (hasPublicFile)
        {
            _wallets.Put("miner", "lockedpub.txt", "public");
        }

        var (_, output, _) = await RunAsync();

        Assert.That(output, hasPublicFile
            ? Does.StartWith($"miner/locked  {WalletFiles.Hotkey}  encrypted, is registered")
            : Does.StartWith("miner/locked  address not known  encrypted, without lockedpub.txt"));
        Assert.That(_server.Asked, Has.Count.EqualTo(hasPublicFile ? 1 : 0));
    }

    [TestCase("$ANSIBLE_VAULT;1.1;AES256\n", "ansible_vault", "Ansible's vault")]
    [TestCase("gAAAAABk", "fernet", "Fernet")]
    [TestCase("{\"ss58Address\":\"SECRET\"}", "none", "is not an address")]
    [TestCase("SECRET", "none", "not the JSON of a wallet")]
    [TestCase("", "none", "empty")]
    public async Task File_that_cannot_be_used_is_named_with_what_to_do(string content, string encryption, string problem)
    {
        _wallets.Write("miner", "bad", System.Text.Encoding.UTF8.GetBytes(content));
        _wallets.Put("miner", "good", "seed");

        var (_, output, errors) = await RunAsync(json: true);

        var records = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.That(records, Has.Count.EqualTo(2));
        Assert.That((string?)records[0]["encryption"], Is.EqualTo(encryption));
        Assert.That((string?)records[0]["problem"], Does.Contain(problem).And.Not.Contain("SECRET"));
        Assert.That(errors, Does.Contain("warning: ").And.Contain(problem).And.Not.Contain("SECRET"));
        Assert.That((string?)records[1]["address"], Is.EqualTo(WalletFiles.Hotkey));
    }

    [Test]
    public async Task File_that_is_too_large_or_of_another_scheme_is_named()
    {
        _wallets.Write("miner", "large", new byte[KeyFile.MaxSize + 1]);
        _wallets.Write(
            "miner", "other", System.Text.Encoding.UTF8.GetBytes($$"""{"ss58Address":"{{WalletFiles.Hotkey}}","cryptoType":0}"""));

        var (exitCode, output, errors) = await RunAsync();

        Assert.That(exitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(output, Does.Contain("miner/large  address not known").And.Contain("miner/other  address not known"));
        Assert.That(errors, Does.Contain("more than 65536 bytes").And.Contain("sr25519"));
    }

    [Test]
    [Platform("Linux,MacOsX")]
    public async Task Name_with_control_characters_is_printed_safely()
    {
        _wallets.Put("mi\u001b[2Jner", "de\nfault", "seed");

        var (_, output, _) = await RunAsync();

        Assert.That(output, Does.StartWith("mi\\u{1B}[2Jner/de\\u{A}fault  5C4w"));
    }

    [Test]
    public async Task Coldkey_that_does_not_own_the_hotkey_is_named()
    {
        _wallets.Put("miner", "default", "seed");
        _wallets.PutColdkey("miner", WalletFiles.Hotkey);

        Assert.That((await RunAsync()).Output, Does.Contain($"but its coldkey is {Coldkey}, not the wallet's"));
    }

    [Test]
    public async Task Wallet_without_a_coldkey_file_and_one_without_a_hotkey_are_named()
    {
        _wallets.Put("miner", "default", "seed");
        _wallets.PutColdkey("new", Coldkey);

        var (_, output, errors) = await RunAsync();

        Assert.That(output, Does.Contain("no coldkeypub.txt"));
        Assert.That(errors, Does.Contain("btcli wallet new-hotkey --wallet-name new"));
    }

    [Test]
    public async Task Without_a_server_only_the_files_are_listed()
    {
        _wallets.Put("miner", "default", "seed");
        _wallets.PutColdkey("miner", Coldkey);

        var (exitCode, output, _) = await RunAsync(isOffline: true);

        Assert.That((exitCode, output), Is.EqualTo((ExitCode.Done, $"miner/default  {WalletFiles.Hotkey}\n")));
        Assert.That(_server.Asked, Is.Empty);
    }

    [Test]
    public async Task Server_that_refuses_is_reported_once_after_the_files()
    {
        foreach (var name in new[] { "h1", "h2", "h3", "h4", "h5", "h6" })
        {
            _wallets.Put("miner", name, "seed");
        }

        _server.Answer = context =>
        {
            context.Response.ContentType = "application/problem+json";
            return LocalServer.WriteAsync(context, """{"code":"access_denied","detail":"No."}"""u8.ToArray(), 403);
        };

        var (exitCode, output, errors) = await RunAsync();

        Assert.That(exitCode, Is.EqualTo(ExitCode.Refused));
        Assert.That(output.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(6));
        Assert.That(errors.Split("error: "), Has.Length.EqualTo(2));
    }

    [Test]
    public async Task Missing_wallets_are_answered_with_how_to_create_one()
    {
        var (exitCode, _, errors) = await RunAsync();

        Assert.That(exitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(errors, Does.Contain("btcli wallet create").And.Contain("--suri //Bob"));
    }

    private Task<(ExitCode ExitCode, string Output, string Errors)> RunAsync(bool json = false, bool isOffline = false) =>
        ConsoleOutput.CaptureAsync(async () =>
        {
            using var server = isOffline ? null : new PublicServer(_server.Address, new S3AuthClientOptions { Attempts = 1 });
            return await new KeysRun(new Report(json, quiet: false), server, new WalletFolder(_wallets.Path))
                .RunAsync(single: null, CancellationToken.None);
        });
}

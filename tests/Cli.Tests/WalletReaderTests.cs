namespace S3Auth.Cli.Tests;

/// <summary>Wallets in Bittensor's layout, with key files written as its documentation describes.</summary>
public sealed class WalletReaderTests
{
    private const string Hotkey = "5C4wjbsymLwXjXeveDxRP4jU3SYnZognrtW5L4atZL3WVnjk";
    private const string Coldkey = "5HpCp3XEWkb3cciEi18zFNCFz4vzBDmQcHQWAYNkoNvXNipP";

    private readonly List<string> _warnings = [];
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);
    private string _folder = null!;

    [SetUp]
    public void SetUp()
    {
        _warnings.Clear();
        _variables.Clear();
        _folder = Directory.CreateTempSubdirectory("s3auth-wallets-").FullName;
    }

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Wallet_has_its_hotkey_and_the_coldkey_of_its_public_file()
    {
        Put("mine", "miner", "seed");

        using var wallet = Read(Options("mine", "miner"));

        Assert.Multiple(() =>
        {
            Assert.That(wallet.Hotkey.AccountId.ToString(), Is.EqualTo(Hotkey));
            Assert.That($"{wallet.Coldkey}", Is.EqualTo(Coldkey));
            Assert.That(_warnings, Is.Empty);
        });
    }

    [Test]
    public void Coldkey_option_overrides_the_wallet()
    {
        Put("mine", "miner", "seed");

        using var wallet = Read(Options("mine", "miner") with { Coldkey = Hotkey });

        Assert.That($"{wallet.Coldkey}", Is.EqualTo(Hotkey));
    }

    [Test]
    public void Encrypted_hotkey_is_decrypted_with_the_password_file()
    {
        Put("mine", "miner", "nacl");
        var password = Write("password", "correct horse\n");

        using var wallet = Read(Options("mine", "miner") with { PasswordFile = password });

        Assert.That(wallet.Hotkey.AccountId.ToString(), Is.EqualTo(Hotkey));
    }

    [Test]
    public void Wrong_password_is_reported_and_not_printed()
    {
        Put("mine", "miner", "nacl");
        var password = Write("password", "SECRET-that-is-wrong");

        Assert.That(
            () => Read(Options("mine", "miner") with { PasswordFile = password }),
            Throws.TypeOf<UsageException>().With.Message.Contains("The password is not").And.Message.Not.Contains("SECRET"));
    }

    [Test]
    public void Missing_terminal_is_reported_with_a_hint_at_the_password_file()
    {
        Put("mine", "miner", "nacl");

        Assert.That(() => Read(Options("mine", "miner")), Throws.TypeOf<UsageException>().With.Message.Contains("--password-file"));
    }

    // bittensor-wallet 2.1 and later encode the value in base64.
    [TestCase(true)]
    [TestCase(false)]
    public void Encrypted_hotkey_is_decrypted_with_the_variable_of_Bittensors_tools(bool isBase64)
    {
        var path = Put("mine", "miner", "nacl");
        var name = "BT_PW_" + path.Replace('/', '_').Replace('.', '_').ToUpperInvariant();
        var hidden = "correct horse".Select((character, index) => (char)(character ^ name[index % name.Length])).ToArray();
        _variables[name] = isBase64 ? Convert.ToBase64String([.. hidden.Select(character => (byte)character)]) : new string(hidden);

        using var wallet = Read(Options("mine", "miner"));

        Assert.That(wallet.Hotkey.AccountId.ToString(), Is.EqualTo(Hotkey));
    }

    [Test]
    public void Variable_of_Bittensors_tools_is_named_after_the_path() => Assert.That(
        PasswordVariable.NamesOf("/root/.bittensor/wallets/my-wallet/hotkeys/h.1"), Has.Member(
            "BT_PW__ROOT__BITTENSOR_WALLETS_MY-WALLET_HOTKEYS_H_1"));

    [Test]
    public void Variable_with_a_wrong_password_is_named_and_its_value_not_printed()
    {
        var name = PasswordVariable.NamesOf(Put("mine", "miner", "nacl")).First();
        _variables[name] = "U0VDUkVU";

        Assert.That(
            () => Read(Options("mine", "miner")),
            Throws.TypeOf<UsageException>()
                .With.Message.Contains(name)
                .And.Message.Contains("--password-file")
                .And.Message.Not.Contains("U0VDUkVU"));
    }

    [Test]
    public void Password_file_overrides_the_variable()
    {
        _variables[PasswordVariable.NamesOf(Put("mine", "miner", "nacl")).First()] = "U0VDUkVU";

        using var wallet = Read(Options("mine", "miner") with { PasswordFile = Write("password", "correct horse\n") });

        Assert.That(wallet.Hotkey.AccountId.ToString(), Is.EqualTo(Hotkey));
    }

    [TestCase("ansible", "Ansible")]
    [TestCase("fernet", "Fernet")]
    public void Old_encryption_is_refused_with_its_name_and_the_command_to_run(string file, string name)
    {
        Put("mine", "miner", file);

        Assert.That(() => Read(Options("mine", "miner")), Throws.TypeOf<UsageException>().With.Message.Contains(name).And.Message.Contains(
            "btcli wallet regen-hotkey"));
    }

    [Test]
    public void Key_file_that_others_can_read_causes_a_warning()
    {
        var path = Put("mine", "miner", "seed");
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("There are no such permissions here.");
        }
        else
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

            using var wallet = Read(Options("mine", "miner"));

            Assert.That(_warnings, Has.One.Contains("chmod 600"));
        }
    }

    [Test]
    public void Missing_wallet_or_hotkey_is_reported_with_the_existing_names()
    {
        Put("mine", "miner", "seed");
        File.WriteAllText(Path.Combine(_folder, "mine", "hotkeys", "minerpub.txt"), "{}");

        Assert.Multiple(() =>
        {
            Assert.That(() => Read(Options("other", "miner")), Throws.TypeOf<UsageException>().With.Message.Contains("has mine."));
            Assert.That(() => Read(Options("mine", "other")), Throws.TypeOf<UsageException>().With.Message.Contains("has miner."));
        });
    }

    [Test]
    public void Name_that_is_a_path_is_refused()
    {
        Put("mine", "miner", "seed");
        foreach (var name in new[] { "../mine", "..", "a/b", "", "a\0b" })
        {
            Assert.That(() => Read(Options(name, "miner")), Throws.TypeOf<UsageException>().With.Message.Contains("--wallet"), name);
            Assert.That(() => Read(Options("mine", name)), Throws.TypeOf<UsageException>().With.Message.Contains("--hotkey"), name);
        }
    }

    [Test]
    public void Coldkey_is_null_if_the_wallet_has_no_public_file()
    {
        Put("mine", "miner", "seed");
        File.Delete(Path.Combine(_folder, "mine", "coldkeypub.txt"));
        using var wallet = Read(Options("mine", "miner"));

        Assert.That(wallet.Coldkey, Is.Null);
    }

    [TestCase("seed")]
    [TestCase("nacl")]
    public void Hotkey_is_read_from_a_file_outside_a_wallet(string file)
    {
        var path = Put("mine", "miner", file);
        var password = Write("password", "correct horse\n");

        using var wallet = Read(new IdentityOptions
        {
            HotkeyFile = path, PasswordFile = password, HotkeyName = "default", WalletPath = "/nowhere",
        });

        Assert.That(wallet.Hotkey.AccountId.ToString(), Is.EqualTo(Hotkey));
        Assert.That(wallet.Coldkey, Is.Null);
    }

    [Test]
    public void Missing_or_ambiguous_identity_is_refused_with_what_to_do()
    {
        var none = Options("x", "y") with { Wallet = null };

        Assert.That(
            () => Read(none),
            Throws.TypeOf<UsageException>().With.Message.Contains("s3auth configure").And.Message.Contains("s3auth keys"));
        Assert.That(
            () => Read(none with { HotkeyFile = "a", Suri = "//Bob" }),
            Throws.TypeOf<UsageException>().With.Message.StartsWith("Pass exactly one of"));
    }

    [Test]
    public void Mnemonic_is_read_from_a_file()
    {
        var file = Write("phrase", "  legal winner thank year wave sausage worth useful legal winner thank yellow\n");

        using var wallet = Read(new IdentityOptions { MnemonicFile = file, HotkeyName = "default", WalletPath = _folder });

        Assert.That(Convert.ToHexStringLower(wallet.Hotkey.AccountId.ToBytes()), Is.EqualTo(
            "625e25364c7b68e0a83065ccb40afed43f8fe933e669b24f3d69a57eddb3b715"));
    }

    [TestCase("legal winner SECRET")]
    [TestCase("")]
    public void File_without_a_mnemonic_is_refused_and_not_printed(string text)
    {
        var file = Write("phrase", text);

        Assert.That(
            () => Read(new IdentityOptions { MnemonicFile = file, HotkeyName = "default", WalletPath = _folder }),
            Throws.TypeOf<UsageException>().With.Message.Not.Contains("SECRET"));
    }

    [TestCase("0x336f28a022193939585a1b4edc989f870917f3a5f6ddd16e4fb357084a6bdfc2")]
    [TestCase("legal winner thank year wave sausage worth useful legal winner thank yellow")]
    [TestCase("//Bob///password")]
    public void Secret_on_the_command_line_is_refused(string suri) =>
        Assert.That(
            () => Read(new IdentityOptions { Suri = suri, HotkeyName = "default", WalletPath = _folder }),
            Throws.TypeOf<UsageException>().With.Message.Contains("development accounts only").And.Message.Not.Contains(suri));

    private IdentityOptions Options(string wallet, string hotkey) => new() { Wallet = wallet, HotkeyName = hotkey, WalletPath = _folder };

    private Wallet Read(IdentityOptions options) =>
        new WalletReader(_warnings.Add, _ => null, name => _variables.GetValueOrDefault(name)).Read(options);

    private string Put(string wallet, string hotkey, string file)
    {
        var hotkeys = Directory.CreateDirectory(Path.Combine(_folder, wallet, "hotkeys")).FullName;
        File.WriteAllText(Path.Combine(_folder, wallet, "coldkeypub.txt"), $"{{\"ss58Address\":\"{Coldkey}\"}}");
        var path = Path.Combine(hotkeys, hotkey);
        File.Copy(Path.Combine(TestContext.CurrentContext.TestDirectory, "wallets", file), path);
        Protect(path);
        return path;
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        Protect(path);
        return path;
    }

    private static void Protect(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}

namespace S3Auth.Cli.Tests;

public sealed class SettingsReaderTests
{
    private const string Profiles = """
        default = "main"
        [profiles.main]
        server = "https://main.example"
        wallet = "miner"
        hotkey = "h1"
        wallet_path = "/wallets"
        coldkey = "5Cold"
        password_file = "/pw"
        source = "x"
        job = "j"
        [profiles.test]
        server = "https://test.example"
        suri = "//Bob"
        """;

    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);
    private readonly List<string> _warnings = [];
    private string _file = null!;

    [SetUp]
    public void SetUp()
    {
        _warnings.Clear();
        _variables.Clear();
        _file = Path.GetTempFileName();
        _variables["S3AUTH_CONFIG"] = _file;
        File.WriteAllText(_file, Profiles);
    }

    [TearDown]
    public void TearDown() => File.Delete(_file);

    [Test]
    public void Default_profile_gives_every_setting()
    {
        var settings = Read();

        Assert.Multiple(() =>
        {
            Assert.That(settings.Profile!.Name, Is.EqualTo("main"));
            Assert.That((settings.Server, settings.Source, settings.Job), Is.EqualTo(("https://main.example", "x", "j")));
            Assert.That(settings.Identity, Is.EqualTo(new IdentityOptions
            {
                Wallet = "miner", HotkeyName = "h1", WalletPath = "/wallets", Coldkey = "5Cold", PasswordFile = "/pw",
            }));
        });
    }

    [TestCase(null, null, "main")]
    [TestCase(null, "test", "test")]
    [TestCase("main", "test", "main")]
    public void Option_names_the_profile_before_the_variable(string? option, string? variable, string expected)
    {
        Set("S3AUTH_PROFILE", variable);

        Assert.That(Read(profile: option).Profile!.Name, Is.EqualTo(expected));
    }

    [Test]
    public void Profile_that_does_not_exist_is_refused() => Assert.That(
        () => Read(profile: "other"), Throws.TypeOf<UsageException>().With.Message.Contains("It has main, test"));

    [Test]
    public void Several_profiles_without_a_default_leave_the_settings_open_and_are_named()
    {
        File.WriteAllText(_file, Profiles.Replace("default = \"main\"", "", StringComparison.Ordinal));

        var settings = Read();

        Assert.That((settings.Profile, settings.Server), Is.EqualTo(((Profile?)null, (string?)null)));
        Assert.That(settings.Advice, Does.Contain("--profile NAME (main, test)"));
    }

    [Test]
    public void Option_comes_before_variable_before_profile()
    {
        _variables["S3AUTH_SERVER"] = "https://variable.example";
        _variables["S3AUTH_HOTKEY"] = "of-variable";
        _variables["S3AUTH_SOURCE"] = "of-variable";

        var settings = Read((SettingKey.Server, "https://option.example"));

        Assert.That(
            (settings.Server, settings.Identity.HotkeyName, settings.Source, settings.Job, settings.Identity.Wallet),
            Is.EqualTo(("https://option.example", "of-variable", "of-variable", "j", "miner")));
    }

    [TestCase("wallet")]
    [TestCase("hotkey_file")]
    [TestCase("mnemonic_file")]
    [TestCase("suri")]
    public void Option_that_names_a_key_replaces_the_whole_identity_of_the_profile(string key)
    {
        var settings = Read((SettingKey.All.Single(one => one.Name == key), "other"));

        var identity = settings.Identity;
        Assert.Multiple(() =>
        {
            Assert.That(
                new[] { identity.Wallet, identity.HotkeyFile, identity.MnemonicFile, identity.Suri }.OfType<string>(),
                Is.EqualTo(["other"]));
            Assert.That(identity, Has.Property("HotkeyName").EqualTo("default").And.Property("Coldkey").Null);
            Assert.That(identity.PasswordFile, Is.Null);
            Assert.That(identity.WalletPath, Does.EndWith(".bittensor/wallets"));
            Assert.That(settings.Server, Is.EqualTo("https://main.example"));
        });
    }

    [Test]
    public void Variable_that_names_a_key_replaces_the_whole_identity_of_the_profile_unless_an_option_names_one()
    {
        _variables["S3AUTH_MNEMONIC_FILE"] = "~/phrase";

        Assert.That(
            Read().Identity, Has.Property("MnemonicFile").StartsWith("/").And.Property("Wallet").Null.And.Property("Coldkey").Null);
        Assert.That(
            Read((SettingKey.Suri, "//Bob")).Identity, Has.Property("MnemonicFile").Null.And.Property("Suri").EqualTo("//Bob"));
    }

    [Test]
    public void Hotkey_option_takes_another_hotkey_of_the_profiles_wallet() => Assert.That(
        Read((SettingKey.Hotkey, "h2")).Identity, Has.Property("Wallet").EqualTo("miner").And.Property("HotkeyName").EqualTo("h2"));

    [Test]
    public void Variables_of_bittensor_come_after_the_profile()
    {
        _variables["BT_WALLET_NAME"] = "bt";
        _variables["BT_WALLET_HOTKEY"] = "bt-hotkey";
        _variables["BT_WALLET_PATH"] = "~/bt-wallets";

        Assert.That(Read().Identity, Has.Property("Wallet").EqualTo("miner").And.Property("HotkeyName").EqualTo("h1"));
        Assert.That(Read(profile: "test").Identity, Has.Property("Wallet").Null);

        File.WriteAllText(_file, "");
        var identity = Read().Identity;
        Assert.That((identity.Wallet, identity.HotkeyName), Is.EqualTo(("bt", "bt-hotkey")));
        Assert.That(identity.WalletPath, Does.EndWith("/bt-wallets").And.Not.Contain("~"));
    }

    [TestCase("test", true)]
    [TestCase(null, false)]
    public void Variable_that_overrides_the_server_of_a_named_profile_is_warned_of(string? profile, bool isWarned)
    {
        _variables["S3AUTH_SERVER"] = "https://variable.example";

        Assert.That(Read(profile: profile).Server, Is.EqualTo("https://variable.example"));
        Assert.That(_warnings, isWarned ? Has.One.Contains("$S3AUTH_SERVER is set") : Is.Empty);
    }

    [Test]
    public void Profile_of_a_path_has_its_own_server_and_wallet_whatever_the_variables_say()
    {
        _variables["S3AUTH_SERVER"] = "https://variable.example";
        _variables["S3AUTH_WALLET"] = "of-variable";

        var settings = new SettingsReader(_variables.GetValueOrDefault, _warnings.Add).ReadProfile("test");

        Assert.That(settings.Server, Is.EqualTo("https://test.example"));
        Assert.That(settings.Identity, Has.Property("Suri").EqualTo("//Bob").And.Property("Wallet").Null);
    }

    [TestCase("S3AUTH_CONFIG", "/a/b.toml", "/a/b.toml")]
    [TestCase("XDG_CONFIG_HOME", "/xdg", "/xdg/s3auth/config.toml")]
    [TestCase("XDG_CONFIG_HOME", "relative", ".config/s3auth/config.toml")]
    [TestCase("UNRELATED", "x", ".config/s3auth/config.toml")]
    [Platform("Linux,MacOsX")]
    public void File_is_where_the_variables_say(string variable, string value, string expected) => Assert.That(
        new ToolFolders(name => name == variable ? value : null).ConfigFile, Does.EndWith(expected).And.StartsWith("/"));

    private ToolSettings Read(params (SettingKey Key, string Value)[] options) => Read(options, null);

    private ToolSettings Read(string? profile) => Read([], profile);

    private ToolSettings Read((SettingKey Key, string Value)[] options, string? profile) =>
        new SettingsReader(_variables.GetValueOrDefault, _warnings.Add)
            .Read(options.ToDictionary(one => one.Key, one => one.Value), profile);

    private void Set(string name, string? value)
    {
        if (value is not null)
        {
            _variables[name] = value;
        }
    }
}

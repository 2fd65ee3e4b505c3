namespace S3Auth.Cli.Tests;

/// <summary>Which profiles and paths a service accepts, and what its unit contains.</summary>
public sealed class ServicePlannerTests
{
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);
    private readonly List<string> _warnings = [];
    private WalletFiles _wallets = null!;
    private string _config = null!;

    [SetUp]
    public void Start()
    {
        _wallets = new WalletFiles();
        _config = Path.Combine(_wallets.Path, "config.toml");
        _variables.Clear();
        _warnings.Clear();
        _variables["S3AUTH_CONFIG"] = _config;
    }

    [TearDown]
    public void Stop() => _wallets.Dispose();

    [Test]
    public void Unit_has_absolute_paths_the_options_and_the_variables_that_find_the_files()
    {
        Configure("suri = \"//Bob\"");
        _variables["XDG_STATE_HOME"] = "/state";
        _variables["S3AUTH_SERVER"] = "https://other.example";
        _variables["HTTPS_PROXY"] = "http://user:SECRET@proxy";

        var unit = Plan(options: ["--to=sub"], paths: [_wallets.Path, "."]);

        Assert.Multiple(() =>
        {
            Assert.That(unit.Arguments, Is.EqualTo(["--to=sub", _wallets.Path, Environment.CurrentDirectory]));
            Assert.That(unit.Variables, Is.EquivalentTo([("S3AUTH_CONFIG", _config), ("XDG_STATE_HOME", "/state")]));
            Assert.That(unit.Write(), Does.Not.Contain("SECRET").And.Not.Contain("other.example"));
            Assert.That(_warnings.Single(), Does.Contain("$HTTPS_PROXY").And.Not.Contain("SECRET"));
        });
    }

    [TestCase("wallet = \"miner\"\nhotkey = \"locked\"", "--password-file")]
    [TestCase("wallet = \"miner\"\nhotkey = \"locked\"\npassword_file = \"/nowhere\"", "does not exist")]
    [TestCase("wallet = \"miner\"\nhotkey = \"none\"", "cannot be read")]
    [TestCase("wallet = \"miner\"\nhotkey = \"old\"", "Ansible")]
    [TestCase("source = \"x\"", "names no wallet")]
    public void Key_that_needs_a_terminal_or_is_not_usable_is_refused(string profile, string problem)
    {
        PutKeys();
        Configure(profile + $"\nwallet_path = \"{_wallets.Path}\"");

        Assert.That(() => Plan(), Throws.TypeOf<UsageException>().With.Message.Contains(problem));
    }

    [Test]
    public void Encrypted_key_is_accepted_with_its_password_file()
    {
        PutKeys();
        var password = Path.Combine(_wallets.Path, "pw");
        File.WriteAllText(password, "SECRET");
        Configure($"wallet = \"miner\"\nhotkey = \"locked\"\nwallet_path = \"{_wallets.Path}\"");

        var unit = Plan(passwordFile: password);

        Assert.That(unit.Arguments.Take(2), Is.EqualTo(["--password-file", password]));
        Assert.That(unit.Write(), Does.Not.Contain("SECRET"));
    }

    [Test]
    public void Wallet_of_a_variable_is_refused_because_the_service_does_not_have_the_variable()
    {
        _variables["BT_WALLET_NAME"] = "miner";
        Configure("job = \"j\"");

        Assert.That(() => Plan(), Throws.TypeOf<UsageException>().With.Message.Contains("names no wallet"));
    }

    [Test]
    public void Path_that_does_not_exist_is_refused()
    {
        Configure("suri = \"//Bob\"");

        Assert.That(
            () => Plan(paths: [Path.Combine(_wallets.Path, "none")]),
            Throws.TypeOf<UsageException>().With.Message.Contains("nothing to watch"));
    }

    [TestCase(null, null, "main")]
    [TestCase("test", null, "test")]
    [TestCase(null, "test", "test")]
    public void Profile_is_the_named_one_or_the_default(string? option, string? variable, string expected)
    {
        Configure("suri = \"//Bob\"\n[profiles.test]\n[profiles.third]\n", "default = \"main\"\n");
        if (variable is not null)
        {
            _variables["S3AUTH_PROFILE"] = variable;
        }

        Assert.That(Planner().ChooseProfile(option), Is.EqualTo(expected));
    }

    [Test]
    public void Missing_profile_is_answered_with_what_to_do()
    {
        Assert.That(() => Planner().ChooseProfile(null), Throws.TypeOf<UsageException>().With.Message.Contains("s3auth configure"));

        Configure("suri = \"//Bob\"\n[profiles.test]\n");
        Assert.That(() => Planner().ChooseProfile(null), Throws.TypeOf<UsageException>().With.Message.Contains("main, test"));
        Assert.That(() => Planner().ChooseProfile("../x"), Throws.TypeOf<UsageException>());
    }

    private void PutKeys()
    {
        _wallets.Put("miner", "locked", "nacl");
        _wallets.Put("miner", "old", "ansible");
    }

    private void Configure(string profile, string top = "") =>
        File.WriteAllText(_config, $"{top}[profiles.main]\nserver = \"https://s3-auth.example.com\"\n{profile}\n");

    private ServiceUnit Plan(string? passwordFile = null, string[]? options = null, string[]? paths = null) =>
        Planner().Plan("main", passwordFile, ["/usr/bin/s3auth"], options ?? [], paths ?? [_wallets.Path]);

    private ServicePlanner Planner() =>
        new(new SettingsReader(_variables.GetValueOrDefault, _warnings.Add), _variables.GetValueOrDefault, _warnings.Add);
}

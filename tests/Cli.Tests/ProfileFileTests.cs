namespace S3Auth.Cli.Tests;

public sealed class ProfileFileTests
{
    private const string Two = """
        # my profiles
        default = "main"

        [profiles.main]
        server = "https://a.example" # main net
        wallet = 'miner'

        [profiles.test]
        server = "http://localhost:8000"
        suri = "//Bob"
        """;

    private readonly List<string> _warnings = [];

    [SetUp]
    public void SetUp() => _warnings.Clear();

    [Test]
    public void Profiles_are_read_with_their_settings()
    {
        var file = Parse(Two);

        Assert.Multiple(() =>
        {
            Assert.That(file.Names, Is.EqualTo(["main", "test"]));
            Assert.That(file.Default!.Name, Is.EqualTo("main"));
            Assert.That(file.Default[SettingKey.Server], Is.EqualTo("https://a.example"));
            Assert.That(file.Get("test")[SettingKey.Suri], Is.EqualTo("//Bob"));
            Assert.That(_warnings, Is.Empty);
        });
    }

    [TestCase("[profiles]\nmain = { server = \"https://a\", wallet = \"w\" }")]
    [TestCase("profiles.main.server = \"https://a\"\nprofiles.main.wallet = \"w\"")]
    [TestCase("[profiles]\nmain.server = \"https://a\"\n[profiles.\"main\"]\n'wallet' = '''w'''", true)]
    [TestCase("\r\n[ profiles . main ]\r\nserver=\"https://a\"\r\nwallet=\"w\"\r\n")]
    public void Profile_may_be_written_in_every_way_of_toml(string text, bool isInvalid = false)
    {
        if (isInvalid)
        {
            Assert.That(() => Parse(text), Throws.TypeOf<UsageException>());
            return;
        }

        var profile = Parse(text).Default!;

        Assert.That((profile[SettingKey.Server], profile[SettingKey.Wallet]), Is.EqualTo(("https://a", "w")));
    }

    [TestCase("", null)]
    [TestCase("[profiles.main]\nserver=\"x\"", "main")]
    [TestCase("[profiles.main]\n[profiles.test]", null)]
    public void Only_profile_is_the_default(string text, string? expected) => Assert.That(Parse(text).Default?.Name, Is.EqualTo(expected));

    [Test]
    public void Default_without_its_profile_is_refused() => Assert.That(
        () => Parse("default = \"gone\"\n[profiles.main]").Default,
        Throws.TypeOf<UsageException>().With.Message.Contains("no profile gone").And.Message.Contains("It has main"));

    [TestCase("[profiles.main]\nserevr = \"x\"", "Line 2 of ", "unknown key serevr. Did you mean server?")]
    [TestCase("[profiles.main]\npassword = \"SECRET\"", "Do not keep a secret in this file.", "Did you mean password_file?")]
    [TestCase("[profiles.main]\nmnemonic = \"SECRET\"", "Do not keep a secret in this file.", "Did you mean mnemonic_file?")]
    [TestCase("colour = \"SECRET\"", "Line 1 of ", "unknown key colour")]
    [TestCase("[profiles.main.deep]\nx = \"SECRET\"", "Line 2 of ", "unknown key profiles.main.deep.x")]
    public void Warning_about_an_unknown_key_does_not_show_its_value(string text, string place, string expected)
    {
        Parse(text);

        Assert.That(_warnings.Single(), Does.Contain(place).And.Contain(expected).And.Not.Contain("SECRET"));
    }

    [TestCase("[profiles.main]\nserver = 5")]
    [TestCase("[profiles.main]\nserver = \"\"")]
    [TestCase("[profiles.main]\nserver = [\"SECRET\"]")]
    [TestCase("[profiles.main]\nserver = \"a\\u001b[2JSECRET\"")]
    [TestCase("[profiles.main]\nserver = \"a\\nSECRET\"")]
    [TestCase("[profiles.main]\nserver.x = \"SECRET\"", "unknown")]
    [TestCase("[profiles.main]\nwallet = \"a\"\nsuri = \"//SECRET\"")]
    [TestCase("[profiles.x]")]
    [TestCase("[profiles.\"../x\"]")]
    [TestCase("[profiles.-x]")]
    [TestCase("[[profiles.main]]\nserver = \"SECRET\"")]
    [TestCase("profiles = \"SECRET\"")]
    [TestCase("[profiles]\nmain = \"SECRET\"")]
    [TestCase("default = 1")]
    [TestCase("[profiles.main]\nwallet = \"SECRET\"\nwallet = \"SECRET\"")]
    [TestCase("[profiles.main]\nwallet = SECRET")]
    [TestCase("[profiles.main")]
    [TestCase("password SECRET")]
    public void Invalid_file_is_refused_with_its_place_and_without_its_values(string text, string outcome = "refused")
    {
        if (outcome == "unknown")
        {
            Parse(text);
            Assert.That(_warnings.Single(), Does.Contain("unknown key").And.Not.Contain("SECRET"));
            return;
        }

        Assert.That(
            () => Parse(text),
            Throws.TypeOf<UsageException>().With.Message.Contains("/home/me/config.toml").And.Message.Not.Contains("SECRET")
                .And.Message.Not.Contains("\u001b"));
    }

    [Test]
    public void Deeply_nested_file_is_refused() => Assert.That(
        () => Parse("a = " + new string('[', 100_000)), Throws.TypeOf<UsageException>().With.Message.Contains("not valid TOML"));

    [Test]
    public void Paths_belong_to_the_folder_of_the_file()
    {
        var profile = Parse("[profiles.main]\nhotkey_file = \"keys/h1\"\npassword_file = \"~/pw\"").Default!;

        Assert.Multiple(() =>
        {
            Assert.That(profile[SettingKey.HotkeyFile], Is.EqualTo("/home/me/keys/h1"));
            Assert.That(
                profile[SettingKey.PasswordFile],
                Is.EqualTo(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), "pw")));
        });
    }

    [Test]
    public void File_that_does_not_exist_has_no_profiles() =>
        Assert.That(ProfileFile.Read("/nonexistent/config.toml", _warnings.Add).Names, Is.Empty);

    [Test]
    public void File_that_is_too_large_or_not_text_is_refused()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, new byte[ProfileFile.MaxSize + 1]);
            Assert.That(() => ProfileFile.Read(path, _warnings.Add), Throws.TypeOf<UsageException>().With.Message.Contains("more than"));

            File.WriteAllBytes(path, [0xff, 0xfe, 0x00]);
            Assert.That(() => ProfileFile.Read(path, _warnings.Add), Throws.TypeOf<UsageException>().With.Message.Contains("not UTF-8"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    [Platform("Linux,MacOsX")]
    public void File_that_others_can_change_is_warned_of()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "\uFEFF" + Two, System.Text.Encoding.UTF8);
            if (OperatingSystem.IsWindows())
            {
                return;
            }

            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite);

            Assert.That(ProfileFile.Read(path, _warnings.Add).Names, Has.Count.EqualTo(2));
            Assert.That(_warnings.Single(), Does.Contain($"chmod 600 {path}"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private ProfileFile Parse(string text) => ProfileFile.Parse("/home/me/config.toml", text, _warnings.Add);
}

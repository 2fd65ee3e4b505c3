namespace S3Auth.Cli.Tests;

public sealed class ProfileEditorTests
{
    private const string Commented = """
        # top

        # about main
        [profiles.main] # main net
        # the server
        server = "https://a.example" # public
        wallet = 'miner'
        hotkey = "h1" # old
        # end of main

        # about test
        [profiles.test]
        server = "http://localhost:8000"
        wallet_path = "wallets"
        wallet = "é😀"
        """;

    [Test]
    public void New_file_has_the_profile_and_makes_it_the_default()
    {
        var text = Apply("", MainOf(("server", "https://b"), ("wallet", "w")), "main");

        Assert.That(
            text,
            Does.StartWith("# Profiles of s3auth.").And.EndWith(
                "default = \"main\"\n\n[profiles.main]\nserver = \"https://b\"\nwallet = \"w\"\n"));
    }

    [Test]
    public void Changed_profile_keeps_comments_and_other_profiles()
    {
        var text = Apply(
            Commented,
            MainOf(("server", "https://b.example"), ("wallet", "miner"), ("source", "x"), ("password_file", "/pw")),
            "main");

        Assert.That(text, Is.EqualTo("default = \"main\"\n\n" + Commented
            .Replace("\"https://a.example\"", "\"https://b.example\"", StringComparison.Ordinal)
            .Replace("hotkey = \"h1\" # old\n", "password_file = \"/pw\"\nsource = \"x\"\n", StringComparison.Ordinal)));
    }

    [Test]
    public void Unchanged_profile_changes_no_byte()
    {
        var text = "default = \"main\"\r\n" + Commented.Replace("\n", "\r\n", StringComparison.Ordinal);

        Assert.That(Apply(text, MainOf(("server", "https://a.example"), ("wallet", "miner"), ("hotkey", "h1")), "main"), Is.EqualTo(text));
    }

    [Test]
    public void Changed_default_replaces_its_value_only() => Assert.That(
        Apply("default = 'main' # mine\n" + Commented, TestOf(("server", "http://localhost:8000"), ("wallet", "é😀")), "test"),
        Is.EqualTo(
            "default = \"test\" # mine\n" + Commented.Replace("wallet_path = \"wallets\"\n", "", StringComparison.Ordinal)));

    [Test]
    public void New_profile_follows_the_line_end_of_the_file() => Assert.That(
        Apply("default = \"main\"\r\n[profiles.main]\r\nserver = \"https://a\"", Profile("a.b", ("suri", "//Bob")), "main"),
        Is.EqualTo("default = \"main\"\r\n[profiles.main]\r\nserver = \"https://a\"\r\n\r\n[profiles.\"a.b\"]\r\nsuri = \"//Bob\"\r\n"));

    [TestCase("C:\\Users\\me\\\"x\"")]
    [TestCase("/home/me/it's a ${x} #1 = [y]")]
    [TestCase("'''")]
    [TestCase("é😀\\u0041")]
    public void Value_is_quoted_so_that_it_is_read_as_it_was(string value)
    {
        var text = Apply(Commented, MainOf(("hotkey_file", "/k"), ("source", value)), "main");

        Assert.That(Parse(text).Get("main")[SettingKey.Source], Is.EqualTo(value));
    }

    [TestCase("[profiles]\nmain = { server = \"https://a\" }")]
    [TestCase("profiles.main.server = \"https://a\"")]
    [TestCase("[profiles.main]\nserver = \"https://a\"\n[profiles]\nother.server = \"https://c\"", true)]
    public void Profile_in_another_form_is_not_changed(string text, bool canChange = false)
    {
        var profile = MainOf(("server", "https://b"));

        if (canChange)
        {
            Assert.That(Parse(Apply(text, profile, "main")).Get("other")[SettingKey.Server], Is.EqualTo("https://c"));
            return;
        }

        Assert.That(() => Apply(text, profile, "main"), Throws.TypeOf<UsageException>().With.Message.Contains("with an editor"));
    }

    [Test]
    [Platform("Linux,MacOsX")]
    public void Saved_file_is_for_its_owner_only_and_names_the_first_profile_as_default()
    {
        var folder = Directory.CreateTempSubdirectory("s3auth-profiles-");
        try
        {
            var path = Path.Combine(folder.FullName, "new", "config.toml");
            ProfileFile.Read(path, _ => { }).Save(MainOf(("server", "https://a")), isDefault: false);
            ProfileFile.Read(path, _ => { }).Save(TestOf(("server", "https://b")), isDefault: false);

            var file = ProfileFile.Read(path, _ => { });
            Assert.That((file.DefaultName, file.Names), Is.EqualTo(("main", new[] { "main", "test" })));
            if (!OperatingSystem.IsWindows())
            {
                Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
            }

            file.Save(TestOf(("server", "https://b")), isDefault: true);
            Assert.That(ProfileFile.Read(path, _ => { }).DefaultName, Is.EqualTo("test"));
            Assert.That(Directory.GetFiles(Path.GetDirectoryName(path)!), Has.Length.EqualTo(1));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Profile MainOf(params (string Key, string Value)[] values) => Profile("main", values);

    private static Profile TestOf(params (string Key, string Value)[] values) => Profile("test", values);

    private static Profile Profile(string name, params (string Key, string Value)[] values) => new(
        name, values.ToDictionary(one => SettingKey.All.Single(key => key.Name == one.Key), one => one.Value));

    private static string Apply(string text, Profile profile, string newDefault) => ProfileEditor.Apply(Parse(text), profile, newDefault);

    private static ProfileFile Parse(string text) => ProfileFile.Parse("/home/me/config.toml", text, _ => { });
}

using System.Text.Json.Nodes;

namespace S3Auth.Cli.Tests;

/// <summary>What tools get from <c>s3auth credentials</c>, and the line of a profile that calls it.</summary>
public sealed class CredentialFormatTests
{
    private static readonly Uri Server = new("https://s3-auth.example.com");

    [Test]
    public void Process_format_is_the_one_of_aws()
    {
        var json = JsonNode.Parse(Write("process"))!.AsObject();

        Assert.That(json.Select(member => $"{member.Key}={member.Value}"), Is.EqualTo(
        [
            "Version=1", "AccessKeyId=AKIA", "SecretAccessKey=se/cr+et", "SessionToken=to=ken", "Expiration=2026-11-29T12:00:05Z",
        ]));
        Assert.That(json["Version"]!.GetValueKind(), Is.EqualTo(System.Text.Json.JsonValueKind.Number));
    }

    [Test]
    public void Env_format_quotes_values_and_has_its_comments_last()
    {
        var answer = AwsConfigFileTests.Answer();
        answer.Secret_access_key = "a'b $(c) `d` \\ \"";

        var lines = Write("env", answer).Split('\n');

        Assert.That(lines, Is.EqualTo(
        [
            "export AWS_ACCESS_KEY_ID='AKIA';",
            "export AWS_SECRET_ACCESS_KEY='a'\"'\"'b $(c) `d` '\"\\\\\"' \"';",
            "export AWS_SESSION_TOKEN='to=ken';",
            "export AWS_CREDENTIAL_EXPIRATION='2026-11-29T12:00:05Z';",
            "export AWS_REGION='us-east-2';",
            "export AWS_DEFAULT_REGION='us-east-2';",
            "export AWS_ENDPOINT_URL_S3='http://store.example';",
            "export AWS_REQUEST_CHECKSUM_CALCULATION='when_required';",
            "export AWS_RESPONSE_CHECKSUM_VALIDATION='when_required';",
            "export S3AUTH_FOLDER='s3://bucket/data/x/5C/';",
            "# For hotkey 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty as miner, until 2026-11-29T12:00:05Z.",
            "# Bucket: bucket",
            "# Prefix: data/x/5C/",
            "# Prefix: data/reddit/5C/",
            "# This store needs path-style URLs, which no variable sets. `s3auth configure aws` writes a profile that does.",
        ]));
    }

    // fish reads \' as a quote within single quotes, so a backslash before the end of a value would not end it.
    [TestCase("a\\", "'a'\"\\\\\"''")]
    [TestCase("\\'; touch x;#", "''\"\\\\\"''\"'\"'; touch x;#'")]
    public void Backslashes_and_quotes_are_outside_of_single_quotes(string word, string quoted) =>
        Assert.That(ShellQuote.Posix(word), Is.EqualTo(quoted));

    [TestCase("s3://bucket/data/x/5C/", "s3://bucket/data/x/5C/")]
    [TestCase("http://store.example;touch x", "'http://store.example;touch x'")]
    [TestCase("$(touch x)", "'$(touch x)'")]
    [TestCase("", "''")]
    public void Word_of_a_printed_command_has_quotes_where_a_shell_needs_them(string word, string quoted) =>
        Assert.That(ShellQuote.ForCommand(word), Is.EqualTo(quoted));

    [Test]
    public void Line_separators_do_not_end_a_comment()
    {
        var answer = AwsConfigFileTests.Answer();
        answer.Prefixes = ["data/\u2028rm -rf ~/"];

        Assert.That(Write("env", answer), Does.Contain("# Prefix: data/\\u{2028}rm").And.Not.Contain("# Prefix: data/\u2028"));
    }

    [Test]
    public void Json_format_is_the_servers_answer()
    {
        var json = JsonNode.Parse(Write("json"))!;

        Assert.That(json["session_token"]!.GetValue<string>(), Is.EqualTo("to=ken"));
        Assert.That(json["prefixes"]!.AsArray(), Has.Count.EqualTo(2));
        Assert.That(json["expiration"]!.GetValue<DateTimeOffset>(), Is.EqualTo(AwsConfigFileTests.Answer().Expiration));
    }

    [TestCase("path", "true")]
    [TestCase("virtual", "false")]
    public void Rclone_format_is_a_section_of_its_file(string addressing, string isPathStyle)
    {
        var answer = AwsConfigFileTests.Answer();
        answer.Addressing = addressing;

        Assert.That(Write("rclone", answer).Split('\n').Where(line => !line.StartsWith('#')), Is.EqualTo(
        [
            "[name]", "type = s3", "provider = Other", "env_auth = false", "access_key_id = AKIA", "secret_access_key = se/cr+et",
            "session_token = to=ken", "endpoint = http://store.example", "region = us-east-2", $"force_path_style = {isPathStyle}",
            "list_version = 2", "no_check_bucket = true",
        ]));
    }

    [Test]
    public void Text_of_a_session_has_no_secret() => Assert.That(
        AwsConfigFileTests.Session().ToString(), Does.Not.Contain("se/cr+et").And.Not.Contain("to=ken").And.Contain("12:00:05Z"));

    [Test]
    public void Profile_calls_the_program_with_absolute_paths_in_double_quotes()
    {
        var identity = new IdentityOptions
        {
            Wallet = "my wallet", HotkeyName = "h1", WalletPath = "/my home/wallets", PasswordFile = "/my home/password",
        };

        var line = ProfileCommand.Write(
            ["/opt/my tools/s3auth"],
            Server,
            identity,
            new SessionParameters { Role = "miner", Source = "x", Seconds = 900 },
            isWindows: false);

        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("Absolute paths look different here.");
        }

        Assert.That(line, Is.EqualTo(
            "/usr/bin/env \"/opt/my tools/s3auth\" credentials --format process --server https://s3-auth.example.com/ "
            + "--wallet \"my wallet\" --hotkey h1 --wallet-path \"/my home/wallets\" "
            + "--password-file \"/my home/password\" --role miner --source x --duration 900"));
    }

    [Test]
    public void Relative_paths_of_a_profile_become_absolute()
    {
        var identity = new IdentityOptions { MnemonicFile = "phrase", HotkeyName = "default", WalletPath = "w" };

        Assert.That(
            ProfileCommand.Write(["s3auth"], Server, identity, new SessionParameters(), isWindows: false),
            Does.Contain(Path.GetFullPath("phrase")).And.Not.Contain("--hotkey").And.Not.Contain("--wallet"));
    }

    [TestCase("/home/o'brien/s3auth")]
    [TestCase("/home/$USER/s3auth")]
    [TestCase("/a\"b")]
    [TestCase("/a\\b")]
    [TestCase("/a #b")]
    [TestCase("/a\nb")]
    public void Path_that_tools_read_differently_is_refused(string path) =>
        Assert.That(() => ShellQuote.ForProcess(path, isWindows: false), Throws.TypeOf<UsageException>());

    [TestCase(@"C:\Program Files\s3auth.exe", "\"C:\\Program Files\\s3auth.exe\"")]
    [TestCase(@"C:\tools\s3auth.exe", @"C:\tools\s3auth.exe")]
    public void Backslashes_are_plain_on_windows(string path, string expected) =>
        Assert.That(ShellQuote.ForProcess(path, isWindows: true), Is.EqualTo(expected));

    [TestCase("900", 900)]
    [TestCase("30m", 1800)]
    [TestCase("12h", 43200)]
    public void Duration_is_in_seconds_or_has_a_unit(string text, long seconds) =>
        Assert.That(SessionOptions.ReadSeconds(text), Is.EqualTo(seconds));

    [TestCase("")]
    [TestCase("-900")]
    [TestCase("soon")]
    [TestCase("12hours")]
    [TestCase("899")]
    [TestCase("24h")]
    [TestCase("99999999999999")]
    public void Other_durations_are_refused(string text) =>
        Assert.That(() => SessionOptions.ReadSeconds(text), Throws.TypeOf<UsageException>().With.Message.Contains("--duration"));

    [TestCase("s3auth-2.b_c", true)]
    [TestCase("my profile", false)]
    [TestCase("a]b", false)]
    [TestCase("", false)]
    public void Name_of_a_profile_is_plain(string name, bool isPlain)
    {
        if (isPlain)
        {
            Assert.That(AwsProfile.ReadName(name, "--profile"), Is.EqualTo(name));
        }
        else
        {
            Assert.That(() => AwsProfile.ReadName(name, "--profile"), Throws.TypeOf<UsageException>().With.Message.Contains("--profile"));
        }
    }

    private static string Write(string format, SessionCredentials? answer = null) =>
        CredentialFormat.Write(format, AwsConfigFileTests.Session(answer), "name").ReplaceLineEndings("\n");
}

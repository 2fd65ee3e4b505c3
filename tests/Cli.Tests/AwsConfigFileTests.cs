using System.Text;

namespace S3Auth.Cli.Tests;

/// <summary>The file of AWS's tools keeps every byte that is not of the profile.</summary>
public sealed class AwsConfigFileTests
{
    private const string Section = """
        [profile s3auth]
        credential_process = /bin/s3auth credentials
        region = us-east-2
        endpoint_url = http://store.example
        request_checksum_calculation = when_required
        response_checksum_validation = when_required
        s3 =
            addressing_style = path

        """;

    private DirectoryInfo _folder = null!;

    private string PathOfFile => Path.Combine(_folder.FullName, "config");

    [SetUp]
    public void SetUp() => _folder = Directory.CreateTempSubdirectory("s3auth-aws-");

    [TearDown]
    public void TearDown() => _folder.Delete(recursive: true);

    [TestCase("", "")]
    [TestCase("[default]\nregion = a\n", "[default]\nregion = a\n\n")]
    [TestCase("[default]\nregion = a", "[default]\nregion = a\n\n")]
    [TestCase("# [profile s3auth]\n[profile s3auth2]\nx = [profile s3auth]\n",
        "# [profile s3auth]\n[profile s3auth2]\nx = [profile s3auth]\n\n")]
    [TestCase("[services s3auth]\ns3 =\n  endpoint_url = x\n", "[services s3auth]\ns3 =\n  endpoint_url = x\n\n")]
    public void New_profile_is_appended(string before, string kept) =>
        Assert.That(Change(before), Is.EqualTo(kept + Lf(Section)));

    [TestCase("[profile s3auth]\nold = 1\n", "", "")]
    [TestCase("a = 1\n[profile s3auth]\nold = 1\ns3 =\n  x = 2\n[default]\nregion = a\n", "a = 1\n", "[default]\nregion = a\n")]
    [TestCase("[profile s3auth]\nold = 1\n# old\ny = 2\n\n# of default\n[default]\n", "", "\n# of default\n[default]\n")]
    [TestCase("[ profile   \"s3auth\" ] ; mine\nold = 1", "", "")]
    public void Profile_of_the_same_name_is_replaced_without_the_comments_of_the_next(string before, string above, string below) =>
        Assert.That(Change(before), Is.EqualTo(above + Lf(Section) + below));

    [Test]
    public void Line_ends_of_windows_are_kept()
    {
        var after = Change("[default]\r\nregion = a\r\n[profile s3auth]\r\nold = 1\r\n[profile b]\r\n");

        Assert.That(after, Is.EqualTo("[default]\r\nregion = a\r\n" + Lf(Section).Replace("\n", "\r\n") + "[profile b]\r\n"));
    }

    [Test]
    public void Bytes_that_are_not_utf8_and_a_byte_order_mark_are_kept()
    {
        byte[] before = [0xEF, 0xBB, 0xBF, .. "[profile s3auth]\nold = 1\n[profile b]\n# "u8, 0xFF, 0xE9, .. "\n"u8];
        File.WriteAllBytes(PathOfFile, before);

        AwsConfigFile.Read(PathOfFile).With(Profile("none")).Write();

        Assert.That(File.ReadAllBytes(PathOfFile).Take(before.Length), Is.EqualTo(before));
        Assert.That(AwsConfigFile.Read(PathOfFile).HasProfile("s3auth"), Is.True, "behind the byte order mark");
    }

    [Test]
    public void Name_of_the_default_profile_has_no_prefix() => Assert.That(Profile("default").Lines[0], Is.EqualTo("[default]"));

    [Test]
    public void Writing_the_same_profile_again_changes_nothing()
    {
        File.WriteAllText(PathOfFile, Change("[default]\nregion = a\n"));
        var file = AwsConfigFile.Read(PathOfFile);

        Assert.That(file.With(Profile("s3auth")).IsSameAs(file), Is.True);
    }

    [Test]
    public void New_file_and_its_folder_are_for_the_owner_only()
    {
        var path = Path.Combine(_folder.FullName, ".aws", "config");

        AwsConfigFile.Read(path).With(Profile("s3auth")).Write();

        Assert.That(File.ReadAllText(path), Is.EqualTo(Lf(Section)));
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
            Assert.That(
                new DirectoryInfo(Path.GetDirectoryName(path)!).UnixFileMode,
                Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
        }
    }

    [Test]
    public void Link_stays_a_link_and_its_target_keeps_its_mode()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("There are no such permissions here.");
        }
        else
        {
            const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
            var target = Path.Combine(_folder.CreateSubdirectory("dotfiles").FullName, "aws");
            File.WriteAllText(target, "[default]\n");
            File.SetUnixFileMode(target, Mode);
            File.CreateSymbolicLink(PathOfFile, target);

            AwsConfigFile.Read(PathOfFile).With(Profile("s3auth")).Write();

            Assert.That(new FileInfo(PathOfFile).LinkTarget, Is.EqualTo(target));
            Assert.That(File.ReadAllText(target), Is.EqualTo("[default]\n\n" + Lf(Section)));
            Assert.That(File.GetUnixFileMode(target), Is.EqualTo(Mode));
        }
    }

    [Test]
    public void File_that_cannot_be_written_is_reported_and_nothing_is_left_behind()
    {
        var blocker = Path.Combine(_folder.FullName, "file");
        File.WriteAllText(blocker, "");
        var below = Path.Combine(blocker, "config");
        Directory.CreateDirectory(PathOfFile);

        Assert.Multiple(() =>
        {
            Assert.That(
                () => AwsConfigFile.Read(below).With(Profile("s3auth")).Write(),
                Throws.TypeOf<UsageException>().With.Message.Contains(below));
            Assert.That(() => AwsConfigFile.Read(PathOfFile), Throws.TypeOf<UsageException>().With.Message.Contains(PathOfFile));
            Assert.That(_folder.GetFileSystemInfos().Select(one => one.Name), Is.EquivalentTo(["file", "config"]));
        });
    }

    [Test]
    public void File_that_cannot_be_replaced_leaves_no_copy_behind()
    {
        var file = AwsConfigFile.Read(PathOfFile).With(Profile("s3auth"));
        Directory.CreateDirectory(PathOfFile);

        Assert.That(file.Write, Throws.TypeOf<UsageException>().With.Message.Contains(PathOfFile));
        Assert.That(_folder.GetFileSystemInfos().Select(one => one.Name), Is.EqualTo(["config"]));
    }

    [TestCase(null, "/.aws/config")]
    [TestCase("", "/.aws/config")]
    [TestCase("/etc/aws", "/etc/aws")]
    [TestCase("~/my.aws", "/my.aws")]
    public void File_is_the_one_that_aws_reads(string? variable, string end)
    {
        var path = AwsConfigFile.PathOf(name => name == "AWS_CONFIG_FILE" ? variable : null).Replace('\\', '/');

        Assert.That(path, Does.EndWith(end).And.Not.Contain("~"));
    }

    internal static IssuedSession Session(SessionCredentials? answer = null) => new(
        Ss58.TryDecode("5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty", out var hotkey, out _) ? hotkey : default,
        "miner",
        answer ?? Answer());

    internal static SessionCredentials Answer() => new()
    {
        Access_key_id = "AKIA",
        Secret_access_key = "se/cr+et",
        Session_token = "to=ken",
        Expiration = new DateTimeOffset(2026, 11, 29, 14, 0, 5, TimeSpan.FromHours(2)),
        Endpoint = "http://store.example",
        Region = "us-east-2",
        Bucket = "bucket",
        Addressing = "path",
        Prefixes = ["data/x/5C/", "data/reddit/5C/"],
        Actions = ["s3:GetObject"],
        Not_enforced = [],
    };

    private static AwsProfile Profile(string name) => new(name, "/bin/s3auth credentials", Session());

    private static string Lf(string text) => text.ReplaceLineEndings("\n");

    private string Change(string before)
    {
        File.WriteAllText(PathOfFile, before, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        AwsConfigFile.Read(PathOfFile).With(Profile("s3auth")).Write();
        return File.ReadAllText(PathOfFile);
    }
}

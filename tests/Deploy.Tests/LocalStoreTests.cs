using System.Diagnostics;

namespace S3Auth.Deploy.Tests;

/// <summary>
/// The two scripts of compose.yaml that make keys and the bucket, run by this machine's shell; MinIO's client is one that tells what it is
/// asked.
/// </summary>
[Platform(Exclude = "Win", Reason = "Skipped because there is no sh.")]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed partial class LocalStoreTests
{
    private const string Client = """
        #!/bin/sh
        echo "$MC_HOST_store $*" >>"$MC_LOG"
        case "$*" in *"user info"*) if grep -q "policy attach" "$MC_LOG"; then echo "PolicyName: a-bucket"; fi ;; esac
        """;

    private string _folder = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = Directory.CreateTempSubdirectory("s3auth-local-").FullName;
        Directory.CreateDirectory(At("owner"));
        Directory.CreateDirectory(At("service"));
        Directory.CreateDirectory(At("other"));
    }

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Keys_are_made_once_and_differ_from_machine_to_machine()
    {
        MakeKeys();
        var (password, credentials) = (File.ReadAllText(At("owner", "password")), File.ReadAllText(At("service", "credentials")));
        MakeKeys();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(File.ReadAllText(At("owner", "user")).Trim(), Does.Match(@"\A[0-9a-f]{20}\z"));
            Assert.That(password.Trim(), Does.Match(@"\A[0-9a-f]{40}\z"));
            Assert.That(Credentials().IsMatch(credentials), credentials);
            Assert.That(credentials, Does.Not.Contain(password.Trim()));
            Assert.That(File.ReadAllText(At("other", "credentials")), Does.Match(Credentials().ToString()).And.Not.EqualTo(credentials));
            Assert.That(
                (File.ReadAllText(At("owner", "password")), File.ReadAllText(At("service", "credentials"))),
                Is.EqualTo((password, credentials)),
                "once");
            Assert.That(File.GetUnixFileMode(At("owner", "password")), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
            Assert.That(Directory.GetFiles(_folder, "*", SearchOption.AllDirectories), Has.Length.EqualTo(4), "nothing is left over");
        }

        File.Delete(At("owner", "password"));
        MakeKeys();
        Assert.That(File.ReadAllText(At("owner", "password")), Is.Not.EqualTo(password));
    }

    [Test]
    public void Bucket_and_identity_are_made_and_a_second_start_changes_nothing()
    {
        MakeKeys();
        var keys = Credentials().Match(File.ReadAllText(At("service", "credentials")));
        var (id, secret) = (keys.Groups["id"].Value, keys.Groups["secret"].Value);

        MakeBucket();
        MakeBucket();

        var host = $"http://{File.ReadAllText(At("owner", "user")).Trim()}:{File.ReadAllText(At("owner", "password")).Trim()}@minio:9000";
        string[] each =
        [
            "mb --ignore-existing store/a-bucket",
            $"admin user add store {id} {secret}",
            "admin policy create store a-bucket /policy.json",
            $"admin user info store {id}",
        ];
        Assert.That(
            File.ReadAllLines(At("log")),
            Is.EqualTo(each.Append($"admin policy attach store a-bucket --user {id}").Concat(each).Select(line => $"{host} {line}")));
    }

    private string At(params string[] parts) => Path.Combine([_folder, .. parts]);

    private void MakeKeys() => Run("keys.sh", At("owner"), At("service"), At("other"));

    private void MakeBucket()
    {
        Directory.CreateDirectory(At("bin"));
        File.WriteAllText(At("bin", "mc"), Client);
        File.SetUnixFileMode(At("bin", "mc"), UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        Run("bucket.sh", At("owner"), At("service"), "/policy.json", "a-bucket");
    }

    private void Run(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", [Deployment.PathOf("local", script), .. arguments])
        {
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["PATH"] = At("bin") + ":" + Environment.GetEnvironmentVariable("PATH");
        start.Environment["MC_LOG"] = At("log");
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, errors);
    }

    [GeneratedRegex(
        @"\A\[default\]\naws_access_key_id=(?<id>[0-9a-f]{20})\naws_secret_access_key=(?<secret>[0-9a-f]{40})\n\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Credentials();
}

using System.Diagnostics;
using System.Globalization;

namespace S3Auth.Deploy.Tests;

public sealed partial class SystemdTests
{
    // What systemd itself makes of it: 0 is a service that may do nothing, 10 one that may do all.
    private const double MaxExposure = 1.6;

    private static readonly ILookup<string, string> Unit = File.ReadLines(Deployment.PathOf("systemd", "s3auth.service"))
        .Where(line => line.Contains('=', StringComparison.Ordinal) && line[0] != '#')
        .Select(line => line.Split('=', 2))
        .ToLookup(pair => pair[0], pair => pair[1], StringComparer.Ordinal);

    [TestCase("DynamicUser", "yes")]
    [TestCase("NoNewPrivileges", "yes")]
    [TestCase("CapabilityBoundingSet", "")]
    [TestCase("ProtectSystem", "strict")]
    [TestCase("ProtectHome", "yes")]
    [TestCase("PrivateTmp", "yes")]
    [TestCase("PrivateDevices", "yes")]
    [TestCase("RestrictNamespaces", "yes")]
    [TestCase("SystemCallArchitectures", "native")]
    [TestCase("RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX AF_NETLINK")]
    [TestCase("MemoryDenyWriteExecute", "no")]
    public void Service_may_do_the_least(string name, string value) => Assert.That(Unit[name], Is.EqualTo(new[] { value }));

    [Test]
    public void Only_its_own_folder_may_be_written_to()
    {
        var environment = string
            .Join(' ', Unit["Environment"])
            .Split(' ')
            .Select(pair => pair.Split('='))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);

        using (Assert.EnterMultipleScope())
        {
            Assert.That("/var/lib/" + Unit["StateDirectory"].Single(), Is.EqualTo(environment["DATA_DIR"]));
            Assert.That(Unit["StateDirectoryMode"], Is.EqualTo(new[] { "0700" }));
            Assert.That(Unit["ReadWritePaths"], Is.Empty);
            Assert.That(environment.Keys, Is.SubsetOf(KnownVariables.All));
            Assert.That(environment["AWS_SHARED_CREDENTIALS_FILE"], Is.EqualTo("%d/" + Unit["LoadCredential"].Single().Split(':')[0]));
        }
    }

    [Test]
    public void Stop_is_waited_for() =>
        Assert.That(
            int.Parse(Unit["TimeoutStopSec"].Single().TrimEnd('s'), CultureInfo.InvariantCulture),
            Is.GreaterThan(Drain.MaxStopTime.TotalSeconds));

    [Test]
    public void System_calls_are_those_of_a_service() =>
        Assert.That(Unit["SystemCallFilter"], Is.EqualTo(new[] { "@system-service", "~@privileged" }));

    [Test]
    public void Systemd_finds_it_little_exposed()
    {
        if (!File.Exists("/usr/bin/systemd-analyze"))
        {
            Assert.Ignore("Skipped because there is no systemd-analyze.");
        }

        using var process = Process.Start(new ProcessStartInfo(
            "/usr/bin/systemd-analyze",
            ["security", "--offline=true", "--no-pager", Deployment.PathOf("systemd", "s3auth.service")])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        // It tells there what it does not understand.
        Assert.That(errors.Result, Is.Empty);
        Assert.That(
            double.Parse(Exposure().Match(output).Groups["exposure"].Value, CultureInfo.InvariantCulture),
            Is.LessThanOrEqualTo(MaxExposure),
            output);
    }

    [GeneratedRegex(
        @"Overall exposure level for s3auth\.service: (?<exposure>[0-9.]+)",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Exposure();
}

namespace S3Auth.EndToEnd.Tests.Cases.Operations;

/// <summary>A test run leaves no processes or folders behind, even if it is killed.</summary>
internal sealed class GuardTests
{
    [Test]
    public void Guard_stops_processes_and_removes_folders_when_its_input_ends()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Ignore("Skipped because the guard is a Linux shell.");
        }

        Tool.Need("setsid", "util-linux");

        using var forgotten = Process.Start(new ProcessStartInfo("sleep", "600") { UseShellExecute = false })!;
        var folder = Directory.CreateTempSubdirectory("s3auth guard-").FullName;
        File.WriteAllText(Path.Combine(folder, "left behind"), "");

        using (var guard = new Guard())
        {
            guard.Watch(forgotten);
            guard.Own(folder);
            // Disposing closes the pipe, as the end of a killed run does.
        }

        Assert.That(forgotten.WaitForExit(TimeSpan.FromMinutes(1)));
        Assert.That(() => Directory.Exists(folder), Is.False.After(60_000, 100));
    }
}

using System.Globalization;

namespace S3Auth.Client.Tests;

public sealed class FreePortTests
{
    [Test]
    public void Port_is_returned_once()
    {
        var ports = new int[300];
        Parallel.For(0, ports.Length, i => ports[i] = FreePort.Next());

        Assert.That(ports, Is.Unique);
    }

    // As the test processes of one build are.
    [Test]
    public void Port_is_reserved_for_other_processes_too()
    {
        var port = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        var reservation = Path.Combine(Path.GetTempPath(), $"s3auth-ports-{Environment.UserName}", port);

        Assert.That(
            () => new FileStream(reservation, FileMode.Open, FileAccess.ReadWrite, FileShare.None), Throws.InstanceOf<IOException>());
    }
}

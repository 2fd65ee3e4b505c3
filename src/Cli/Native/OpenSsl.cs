using System.Runtime.InteropServices;

namespace S3Auth.Cli.Native;

/// <summary>OpenSSL, which .NET uses on Linux for TLS and hashes. Without it, .NET ends the process.</summary>
internal static class OpenSsl
{
    // The versions that .NET looks for.
    private static readonly string[] Libraries = ["libssl.so.3", "libssl.so.1.1"];

    /// <summary>Checks that it is installed.</summary>
    /// <exception cref="UsageException">It is not.</exception>
    internal static void Require()
    {
        if (OperatingSystem.IsLinux()
            && Environment.GetEnvironmentVariable("CLR_OPENSSL_VERSION_OVERRIDE") is null
            && !Libraries.Any(library => NativeLibrary.TryLoad(library, out _)))
        {
            throw new UsageException(
                "OpenSSL (libssl.so.3) is missing. Install it: `apt-get install libssl3` on Debian and Ubuntu, `apk add libssl3` on "
                + "Alpine, `dnf install openssl-libs` on Fedora.");
        }
    }
}

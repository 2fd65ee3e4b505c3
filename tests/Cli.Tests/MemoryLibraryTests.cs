using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace S3Auth.Cli.Tests;

[Platform("Linux")]
[SupportedOSPlatform("linux")]
public sealed class MemoryLibraryTests
{
    [Test]
    public void Library_is_loaded_from_memory()
    {
        var path = Path.Combine(
            TestContext.CurrentContext.TestDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native", "libsodium.so");
        using var content = File.OpenRead(path);

        var library = MemoryLibrary.Load("test", content);

        Assert.That(NativeLibrary.TryGetExport(library, "sodium_init", out _), Is.True);
        Assert.That(File.ReadLines("/proc/self/maps"), Has.Some.Contains("/memfd:test"));
    }

    [Test]
    public void Other_content_is_refused()
    {
        using var content = new MemoryStream("not a library"u8.ToArray());

        Assert.That(() => MemoryLibrary.Load("test", content), Throws.TypeOf<DllNotFoundException>());
    }
}

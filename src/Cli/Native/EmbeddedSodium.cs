using System.Reflection;
using System.Runtime.InteropServices;

namespace S3Auth.Cli.Native;

/// <summary>
/// Loads libsodium from this program's own file. So the tool is one file, and works where no folder is writable or all are mounted
/// <c>noexec</c>.
/// </summary>
internal static class EmbeddedSodium
{
    // The project file embeds the library under this name in a tool of one file for Linux.
    private const string Resource = "libsodium.so";

    /// <summary>Makes Substrate use the embedded library. Does nothing in a build that has none.</summary>
    internal static void Register()
    {
        if (typeof(EmbeddedSodium).Assembly.GetManifestResourceInfo(Resource) is not null)
        {
            NativeLibrary.SetDllImportResolver(typeof(KeyPair).Assembly, Resolve);
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name != "libsodium" || !OperatingSystem.IsLinux())
        {
            return 0;
        }

        using var content = typeof(EmbeddedSodium).Assembly.GetManifestResourceStream(Resource)!;
        return MemoryLibrary.Load(Resource, content);
    }
}

using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace S3Auth.Cli.Native;

/// <summary>Loads a shared library from memory, through a file that has no name (memfd_create(2)).</summary>
[SupportedOSPlatform("linux")]
internal static partial class MemoryLibrary
{
    // linux/memfd.h. Linux 6.3 and later can be set to refuse files that do not have the second flag; earlier ones do not know it.
    private const uint CloseOnExec = 0x1;
    private const uint NotExecutable = 0x8;

    /// <returns>A handle for <see cref="NativeLibrary"/>.</returns>
    /// <exception cref="IOException">The system has no such files.</exception>
    /// <exception cref="DllNotFoundException">The content is not a library for this system, or <c>/proc</c> is not mounted.</exception>
    internal static nint Load(string name, Stream content)
    {
        using var file = Create(name);
        using (var shared = new SafeFileHandle(file.DangerousGetHandle(), ownsHandle: false))
        using (var writer = new FileStream(shared, FileAccess.Write, bufferSize: 0))
        {
            content.CopyTo(writer);
        }

        return NativeLibrary.Load(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{file.DangerousGetHandle()}"));
    }

    private static SafeFileHandle Create(string name)
    {
        var descriptor = memfd_create(name, CloseOnExec | NotExecutable);
        descriptor = descriptor < 0 ? memfd_create(name, CloseOnExec) : descriptor;
        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw new IOException($"{name} cannot be loaded: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int memfd_create(string name, uint flags);
}

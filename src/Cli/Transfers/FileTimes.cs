using System.Runtime.InteropServices;

namespace S3Auth.Cli.Transfers;

/// <summary>Finds out when a local file last changed.</summary>
internal static partial class FileTimes
{
    // struct statx of linux/stat.h, the same on every processor: 256 bytes, stx_ctime (seconds, then nanoseconds) at 96.
    private const int Size = 256;
    private const int ChangeSeconds = 96;
    private const int ChangeNanoseconds = 104;
    private const int CurrentFolder = -100;
    private const uint WantsChange = 0x80;

    /// <summary>
    /// Returns the latest of the file system's times: modification, creation and, on Linux, <c>ctime</c>. Copying with times, unpacking and
    /// moving keep the modification time, but not all three.
    /// </summary>
    internal static DateTime LastChangeUtc(FileInfo file)
    {
        var latest = Later(file.LastWriteTimeUtc, file.CreationTimeUtc);
        return OperatingSystem.IsLinux() && EntryChangeUtc(file.FullName) is { } change ? Later(latest, change) : latest;
    }

    private static DateTime Later(DateTime one, DateTime other) => one > other ? one : other;

    private static DateTime? EntryChangeUtc(string path)
    {
        var buffer = new byte[Size];
        try
        {
            if (statx(CurrentFolder, path, flags: 0, WantsChange, buffer) != 0
                || (BitConverter.ToUInt32(buffer, startIndex: 0) & WantsChange) == 0)
            {
                return null;
            }
        }
        catch (EntryPointNotFoundException)
        {
            // The C library is older than 2018.
            return null;
        }

        return DateTime.UnixEpoch
            .AddSeconds(BitConverter.ToInt64(buffer, ChangeSeconds))
            .AddTicks(BitConverter.ToUInt32(buffer, ChangeNanoseconds) / TimeSpan.NanosecondsPerTick);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int folder, string path, int flags, uint mask, [Out] byte[] buffer);
}

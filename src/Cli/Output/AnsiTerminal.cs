using System.Runtime.InteropServices;

namespace S3Auth.Cli.Output;

/// <summary>The terminal behind stderr.</summary>
internal static partial class AnsiTerminal
{
    private const int StandardError = -12;
    private const uint InterpretsSequences = 0x0004;

    // TIOCGWINSZ of asm-generic/ioctls.h, which x64 and arm64 share, on the file descriptor of stderr.
    private const nuint GetWindowSize = 0x5413;
    private const int StandardErrorFile = 2;

    /// <summary>Whether to draw progress: stderr is a terminal that can move its cursor, outside of CI.</summary>
    internal static bool IsWatched() => IsWatched(Console.IsErrorRedirected, Environment.GetEnvironmentVariable)
        && (!OperatingSystem.IsWindows() || TryInterpretSequences());

    /// <summary>Whether stderr is such a terminal, as far as the environment tells. Windows sets no <c>TERM</c>.</summary>
    internal static bool IsWatched(bool isRedirected, Func<string, string?> variable) => !isRedirected
        && variable("CI") is (null or "" or "0" or "false")
        && variable("TERM") is var term && term != "dumb" && (OperatingSystem.IsWindows() || !string.IsNullOrEmpty(term));

    /// <summary>The columns and rows of the terminal.</summary>
    internal static (int Width, int Height) Size()
    {
        // .NET's console would switch the arrow keys of the terminal to another mode, and would not switch them back.
        if (OperatingSystem.IsLinux())
        {
            var size = new ushort[4];
            return ioctl(StandardErrorFile, GetWindowSize, size) == 0 && size is [> 0 and var rows, > 0 and var columns, ..]
                ? (columns, rows)
                : (80, 24);
        }

        try
        {
            return (Console.WindowWidth, Console.WindowHeight) is (> 0, > 0) and var size ? size : (80, 24);
        }
        catch (IOException)
        {
            // There is no terminal, and --progress was given.
            return (80, 24);
        }
    }

    private static bool TryInterpretSequences()
    {
        var terminal = GetStdHandle(StandardError);
        return GetConsoleMode(terminal, out var mode) && SetConsoleMode(terminal, mode | InterpretsSequences);
    }

    [LibraryImport("libc")]
    private static partial int ioctl(int file, nuint request, [Out] ushort[] size);

    [LibraryImport("kernel32")]
    private static partial nint GetStdHandle(int which);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetConsoleMode(nint handle, out uint mode);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetConsoleMode(nint handle, uint mode);
}

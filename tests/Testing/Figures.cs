using System.Reflection;
using System.Runtime.CompilerServices;

namespace S3Auth.Testing;

/// <summary>
/// Measurements that tests print: into their own output, and into the folder that the build names in <c>S3AUTH_FIGURES</c>. The build
/// prints them again at its end.
/// </summary>
public static class Figures
{
    private static readonly Lock Gate = new();

    /// <summary>
    /// Prints one line, which may be in several parts. Each test project has its own file, because two of them may run at the same time.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Print(string subject, params FormattableString[] parts)
    {
        var name = Assembly.GetCallingAssembly().GetName().Name;
        var line = $"{subject}: {string.Concat(parts.Select(FormattableString.Invariant))}";
        TestContext.Progress.WriteLine(line);
        if (Environment.GetEnvironmentVariable("S3AUTH_FIGURES") is { Length: > 0 } folder)
        {
            lock (Gate)
            {
                Directory.CreateDirectory(folder);
                File.AppendAllText(Path.Combine(folder, $"{name}.txt"), line + Environment.NewLine);
            }
        }
    }
}

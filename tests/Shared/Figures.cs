namespace S3Auth.Tests;

/// <summary>
/// What a run measured, for people: in the test's output, and at the end of the build, which names the folder in
/// <c>S3AUTH_FIGURES</c>.
/// </summary>
internal static class Figures
{
    private static readonly Lock Gate = new();

    internal static void Print(string subject, FormattableString figure)
    {
        var line = $"{subject}: {FormattableString.Invariant(figure)}";
        TestContext.Progress.WriteLine(line);
        if (Environment.GetEnvironmentVariable("S3AUTH_FIGURES") is { Length: > 0 } folder)
        {
            lock (Gate)
            {
                Directory.CreateDirectory(folder);
                File.AppendAllText(Path.Combine(folder, $"{typeof(Figures).Assembly.GetName().Name}.txt"), line + Environment.NewLine);
            }
        }
    }
}

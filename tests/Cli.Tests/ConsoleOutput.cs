namespace S3Auth.Cli.Tests;

/// <summary>Captures what a run prints.</summary>
internal static class ConsoleOutput
{
    /// <returns>The result, the text on stdout and the text on stderr.</returns>
    internal static async Task<(T Result, string Output, string Errors)> CaptureAsync<T>(Func<Task<T>> run)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var (oldOutput, oldErrors) = (Console.Out, Console.Error);
        Console.SetOut(output);
        Console.SetError(errors);
        try
        {
            return (await run(), output.ToString(), errors.ToString());
        }
        finally
        {
            Console.SetOut(oldOutput);
            Console.SetError(oldErrors);
        }
    }
}

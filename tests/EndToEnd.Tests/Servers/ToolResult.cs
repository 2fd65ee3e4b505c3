namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>The exit code and the output of a program.</summary>
internal sealed record ToolResult(int ExitCode, string Output, string Errors)
{
    /// <summary>Returns the output of a program that succeeded.</summary>
    /// <exception cref="InvalidOperationException">The program failed. The message has its output.</exception>
    public string Expect() => ExitCode == 0
        ? Output
        : throw new InvalidOperationException($"Exit code {ExitCode}.\n{Output}\n{Errors}");
}

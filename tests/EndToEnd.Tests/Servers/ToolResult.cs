namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>How a program ended and what it said.</summary>
internal sealed record ToolResult(int ExitCode, string Output, string Errors)
{
    /// <summary>What it wrote to its output, when it succeeded.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message holds all it said.</exception>
    public string Expect() => ExitCode == 0
        ? Output
        : throw new InvalidOperationException($"Exit code {ExitCode}.\n{Output}\n{Errors}");
}

namespace S3Auth.Cli.Commands;

/// <summary>A command with examples for its help.</summary>
/// <param name="name">The name on the command line.</param>
/// <param name="description">One line about what it does.</param>
internal sealed class ToolCommand(string name, string description) : Command(name, description)
{
    /// <summary>Command lines that work, without the options that name the server and the wallet.</summary>
    public IReadOnlyList<string> Examples { get; init; } = [];
}

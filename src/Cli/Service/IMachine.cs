namespace S3Auth.Cli.Service;

/// <summary>The machine that runs services: its programs and its systemd.</summary>
internal interface IMachine
{
    /// <summary>Why there is no systemd, and what to do instead; null if there is one.</summary>
    string? WhyNoSystemd { get; }

    /// <summary>Runs a program and returns what it printed.</summary>
    /// <exception cref="UsageException">The program does not exist.</exception>
    Task<CommandOutput> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken);

    /// <summary>Runs a program that prints to the terminal. Returns its exit code.</summary>
    /// <exception cref="UsageException">The program does not exist.</exception>
    Task<int> ShowAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken);
}

namespace S3Auth.Cli.Service;

/// <summary>What a program of this machine answered.</summary>
internal sealed record CommandOutput(int ExitCode, string Output, string Errors);

namespace S3Auth.Cli.Service;

/// <summary>A service in the output for programs.</summary>
internal sealed record ServiceRecord(
    string Type,
    string Profile,
    string Unit,
    string File,
    string State,
    string SubState,
    int? Pid,
    int Restarts,
    int? ExitStatus,
    bool Enabled,
    bool? Linger,
    string? Since);

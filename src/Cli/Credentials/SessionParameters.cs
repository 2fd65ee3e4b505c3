namespace S3Auth.Cli.Credentials;

/// <summary>Which temporary credentials to request.</summary>
internal sealed record SessionParameters
{
    /// <summary>The role; null for the one that fits the hotkey.</summary>
    public string? Role { get; init; }

    /// <summary>The source whose folders to use; null for all sources.</summary>
    public string? Source { get; init; }

    /// <summary>The requested duration in seconds; null for the server's default.</summary>
    public long? Seconds { get; init; }
}

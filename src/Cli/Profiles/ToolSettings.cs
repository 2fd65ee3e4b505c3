namespace S3Auth.Cli.Profiles;

/// <summary>The settings of one run, from options, variables, the profile and defaults.</summary>
internal sealed record ToolSettings
{
    /// <summary>The current profile; null if there is none.</summary>
    public Profile? Profile { get; init; }

    /// <summary>The server's address as it was given; null if it was not.</summary>
    public string? Server { get; init; }

    /// <summary>The hotkey that signs.</summary>
    public required IdentityOptions Identity { get; init; }

    /// <summary>The source of the data, unless an option of the command says otherwise; null for the deployment's first one.</summary>
    public string? Source { get; init; }

    /// <summary>The job of the files, unless an option of the command says otherwise; null for the deployment's default.</summary>
    public string? Job { get; init; }

    /// <summary>The names of all profiles, for messages.</summary>
    public IReadOnlyList<string> Profiles { get; init; } = [];

    /// <summary>What to do if a setting is missing.</summary>
    internal string Advice => Profile is null && Profiles.Count > 0
        ? $"Pass --profile NAME ({string.Join(", ", Profiles)})"
        : "Run `s3auth configure` once";
}

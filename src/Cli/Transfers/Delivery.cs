using S3Auth.Client.Generated;

namespace S3Auth.Cli.Transfers;

/// <summary>Where files go within the miner's folder, and how: the same wherever they come from.</summary>
internal sealed record Delivery
{
    /// <summary>The source whose folder it is; null for the deployment's first.</summary>
    public string? Source { get; init; }

    public string? Job { get; init; }

    /// <summary>A folder within the miner's, without slashes at its ends; empty for none.</summary>
    public string To { get; init; } = "";

    public required int Parallel { get; init; }

    /// <summary>Only say what would be done.</summary>
    public bool DryRun { get; init; }

    /// <summary>Do not look what is there.</summary>
    public bool Force { get; init; }

    internal string PathOf(string path) => To.Length == 0 ? path : $"{To}/{path}";

    /// <summary>The job; in the layout <c>hotkey</c>, where every file has one, that is <c>default</c> unless told.</summary>
    internal string? JobIn(Structure structure) => Job ?? (structure.Folder_layout == "hotkey" ? "default" : null);
}

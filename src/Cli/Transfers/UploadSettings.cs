namespace S3Auth.Cli.Transfers;

/// <summary>Where files go within the miner's folder, and how: the same wherever they come from.</summary>
internal sealed record UploadSettings
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

    /// <summary>The source whose folder it is; null in a layout without sources.</summary>
    internal string? SourceIn(Structure structure) => Source ?? (structure.Sources.Count > 0 ? structure.Sources[0] : null);

    internal string? JobIn(Structure structure) => Job ?? DefaultJobIn(structure);

    /// <summary>The job of files that were collected for none: in the layout <c>hotkey</c> every file has one.</summary>
    internal static string? DefaultJobIn(Structure structure) => structure.Folder_layout == "hotkey" ? "default" : null;
}

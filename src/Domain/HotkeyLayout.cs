namespace S3Auth.Domain;

/// <summary><c>data/hotkey={hotkey}/</c>: one folder for each hotkey, with a folder for each job inside.</summary>
public sealed class HotkeyLayout : FolderLayout
{
    /// <summary>The layout's name.</summary>
    public const string LayoutName = "hotkey";

    /// <inheritdoc/>
    public override string Name => LayoutName;

    /// <inheritdoc/>
    public override string Structure => "data/hotkey={hotkey}/";

    /// <inheritdoc/>
    public override string Description => $"Each hotkey has one folder; files go into a {JobPrefix}{{job_id}}/ folder inside it.";

    /// <inheritdoc/>
    public override IReadOnlyList<Source> Sources => [];

    /// <inheritdoc/>
    public override bool HasColdkeyFolders => false;

    /// <inheritdoc/>
    public override IReadOnlyList<DiscoveryPrefix> DiscoveryPrefixes { get; } = [new($"{AllDataPrefix}hotkey=", Source: null)];

    /// <inheritdoc/>
    public override string ExamplePath => $"{JobPrefix}default/data_20261124_062101_1000.parquet";
}

namespace S3Auth.Domain;

/// <summary><c>data/hotkey={hotkey}/</c>: one folder for each hotkey, with a folder for each job inside.</summary>
public sealed class HotkeyLayout : FolderLayout
{
    /// <summary>The layout's name.</summary>
    public const string LayoutName = "hotkey";

    private static readonly Folder Miners = new($"{AllDataPrefix}hotkey=", Source: null);

    /// <inheritdoc/>
    public override string Name => LayoutName;

    /// <inheritdoc/>
    public override string Structure => "data/hotkey={hotkey}/";

    /// <inheritdoc/>
    public override string Description => $"Each hotkey has one folder; files go into a {JobPrefix}{{job_id}}/ folder inside it.";

    /// <inheritdoc/>
    public override IReadOnlyList<Source> Sources => [];

    /// <inheritdoc/>
    public override IReadOnlyList<Folder> DiscoveryPrefixes { get; } = [Miners];

    /// <inheritdoc/>
    public override IReadOnlyList<string> ExampleKeys(AccountId owner) =>
        [$"{Miners.Prefix}{owner}/{JobPrefix}default/data_20261124_062101_1000.parquet"];

    /// <inheritdoc/>
    public override IReadOnlyList<Folder> FoldersOf(AccountId owner) =>
        [new Folder($"{Miners.Prefix}{owner}/", Source: null)];

    /// <inheritdoc/>
    public override AccountId FolderOwnerOf(Neuron neuron)
    {
        ArgumentNullException.ThrowIfNull(neuron);
        return neuron.Hotkey;
    }

    /// <inheritdoc/>
    public override ushort? UidOf(AccountId folderOwner, Metagraph metagraph)
    {
        ArgumentNullException.ThrowIfNull(metagraph);
        return metagraph.Find(folderOwner)?.Uid;
    }
}

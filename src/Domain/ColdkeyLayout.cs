namespace S3Auth.Domain;

/// <summary><c>data/{source}/{coldkey}/</c>: one folder for each source, shared by all hotkeys of one coldkey.</summary>
public sealed class ColdkeyLayout : FolderLayout
{
    /// <summary>The layout's name.</summary>
    public const string LayoutName = "coldkey";

    /// <param name="sources">The configured sources, at least one, each once.</param>
    /// <exception cref="ArgumentException">There is no source, or one is given twice.</exception>
    public ColdkeyLayout(IReadOnlyList<Source> sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        if (sources.Count == 0 || sources.Distinct().Count() != sources.Count)
        {
            throw new ArgumentException("The coldkey layout wants at least one source, each once.", nameof(sources));
        }

        Sources = [.. sources];
        DiscoveryPrefixes = [.. sources.Select(source => new Folder($"{AllDataPrefix}{source}/", source))];
        Description = $"Each coldkey has one folder per source ({string.Join(", ", Sources)}); files go directly into it.";
    }

    /// <inheritdoc/>
    public override string Name => LayoutName;

    /// <inheritdoc/>
    public override string Structure => "data/{source}/{coldkey}/";

    /// <inheritdoc/>
    public override string Description { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Source> Sources { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Folder> DiscoveryPrefixes { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> ExampleKeys(AccountId owner) =>
        [.. FoldersOf(owner).Select(folder => $"{folder.Prefix}data_20261124_062101_1000.parquet")];

    /// <inheritdoc/>
    public override IReadOnlyList<Folder> FoldersOf(AccountId owner)
    {
        var address = owner.ToString();
        var folders = new Folder[DiscoveryPrefixes.Count];
        for (var i = 0; i < folders.Length; i++)
        {
            folders[i] = new Folder($"{DiscoveryPrefixes[i].Prefix}{address}/", DiscoveryPrefixes[i].Source);
        }

        return folders;
    }

    /// <inheritdoc/>
    public override AccountId FolderOwnerOf(Neuron neuron)
    {
        ArgumentNullException.ThrowIfNull(neuron);
        return neuron.Coldkey;
    }

    /// <summary>A coldkey may own several hotkeys: the lowest of their uids.</summary>
    public override ushort? UidOf(AccountId folderOwner, Metagraph metagraph)
    {
        ArgumentNullException.ThrowIfNull(metagraph);
        return metagraph.LowestUidOf(folderOwner);
    }
}

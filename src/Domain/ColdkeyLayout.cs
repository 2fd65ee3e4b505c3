namespace S3Auth.Domain;

/// <summary><c>data/{source}/{coldkey}/</c>: one folder for each source, shared by all hotkeys of a coldkey.</summary>
public sealed class ColdkeyLayout : FolderLayout
{
    /// <summary>The layout's name.</summary>
    public const string LayoutName = "coldkey";

    /// <param name="sources">The configured sources: at least one, none twice.</param>
    /// <exception cref="ArgumentException">There is no source, or one occurs twice.</exception>
    public ColdkeyLayout(IReadOnlyList<Source> sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        if (sources.Count == 0 || sources.Distinct().Count() != sources.Count)
        {
            throw new ArgumentException("The coldkey layout needs at least one source, and none twice.", nameof(sources));
        }

        Sources = [.. sources];
        DiscoveryPrefixes = [.. sources.Select(source => new DiscoveryPrefix($"{AllDataPrefix}{source}/", source))];
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
    public override bool HasColdkeyFolders => true;

    /// <inheritdoc/>
    public override IReadOnlyList<DiscoveryPrefix> DiscoveryPrefixes { get; }

    /// <inheritdoc/>
    public override string ExamplePath => "data_20261124_062101_1000.parquet";
}

namespace S3Auth.Domain;

/// <summary>
/// How the keys of miners' files are made. Answers every question about paths: which folders a miner has, under which prefixes a listing
/// finds all miners, and which miner a folder belongs to. No other code depends on which layout is configured.
/// </summary>
public sealed class FolderLayout
{
    /// <summary>
    /// The maximum length, in bytes, of a folder's name below its prefix: a job's folder, or an address with the rest of its segment.
    /// </summary>
    public const int MaxFolderNameBytes = Ss58.TextLength + LayoutTemplate.MaxLength;

    // The prefix of a job folder's name; the job's id follows.
    private const string JobPrefix = "job_id=";

    private const string ExampleFile = "data_20261124_062101_1000.parquet";

    private readonly LayoutTemplate _template;

    // What follows an owner's address in the prefix of its folder; ends with '/'.
    private readonly string _afterOwner;

    /// <param name="template">The template of a miner's folder.</param>
    /// <param name="sources">
    /// The configured sources: at least one, none twice. Ignored if the template has no <c>{source}</c>.
    /// </param>
    /// <param name="netuid">The subnet, for <c>{netuid}</c>.</param>
    /// <exception cref="ArgumentException">There is no source, or one occurs twice.</exception>
    public FolderLayout(LayoutTemplate template, IReadOnlyList<Source> sources, ushort netuid)
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(sources);
        if (template.HasSource && (sources.Count == 0 || sources.Distinct().Count() != sources.Count))
        {
            throw new ArgumentException("The layout needs at least one source, and none twice.", nameof(sources));
        }

        _template = template;
        Sources = template.HasSource ? [.. sources] : [];

        var number = netuid.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Structure = Fill(template.Text);
        _afterOwner = Fill(template.AfterOwner);
        var beforeOwner = Fill(template.BeforeOwner);
        DiscoveryPrefixes = HasSources
            ? [.. Sources.Select(one => new DiscoveryPrefix(
                beforeOwner.Replace(LayoutTemplate.SourcePlaceholder, one.Name, StringComparison.Ordinal), one))]
            : [new DiscoveryPrefix(beforeOwner, Source: null)];

        var literal = beforeOwner.Split(LayoutTemplate.SourcePlaceholder)[0];
        Root = literal.Contains('/', StringComparison.Ordinal) ? literal[..(literal.LastIndexOf('/') + 1)] : literal;

        Description = string.Concat(
            $"Each {(HasColdkeyFolders ? "coldkey" : "hotkey")} has one folder",
            HasSources ? $" per source ({string.Join(", ", Sources)})" : "",
            HasJobs ? $"; files go into a {JobPrefix}{{job_id}}/ folder inside it." : "; files go directly into it.");

        string Fill(string text) => text.Replace(LayoutTemplate.NetuidPlaceholder, number, StringComparison.Ordinal);
    }

    /// <summary>The value of <c>FOLDER_LAYOUT</c> that selects this layout: <c>coldkey</c>, <c>hotkey</c>, or a template.</summary>
    public string Name => _template.Name;

    /// <summary>A miner's folder with its variable parts in braces: <c>data/{source}/{coldkey}/</c>.</summary>
    public string Structure { get; }

    /// <summary>The structure in a sentence.</summary>
    public string Description { get; }

    /// <summary>
    /// The prefix of all miners' files, such as <c>data/</c>: the segments before the one with the source or owner. If that is the first
    /// segment, the literal text at its beginning, such as <c>46-</c>. Empty if there is none: then nothing but the owner's address marks
    /// a miner's folder at the top of the bucket.
    /// </summary>
    public string Root { get; }

    /// <summary>The configured sources in their order; empty if the layout has no sources.</summary>
    public IReadOnlyList<Source> Sources { get; }

    /// <summary>Whether a miner has one folder for each source.</summary>
    public bool HasSources => Sources.Count > 0;

    /// <summary>The source of a request that names none but needs one; null if the layout has no sources.</summary>
    public Source? DefaultSource => HasSources ? Sources[0] : null;

    /// <summary>Whether files belong in the folder of a job. In other layouts a miner may leave out the job.</summary>
    public bool HasJobs => _template.HasJobs;

    /// <summary>Whether coldkeys name the folders; otherwise hotkeys do.</summary>
    public bool HasColdkeyFolders => _template.HasColdkeyFolders;

    /// <summary>
    /// The prefixes under which miners are found: a listing of each, with the delimiter <c>/</c>, returns one folder per miner.
    /// </summary>
    public IReadOnlyList<DiscoveryPrefix> DiscoveryPrefixes { get; }

    /// <summary>The path of an uploaded file within a miner's folder, as an example.</summary>
    public string ExamplePath => HasJobs ? $"{JobPrefix}default/{ExampleFile}" : ExampleFile;

    /// <summary>One example of an uploaded file's key for each folder of this owner.</summary>
    public IReadOnlyList<string> ExampleKeys(AccountId owner) => [.. FoldersOf(owner).Select(folder => folder.Prefix + ExamplePath)];

    /// <summary>
    /// The account that names the folders of a hotkey. Null if that is its coldkey and the hotkey is not registered. If hotkeys name the
    /// folders, the hotkey need not be registered: files remain after a registration ends.
    /// </summary>
    public AccountId? FindFolderOwner(AccountId hotkey, Metagraph metagraph)
    {
        ArgumentNullException.ThrowIfNull(metagraph);
        return HasColdkeyFolders ? metagraph.Find(hotkey)?.Coldkey : hotkey;
    }

    /// <summary>The account that names the folders of a hotkey and its coldkey.</summary>
    public AccountId FolderOwnerOf(AccountId hotkey, AccountId coldkey) => HasColdkeyFolders ? coldkey : hotkey;

    /// <summary>
    /// The folders of an owner, one for each source or just one; only the folder of <paramref name="source"/> if it is given.
    /// </summary>
    public IReadOnlyList<Folder> FoldersOf(AccountId owner, Source? source = null)
    {
        var address = owner.ToString();
        var folders = new List<Folder>(DiscoveryPrefixes.Count);
        foreach (var prefix in DiscoveryPrefixes)
        {
            if (source is null || source == prefix.Source)
            {
                folders.Add(new Folder($"{prefix.Prefix}{address}{_afterOwner}", prefix.Source));
            }
        }

        return folders;
    }

    /// <summary>
    /// The uid to show for a folder's owner: for a coldkey the lowest uid of its hotkeys. Null if no hotkey of the owner is registered.
    /// </summary>
    public ushort? UidOf(AccountId folderOwner, Metagraph metagraph)
    {
        ArgumentNullException.ThrowIfNull(metagraph);
        return HasColdkeyFolders ? metagraph.LowestUidOf(folderOwner) : metagraph.Find(folderOwner)?.Uid;
    }

    /// <summary>The key of a file in the folder of its job, or directly in the miner's folder if it has no job.</summary>
    public static ObjectName KeyOf(Folder folder, JobId? job, FileName name) => TryGetKey(folder, job, FilePath.Of(name), out var key)
        ? key
        : throw new InvalidOperationException("The key is longer than S3 allows.");

    /// <summary>
    /// The key of a file with a path, like <see cref="KeyOf"/>; false if it would be longer than <see cref="ObjectName.MaxBytes"/>.
    /// </summary>
    public static bool TryGetKey(Folder folder, JobId? job, FilePath path, out ObjectName key)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return ObjectName.TryParse(job is { } id ? $"{folder.Prefix}{JobPrefix}{id}/{path}" : $"{folder.Prefix}{path}", out key);
    }

    /// <summary>
    /// The prefix under which a folder's jobs are found: a listing of it, with the delimiter <c>/</c>, returns one folder per job and skips
    /// files outside of jobs.
    /// </summary>
    public static string JobsIn(Folder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return folder.Prefix + JobPrefix;
    }

    /// <summary>
    /// Reads the prefix of a job's folder, as a listing of <see cref="JobsIn"/> returned it; false if it is not such a prefix, or its name
    /// is not a valid job id.
    /// </summary>
    public static bool TryReadJob(Folder folder, string prefix, out JobId job)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(prefix);

        job = default;
        var start = JobsIn(folder);
        return prefix.StartsWith(start, StringComparison.Ordinal)
            && prefix.Length > start.Length
            && prefix[^1] == '/'
            && JobId.TryParse(prefix[start.Length..^1], out job);
    }

    /// <summary>
    /// Reads what a listing of one of the <see cref="DiscoveryPrefixes"/> returned for one miner; false if the name is not a canonical
    /// address, followed by the rest of the template's segment.
    /// </summary>
    /// <param name="parent">The prefix that was listed.</param>
    /// <param name="prefix">The returned prefix.</param>
    /// <param name="folder">The miner's folder.</param>
    /// <param name="owner">The account that names it.</param>
    public bool TryReadFolder(DiscoveryPrefix parent, string prefix, [NotNullWhen(true)] out Folder? folder, out AccountId owner)
    {
        ArgumentNullException.ThrowIfNull(parent);
        ArgumentNullException.ThrowIfNull(prefix);

        folder = null;
        owner = default;
        if (!prefix.StartsWith(parent.Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        // The listing ends at the delimiter, also if the template goes on after it.
        var name = prefix.AsSpan(parent.Prefix.Length);
        var restOfSegment = _afterOwner.AsSpan(0, _afterOwner.IndexOf('/', StringComparison.Ordinal) + 1);
        if (!name.EndsWith(restOfSegment) || !Ss58.TryDecode(name[..^restOfSegment.Length], out owner, out _))
        {
            return false;
        }

        folder = new Folder($"{parent.Prefix}{owner}{_afterOwner}", parent.Source);
        return true;
    }
}

/// <summary>A prefix that ends where the address of a folder's owner begins, such as <c>data/x/</c> or <c>data/hotkey=</c>.</summary>
/// <param name="Prefix">The prefix.</param>
/// <param name="Source">The source of the folders below it; null if the layout has no sources.</param>
public sealed record DiscoveryPrefix(string Prefix, Source? Source)
{
    /// <summary>The prefix, for people: an empty one is the top of the bucket.</summary>
    public override string ToString() => Prefix.Length > 0 ? Prefix : "the top of the bucket";
}

namespace S3Auth.Domain;

/// <summary>
/// How the keys of miners' files are made. Answers every question about paths: which folders a miner has, under which prefixes a listing
/// finds all miners, and which miner a folder belongs to. No other code depends on which layout is configured.
/// </summary>
public abstract class FolderLayout
{
    /// <summary>The prefix of all miners' files.</summary>
    public const string AllDataPrefix = "data/";

    /// <summary>The prefix of a job folder's name; the job's id follows.</summary>
    protected const string JobPrefix = "job_id=";

    /// <summary>
    /// The maximum length, in bytes, of a folder's name below its prefix. An address has 48, and a job id has at most this many.
    /// </summary>
    public const int MaxFolderNameBytes = JobId.MaxLength;

    /// <summary>The value of <c>FOLDER_LAYOUT</c> that selects this layout.</summary>
    public abstract string Name { get; }

    /// <summary>A miner's folder with its variable parts in braces: <c>data/{source}/{coldkey}/</c>.</summary>
    public abstract string Structure { get; }

    /// <summary>The structure in a sentence.</summary>
    public abstract string Description { get; }

    /// <summary>The configured sources in their order; empty if the layout has no sources.</summary>
    public abstract IReadOnlyList<Source> Sources { get; }

    /// <summary>Whether a miner has one folder for each source.</summary>
    public bool HasSources => Sources.Count > 0;

    /// <summary>The source of a request that names none but needs one; null if the layout has no sources.</summary>
    public Source? DefaultSource => HasSources ? Sources[0] : null;

    /// <summary>Whether coldkeys name the folders; otherwise hotkeys do.</summary>
    public abstract bool HasColdkeyFolders { get; }

    /// <summary>
    /// The prefixes under which miners are found: a listing of each, with the delimiter <c>/</c>, returns one folder per miner.
    /// </summary>
    public abstract IReadOnlyList<DiscoveryPrefix> DiscoveryPrefixes { get; }

    /// <summary>The path of an uploaded file within a miner's folder, as an example.</summary>
    public abstract string ExamplePath { get; }

    /// <summary>One example of an uploaded file's key for each folder of this owner.</summary>
    public IReadOnlyList<string> ExampleKeys(AccountId owner) => [.. FoldersOf(owner).Select(folder => folder.Prefix + ExamplePath)];

    /// <summary>The account of a neuron that names its folders.</summary>
    public AccountId FolderOwnerOf(Neuron neuron)
    {
        ArgumentNullException.ThrowIfNull(neuron);
        return HasColdkeyFolders ? neuron.Coldkey : neuron.Hotkey;
    }

    /// <summary>
    /// The account that names the folders of a hotkey. Null if that is its coldkey and the hotkey is not registered. If hotkeys name the
    /// folders, the hotkey need not be registered: files remain after a registration ends.
    /// </summary>
    public AccountId? FindFolderOwner(AccountId hotkey, Metagraph metagraph)
    {
        ArgumentNullException.ThrowIfNull(metagraph);
        return HasColdkeyFolders ? metagraph.Find(hotkey)?.Coldkey : hotkey;
    }

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
                folders.Add(new Folder($"{prefix.Prefix}{address}/", prefix.Source));
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
    public static ObjectName KeyOf(Folder folder, JobId? job, FileName name)
    {
        ArgumentNullException.ThrowIfNull(folder);

        var key = job is { } id ? $"{folder.Prefix}{JobPrefix}{id}/{name}" : $"{folder.Prefix}{name}";
        return ObjectName.TryParse(key, out var parsed) ? parsed : throw new InvalidOperationException("The key is longer than S3 allows.");
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
    /// Reads the prefix of a miner's folder, as a listing of one of the <see cref="DiscoveryPrefixes"/> returned it; false if its name is
    /// not a canonical address.
    /// </summary>
    public static bool TryReadFolder(DiscoveryPrefix parent, string prefix, [NotNullWhen(true)] out Folder? folder, out AccountId owner)
    {
        ArgumentNullException.ThrowIfNull(parent);
        ArgumentNullException.ThrowIfNull(prefix);

        folder = null;
        owner = default;
        if (!prefix.StartsWith(parent.Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var name = prefix.AsSpan(parent.Prefix.Length);
        if (!name.EndsWith("/") || !Ss58.TryDecode(name[..^1], out owner, out _))
        {
            return false;
        }

        folder = new Folder(prefix, parent.Source);
        return true;
    }
}

/// <summary>A prefix that ends where the address of a folder's owner begins, such as <c>data/x/</c> or <c>data/hotkey=</c>.</summary>
/// <param name="Prefix">The prefix.</param>
/// <param name="Source">The source of the folders below it; null if the layout has no sources.</param>
public sealed record DiscoveryPrefix(string Prefix, Source? Source);

namespace S3Auth.Domain;

/// <summary>
/// Where miners' files live in the bucket. The one place that knows how a path looks: which folders a miner has, which prefixes
/// list all miners, which miner a folder belongs to, and how all that is told to humans.
/// </summary>
public abstract class FolderLayout
{
    /// <summary>Every object of every miner has a key below this.</summary>
    public const string AllDataPrefix = "data/";

    /// <summary>What the folder of a job is called, before the job's id.</summary>
    protected const string JobPrefix = "job_id=";

    /// <summary>The longest name of a granted folder below its parent, in bytes: an address has 48, a job up to this many.</summary>
    public const int MaxFolderNameBytes = JobId.MaxLength;

    /// <summary>The name that <c>FOLDER_LAYOUT</c> chooses it by.</summary>
    public abstract string Name { get; }

    /// <summary>A miner's folder with its variable parts in braces.</summary>
    public abstract string Structure { get; }

    /// <summary>The same in a sentence.</summary>
    public abstract string Description { get; }

    /// <summary>What uploaded files' keys look like in the folders of this owner.</summary>
    public abstract IReadOnlyList<string> ExampleKeys(AccountId owner);

    /// <summary>The configured sources in their order; empty where the layout has none.</summary>
    public abstract IReadOnlyList<Source> Sources { get; }

    /// <summary>
    /// Where miners are found: listing each of these by <c>/</c> gives one folder a miner.
    /// </summary>
    public abstract IReadOnlyList<Folder> DiscoveryPrefixes { get; }

    /// <summary>Which of a neuron's two accounts its folders are named by.</summary>
    public abstract AccountId FolderOwnerOf(Neuron neuron);

    /// <summary>The folders that are named by this account, one for each source or just one.</summary>
    public abstract IReadOnlyList<Folder> FoldersOf(AccountId owner);

    /// <summary>The uid to show beside a folder's owner; null when nothing of that owner is registered.</summary>
    public abstract ushort? UidOf(AccountId folderOwner, Metagraph metagraph);

    /// <summary>The key of a file in a miner's folder: in the folder of its job, or where there is none in the miner's own.</summary>
    public static ObjectName KeyOf(Folder folder, JobId? job, FileName name)
    {
        ArgumentNullException.ThrowIfNull(folder);

        var key = job is { } id ? $"{folder.Prefix}{JobPrefix}{id}/{name}" : $"{folder.Prefix}{name}";
        return ObjectName.TryParse(key, out var parsed) ? parsed : throw new InvalidOperationException("Folder, job and name are short.");
    }

    /// <summary>Where a folder's jobs are found: listing this by <c>/</c> gives one folder a job, and passes over the files beside them.</summary>
    public static string JobsIn(Folder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return folder.Prefix + JobPrefix;
    }

    /// <summary>
    /// Reads a job's folder found by listing <see cref="JobsIn"/>; false when it is not a job's folder, or its name is not a valid job id.
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
    /// Reads a folder found by listing one of <see cref="DiscoveryPrefixes"/>; false when it is no miner's folder (its name is no
    /// canonical address).
    /// </summary>
    public static bool TryReadFolder(Folder found, string prefix, [NotNullWhen(true)] out Folder? folder, out AccountId owner)
    {
        ArgumentNullException.ThrowIfNull(found);
        ArgumentNullException.ThrowIfNull(prefix);

        folder = null;
        owner = default;
        if (!prefix.StartsWith(found.Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var name = prefix.AsSpan(found.Prefix.Length);
        if (!name.EndsWith("/"))
        {
            return false;
        }

        name = name[..^1];
        if (!Ss58.TryDecode(name, out owner, out _))
        {
            return false;
        }

        folder = found with { Prefix = prefix };
        return true;
    }
}

namespace S3Auth.Domain;

/// <summary>A prefix that belongs to one miner.</summary>
/// <param name="Prefix">Ends with <c>/</c>: without it, the folder of <c>5Fabc</c> would hold that of <c>5Fabcd</c>.</param>
/// <param name="Source">Which source it is for; null where the layout has none.</param>
public sealed record Folder(string Prefix, Source? Source)
{
    /// <summary>
    /// Whether an object lies in this folder, by the segments of its key. A key with a <c>.</c> or <c>..</c> segment lies in no
    /// folder: to the store it is a name like any other, but clients resolve it on their way there.
    /// </summary>
    public bool Contains(ObjectName name)
    {
        var key = name.Key;
        return key.Length > Prefix.Length && key.StartsWith(Prefix, StringComparison.Ordinal) && !HasSteps(key);
    }

    /// <summary>
    /// Reads what part of this folder a prefix means: the beginning of whole keys where it begins as all keys do
    /// (<c>data/x/5F…/2026</c>), else what follows the folder (<c>2026</c>). False when it means nothing in this folder; whatever it
    /// says, the outcome never lies outside.
    /// </summary>
    public bool TryNarrow(string prefix, [NotNullWhen(true)] out string? narrowed)
    {
        ArgumentNullException.ThrowIfNull(prefix);

        narrowed = prefix.StartsWith(FolderLayout.AllDataPrefix, StringComparison.Ordinal) ? prefix : Prefix + prefix;
        if (!narrowed.StartsWith(Prefix, StringComparison.Ordinal)
            || prefix.StartsWith('/')
            || !ObjectName.TryParse(narrowed, out _)
            || HasSteps(narrowed))
        {
            narrowed = null;
        }

        return narrowed is not null;
    }

    private static bool HasSteps(string key)
    {
        foreach (var segment in key.AsSpan().Split('/'))
        {
            if (key.AsSpan(segment) is "." or "..")
            {
                return true;
            }
        }

        return false;
    }
}

namespace S3Auth.Domain;

/// <summary>The prefix that belongs to one miner.</summary>
/// <param name="Prefix">Ends with <c>/</c>; otherwise the folder of <c>5Fabc</c> would contain the folder of <c>5Fabcd</c>.</param>
/// <param name="Source">The source of its files; null if the layout has no sources.</param>
public sealed record Folder(string Prefix, Source? Source)
{
    /// <summary>
    /// Whether an object is in this folder. A key with a <c>.</c> or <c>..</c> segment is in no folder: stores treat it like any other key,
    /// but HTTP clients resolve such segments in URLs.
    /// </summary>
    public bool Contains(ObjectName name)
    {
        var key = name.Key;
        return key.Length > Prefix.Length && key.StartsWith(Prefix, StringComparison.Ordinal) && !HasDotSegments(key);
    }

    /// <summary>
    /// Resolves a requested prefix to a prefix inside this folder. A prefix that begins with <see cref="FolderLayout.AllDataPrefix"/>
    /// (<c>data/x/5F…/2026</c>) is absolute; any other (<c>2026</c>) is relative to the folder. False if the result is outside of the
    /// folder or not the beginning of a valid key.
    /// </summary>
    public bool TryNarrow(string prefix, [NotNullWhen(true)] out string? narrowed)
    {
        ArgumentNullException.ThrowIfNull(prefix);

        narrowed = prefix.StartsWith(FolderLayout.AllDataPrefix, StringComparison.Ordinal) ? prefix : Prefix + prefix;
        if (!narrowed.StartsWith(Prefix, StringComparison.Ordinal)
            || prefix.StartsWith('/')
            || !ObjectName.TryParse(narrowed, out _)
            || HasDotSegments(narrowed))
        {
            narrowed = null;
        }

        return narrowed is not null;
    }

    private static bool HasDotSegments(string key)
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

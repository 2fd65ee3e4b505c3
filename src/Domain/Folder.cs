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
    /// Resolves a requested prefix to a prefix inside this folder. A prefix that begins with this folder's, or with the root of all miners'
    /// files (<c>data/x/5F…/2026</c>), is absolute; any other (<c>2026</c>) is relative to the folder. False if the result is outside of
    /// the folder or not the beginning of a valid key.
    /// </summary>
    /// <param name="prefix">The requested prefix.</param>
    /// <param name="root">The <see cref="FolderLayout.Root"/>; every prefix begins with an empty one, so it makes none absolute.</param>
    /// <param name="narrowed">The prefix inside this folder.</param>
    public bool TryNarrow(string prefix, string root, [NotNullWhen(true)] out string? narrowed)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        ArgumentNullException.ThrowIfNull(root);

        var isAbsolute = prefix.StartsWith(root.Length > 0 ? root : Prefix, StringComparison.Ordinal);
        narrowed = isAbsolute ? prefix : Prefix + prefix;
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

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
    public bool Holds(ObjectName name)
    {
        var key = name.Key;
        if (key.Length <= Prefix.Length || !key.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        foreach (var segment in key.AsSpan().Split('/'))
        {
            if (key.AsSpan(segment) is "." or "..")
            {
                return false;
            }
        }

        return true;
    }
}

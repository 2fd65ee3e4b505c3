using System.Collections.Concurrent;

namespace S3Auth.Client.Uploads;

/// <summary>The parts of one upload that the store is known to have, with their ETags. Thread-safe.</summary>
internal sealed class PartETags
{
    private readonly ConcurrentDictionary<int, string?> _parts = [];

    internal int Count => _parts.Count;

    internal void Set(int number, string? etag) => _parts[number] = etag;

    /// <summary>Returns the ETags of all parts in order; null if one is unknown.</summary>
    internal IReadOnlyList<string>? ToList(int count)
    {
        var etags = Enumerable.Range(1, count).Select(number => _parts.GetValueOrDefault(number)).OfType<string>().ToList();
        return etags.Count == count ? etags : null;
    }
}

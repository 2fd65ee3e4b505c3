namespace S3Auth.Client.Uploads;

/// <summary>
/// Compares the ETags of parts with the file, in groups whose MD5s are computed together. A group is verified soon after its parts were
/// sent, while the system still has their bytes in memory. Thread-safe.
/// </summary>
internal sealed class PartVerifier(FileToUpload file, Func<int, FileRange> rangeOf)
{
    private readonly Lock _gate = new();
    private readonly List<(int Number, string ETag)> _waiting = [];

    /// <summary>Adds a part whose ETag is an MD5. Returns the parts that differ, if this part completes a group.</summary>
    internal async Task<IReadOnlyList<int>> AddAsync(int number, string etag, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _waiting.Add((number, etag));
            if (_waiting.Count < RangeHashes.GroupSize)
            {
                return [];
            }
        }

        return await FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Verifies the parts that wait. Returns those that differ.</summary>
    internal async Task<IReadOnlyList<int>> FlushAsync(CancellationToken cancellationToken)
    {
        (int Number, string ETag)[] group;
        lock (_gate)
        {
            group = [.. _waiting.Take(RangeHashes.GroupSize)];
            _waiting.RemoveRange(0, group.Length);
        }

        var hashes = await RangeHashes.ComputeAsync(
            file, [.. group.Select(part => rangeOf(part.Number))], cancellationToken).ConfigureAwait(false);
        return
        [
            .. group.Where((part, index) => !string.Equals(part.ETag, hashes[index], StringComparison.OrdinalIgnoreCase))
                .Select(part => part.Number),
        ];
    }
}

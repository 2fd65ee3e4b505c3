namespace S3Auth.Cli.Transfers;

/// <summary>Decides whether a stored file is the same as a local one, from what the store reports about it.</summary>
/// <param name="reader">Reads the headers of stored files.</param>
/// <param name="comparison">How to compare.</param>
/// <param name="report">The output of warnings.</param>
internal sealed class StoredFileComparer(FileReader reader, FileComparison comparison, Report report)
{
    private const long MiB = 1024 * 1024;

    // The store's times are whole seconds, and the difference of the clocks is accurate to about a second.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(2);

    // The part sizes of common tools. The ETag of a file tells the number of its parts, but not their size.
    private static readonly long[] CommonPartSizes =
        [.. ((long[])[5, 8, 10, 15, 16, 20, 25, 32, 50, 64, 100, 128, 256, 512, 1024]).Select(size => size * MiB)];

    /// <param name="local">The local file.</param>
    /// <param name="stored">The stored file.</param>
    /// <param name="files">The listing that has the stored file.</param>
    /// <param name="cancellationToken">Cancels the comparison.</param>
    internal async Task<bool> IsSameAsync(
        FileInfo local, RemoteFile stored, StoredFiles files, CancellationToken cancellationToken)
    {
        if (stored.Size != local.Length)
        {
            return false;
        }

        return comparison switch
        {
            FileComparison.Size => true,
            FileComparison.Time => IsNotNewer(local, stored),
            FileComparison.Checksum => await HasSameChecksumAsync(local, stored, files, cancellationToken)
                ?? WarnAndCompareTimes(local, stored),
            _ => await IsUnchangedAsync(local, stored, files, cancellationToken),
        };
    }

    /// <summary>Whether a local file has not changed since the other was stored; false if the store sends no time.</summary>
    internal static bool IsUnchangedSince(FileInfo local, StoredMark mark) =>
        mark.ClockSkew is { } skew && FileTimes.LastChangeUtc(local) + skew + ClockTolerance < mark.LastModified.UtcDateTime;

    /// <summary>Returns the sizes that the parts of a stored file may have, smallest first.</summary>
    internal static IEnumerable<long> PartSizesOf(long size, int count)
    {
        // The smallest whole number of MiB, as this project's servers choose it for large files.
        var smallest = ((((size + count - 1) / count) + MiB - 1) / MiB) * MiB;
        return CommonPartSizes.Append(smallest).Where(part => (size + part - 1) / part == count).Distinct().Order();
    }

    /// <summary>
    /// Compares MD5s if the ETag is an MD5. After a multipart upload, or if a managed key encrypts the object, it is not. Then compares
    /// times by the store's clock: the files count as the same if the local file last changed more than two seconds before the stored one
    /// was uploaded.
    /// </summary>
    private async Task<bool> IsUnchangedAsync(
        FileInfo local, RemoteFile stored, StoredFiles files, CancellationToken cancellationToken)
    {
        if (await HasSameMd5Async(local, stored, cancellationToken))
        {
            return true;
        }

        // If the store's clock is known, most files need no request: a file that changed after its upload is sent in any case.
        if (files.ClockSkew is { } skew)
        {
            var isUnchanged = IsUnchangedSince(local, new StoredMark(HasMd5: false, stored.LastModified, skew));
            if (!isUnchanged || stored.Md5 is null)
            {
                return isUnchanged;
            }
        }

        return await InspectAsync(stored, files, cancellationToken) is { HasMd5: false } mark && IsUnchangedSince(local, mark);
    }

    // The times of stores are truncated to whole seconds.
    private static bool IsNotNewer(FileInfo local, RemoteFile stored) =>
        stored.LastModified.ToUnixTimeSeconds() >= new DateTimeOffset(local.LastWriteTimeUtc).ToUnixTimeSeconds();

    /// <summary>Returns null if the stored file's ETag says nothing about its content.</summary>
    private async Task<bool?> HasSameChecksumAsync(
        FileInfo local, RemoteFile stored, StoredFiles files, CancellationToken cancellationToken)
    {
        if (await HasSameMd5Async(local, stored, cancellationToken))
        {
            return true;
        }

        if (stored.Md5 is not null)
        {
            return await InspectAsync(stored, files, cancellationToken) is { HasMd5: false } ? null : false;
        }

        if (stored.ETag.Split('-') is not [_, var parts]
            || !int.TryParse(parts, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count < 1)
        {
            return null;
        }

        bool? isSame = null;
        foreach (var partSize in PartSizesOf(stored.Size, count))
        {
            isSame = await Md5.OfPartsAsync(local.FullName, partSize, cancellationToken) == stored.ETag;
            if (isSame is true)
            {
                break;
            }
        }

        return isSame;
    }

    private static async Task<bool> HasSameMd5Async(FileInfo local, RemoteFile stored, CancellationToken cancellationToken) =>
        stored.Md5 is { } md5 && await Md5.OfFileAsync(local.FullName, cancellationToken) == md5;

    private bool WarnAndCompareTimes(FileInfo local, RemoteFile stored)
    {
        report.Warn($"The content of {Report.Safe(stored.Key)} cannot be compared, because its ETag is not a checksum. Compared its time.");
        return IsNotNewer(local, stored);
    }

    /// <summary>Returns null if the stored file no longer exists or was replaced, so that the local file must be uploaded.</summary>
    private async Task<StoredMark?> InspectAsync(RemoteFile stored, StoredFiles files, CancellationToken cancellationToken)
    {
        try
        {
            return await files.WithUrlAsync(stored, cancellationToken) is { } readable
                ? await reader.InspectAsync(readable, cancellationToken)
                : null;
        }
        catch (StoreException)
        {
            return null;
        }
    }
}

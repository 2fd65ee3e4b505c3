namespace S3Auth.Cli.Transfers;

/// <summary>Decides whether a stored file is the same as a local one, from what the store reports about it.</summary>
internal static class StoredFileComparer
{
    // The store's times are whole seconds, and the difference of the clocks is accurate to about a second.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Compares MD5s if the ETag is an MD5. After a multipart upload, or if a managed key encrypts the object, it is not. Then compares
    /// times by the store's clock: the files count as the same if the local file last changed more than two seconds before the stored one
    /// was uploaded.
    /// </summary>
    internal static async Task<bool> IsSameAsync(FileInfo local, RemoteFile stored, FileReader reader, CancellationToken cancellationToken)
    {
        if (stored.Size != local.Length)
        {
            return false;
        }

        if (stored.Md5 is { } md5 && await Md5.OfFileAsync(local.FullName, cancellationToken) == md5)
        {
            return true;
        }

        try
        {
            var mark = await reader.InspectAsync(stored, cancellationToken);
            return !mark.HasMd5 && IsUnchangedSince(local, mark);
        }
        catch (StoreException)
        {
            // The stored file no longer exists or was replaced, so the local file must be uploaded.
            return false;
        }
    }

    /// <summary>Whether a local file has not changed since the other was stored; false if the store sends no time.</summary>
    internal static bool IsUnchangedSince(FileInfo local, StoredMark mark) =>
        mark.ClockSkew is { } skew && FileTimes.LastChangeUtc(local) + skew + ClockTolerance < mark.LastModified.UtcDateTime;
}

using S3Auth.Client;
using S3Auth.Client.Downloads;

namespace S3Auth.Cli.Transfers;

/// <summary>Whether a stored file is the same as a local one, as far as the store vouches for it.</summary>
internal static class StoredCopy
{
    // The store's clock is known to a second, and its times are in whole seconds.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    /// <summary>
    /// By MD5 where the ETag is one. Of what was uploaded in parts or encrypted with a managed key the ETag tells nothing: then by time,
    /// the store's: it is the same where the local file has not changed since two seconds before the other was stored.
    /// </summary>
    internal static async Task<bool> IsSameAsync(FileInfo local, RemoteFile stored, FileReader reader, CancellationToken cancellationToken)
    {
        if (stored.Size != local.Length)
        {
            return false;
        }

        if (stored.Md5 is { } md5 && await Md5.OfAsync(local.FullName, cancellationToken) == md5)
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
            // It is gone, or was replaced: what the local file is has to be sent.
            return false;
        }
    }

    /// <summary>Whether a local file has not changed since a stored one was stored; false where nothing tells.</summary>
    internal static bool IsUnchangedSince(FileInfo local, StoredMark mark) =>
        mark.ClockSkew is { } skew && FileTimes.LastChangeUtc(local) + skew + Margin < mark.LastModified.UtcDateTime;
}

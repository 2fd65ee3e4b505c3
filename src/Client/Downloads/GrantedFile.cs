using System.Net;

namespace S3Auth.Client.Downloads;

/// <summary>A file whose URL is replaced before it ends, and once where the store refuses it: keys that sign may end before their time.</summary>
internal sealed class GrantedFile(RemoteFile file, UrlRenewal renewal, TimeProvider time)
{
    // A URL must outlast the asking, not the transfer.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    private DateTimeOffset _renewable = DateTimeOffset.MinValue;
    private bool _isRefused;

    /// <summary>The file as it is known now.</summary>
    internal RemoteFile File { get; set; } = file;

    /// <summary>Whether the store has another version than <see cref="File"/> tells.</summary>
    internal bool IsReplaced { get; set; }

    /// <summary>Does something with the file's URL.</summary>
    /// <exception cref="StoreException">The store refused a fresh URL as well, or the file is gone.</exception>
    internal async Task<T> UseAsync<T>(Func<RemoteFile, Task<T>> use, CancellationToken cancellationToken)
    {
        // Its owner can make such a key, and nothing that is asked changes it.
        if (File.Url is null)
        {
            throw new StoreException(HttpStatusCode.BadRequest, "InvalidURI", "The file's key cannot be part of a URL; its owner must store it under another key.");
        }

        // A fresh URL that does not last longer than that is used as it is.
        var now = time.GetUtcNow();
        if (now >= File.UrlEndsAt - Margin && now >= _renewable)
        {
            _renewable = now + Margin;
            if (!await TryRenewAsync(cancellationToken).ConfigureAwait(false))
            {
                throw new StoreException(HttpStatusCode.NotFound, "NoSuchKey", "The file no longer exists.");
            }
        }

        try
        {
            return await use(File).ConfigureAwait(false);
        }
        catch (StoreException exception) when (exception.Status is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized && !_isRefused)
        {
            _isRefused = true;
            if (!await TryRenewAsync(cancellationToken).ConfigureAwait(false))
            {
                throw;
            }

            return await use(File).ConfigureAwait(false);
        }
    }

    private async Task<bool> TryRenewAsync(CancellationToken cancellationToken)
    {
        if (await renewal.RenewAsync(File, cancellationToken).ConfigureAwait(false) is not { Url: not null } renewed)
        {
            return false;
        }

        File = renewed;
        return true;
    }
}

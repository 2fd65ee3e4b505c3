namespace S3Auth.Client.Downloads;

/// <summary>
/// A file whose URL is renewed before it expires, and once if the store refuses it, because signing credentials can end early.
/// </summary>
internal sealed class RenewableFile(RemoteFile file, UrlRenewer renewal, TimeProvider time)
{
    // A URL must be valid when the request starts, not until the transfer ends.
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
        // An owner can create such a key, and no request changes that.
        if (File.Url is null)
        {
            throw new StoreException(HttpStatusCode.BadRequest, "InvalidURI", "The file's key cannot be part of a URL; its owner must store it under another key.");
        }

        // A fresh URL is used even if it does not last longer than that.
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

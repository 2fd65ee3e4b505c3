namespace S3Auth.Client.Downloads;

/// <summary>
/// A file whose URL is renewed before it expires. It is also renewed once if the store refuses it, because the signing credentials can
/// expire early.
/// </summary>
internal sealed class RenewableFile(RemoteFile file, UrlRenewer renewal, TimeProvider time)
{
    // A URL must be valid when the request starts, not until the transfer ends.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    private DateTimeOffset _renewable = DateTimeOffset.MinValue;
    private bool _isRefused;

    /// <summary>The newest known version of the file.</summary>
    internal RemoteFile File { get; set; } = file;

    /// <summary>Whether the store has a newer version than <see cref="File"/>.</summary>
    internal bool IsReplaced { get; set; }

    /// <summary>Calls a function with the file, after renewing its URL if necessary.</summary>
    /// <exception cref="StoreException">The store refused a fresh URL too, or the file no longer exists.</exception>
    internal async Task<T> UseAsync<T>(Func<RemoteFile, Task<T>> use, CancellationToken cancellationToken)
    {
        if (File.Url is null)
        {
            throw new StoreException(
                HttpStatusCode.BadRequest,
                "InvalidURI",
                "The file's key cannot be part of a URL. Its owner must store it under another key.");
        }

        // A renewed URL is used even if it expires within the margin.
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
        catch (StoreException exception) when (Failures.KindOf(exception) == FailureKind.GrantRefused && !_isRefused)
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

using System.Text.Json;

namespace S3Auth.Client.Downloads;

/// <summary>
/// Renews expired URLs, up to 1,000 with one grant. Renews the URL of a file at most once a minute, so that a store that refuses every URL
/// does not cost one grant per file.
/// </summary>
/// <param name="api">The server.</param>
/// <param name="time">This machine's clock.</param>
/// <param name="relist">Lists a page again, which costs one grant.</param>
/// <param name="find">Looks up one file, which costs one grant.</param>
internal sealed class UrlRenewer(
    IS3AuthApi api,
    TimeProvider time,
    Func<ListedPage, CancellationToken, Task<IReadOnlyList<RemoteFile>>> relist,
    Func<RemoteFile, CancellationToken, Task<RemoteFile?>> find)
{
    private const int MaxKeys = 1000;

    // The server accepts bodies of up to 512 KiB.
    private const int MaxBytes = 400 * 1024;

    // Two quotes and a comma in JSON.
    private const int BytesAroundKey = 3;

    private const int ExpiryHours = 24;

    // Per page. Each lookup costs a grant.
    private const int MaxLookups = 10;

    private static readonly TimeSpan MinRenewalInterval = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Returns the file with a new URL; null if the file no longer exists, or if its URL was renewed less than a minute ago.
    /// </summary>
    internal async Task<RemoteFile?> RenewAsync(RemoteFile file, CancellationToken cancellationToken)
    {
        if (file.Page is not { } page)
        {
            return await find(file, cancellationToken).ConfigureAwait(false);
        }

        await page.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var now = time.GetUtcNow();
            if (page.Renewed.TryGetValue(file.Identity, out var earlier))
            {
                if (earlier.File.Url != file.Url)
                {
                    // The caller may know a newer version, so only the URL changes.
                    return file with { Url = earlier.File.Url, UrlEndsAt = earlier.File.UrlEndsAt };
                }

                if (now < earlier.AskedAt + MinRenewalInterval)
                {
                    return null;
                }
            }

            if (page.Failure is { } failure && now < failure.At + MinRenewalInterval)
            {
                throw failure.Exception;
            }

            try
            {
                await RenewAsync(page, file, now, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                page.Failure = (exception, now);
                throw;
            }

            if (page.Renewed.TryGetValue(file.Identity, out var renewed) && renewed.AskedAt == now)
            {
                return file with { Url = renewed.File.Url, UrlEndsAt = renewed.File.UrlEndsAt };
            }

            // After new uploads, one of the caller's own files can be on another page.
            return page.Owner.Kind == FileOwner.OwnerKind.Own && page.Lookups++ < MaxLookups
                ? await find(file, cancellationToken).ConfigureAwait(false)
                : null;
        }
        finally
        {
            page.Gate.Release();
        }
    }

    private async Task RenewAsync(ListedPage page, RemoteFile file, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (page.Owner.Kind != FileOwner.OwnerKind.Own && file.RawKey is null && BatchFrom(page, file.Key) is { Count: > 0 } keys)
        {
            var answer = await SignAsync(page.Owner, keys, cancellationToken).ConfigureAwait(false);
            foreach (var (key, url) in answer)
            {
                if (FileReader.ReadUrl(url.Presigned_url) is { } fresh)
                {
                    page.Renewed[key] = (
                        file with { Key = key, Url = fresh, UrlEndsAt = now + FileReader.ReadLifetime(url.Expires_in_seconds) }, now);
                }
            }

            return;
        }

        foreach (var fresh in await relist(page, cancellationToken).ConfigureAwait(false))
        {
            page.Renewed[fresh.Identity] = (fresh, now);
        }
    }

    // Returns this file, then the files after it, then the files before it, because several downloads run at once.
    private static List<string> BatchFrom(ListedPage page, string key)
    {
        var keys = new List<string>();
        var bytes = 0;
        foreach (var next in page.Keys.SkipWhile(one => one != key).Concat(page.Keys.TakeWhile(one => one != key)))
        {
            bytes += JsonEncodedText.Encode(next).EncodedUtf8Bytes.Length + BytesAroundKey;
            if (keys.Count == MaxKeys || (keys.Count > 0 && bytes > MaxBytes))
            {
                break;
            }

            keys.Add(next);
        }

        return keys;
    }

    private async Task<IReadOnlyDictionary<string, FileUrl>> SignAsync(
        FileOwner owner, List<string> keys, CancellationToken cancellationToken)
    {
        var command = new GetFilePresignedUrlsCommand { File_keys = keys, Expiry_hours = ExpiryHours };
        if (owner.Kind == FileOwner.OwnerKind.MinerHotkey)
        {
            command.Miner_hotkey = owner.Account.ToString();
        }
        else
        {
            command.Miner_coldkey = owner.Account.ToString();
        }

        var answer = await api.GetFilePresignedUrlsAsync(command, cancellationToken).ConfigureAwait(false);
        return answer?.File_urls ?? new Dictionary<string, FileUrl>(StringComparer.Ordinal);
    }
}

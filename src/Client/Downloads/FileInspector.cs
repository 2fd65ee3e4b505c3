using System.Net.Http.Headers;

namespace S3Auth.Client.Downloads;

/// <summary>Reads the first byte of a file to get its headers, because a URL that is signed for GET does not allow HEAD.</summary>
internal sealed class FileInspector(StoreConnection store, S3AuthClientOptions options, UrlRenewer renewal)
{
    private readonly ResiliencePipeline<StoredMark> _retries = RetryPolicy.ForTransfers<StoredMark>(options);

    internal async Task<StoredMark> InspectAsync(RemoteFile file, CancellationToken cancellationToken)
    {
        var current = new RenewableFile(file, renewal, options.Time);
        return await _retries.ExecuteAsync(
            async token =>
                await current.UseAsync(one => ReadAsync(one, token), token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    private async Task<StoredMark> ReadAsync(RemoteFile file, CancellationToken cancellationToken)
    {
        using var stall = store.StartStallTimer(cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, file.Url);
        request.Headers.Range = file.Size > 0 ? new RangeHeaderValue(0, 0) : null;
        request.Headers.TryAddWithoutValidation("If-Match", $"\"{file.ETag}\"");
        var before = options.Time.GetUtcNow();
        using var response = await store.SendAsync(request, stall).ConfigureAwait(false);
        var after = options.Time.GetUtcNow();
        var skew = StoreConnection.ClockSkewOf(response, before, after);
        return new StoredMark(
            file.Md5 is not null && !Md5ETag.IsEncrypted(response), response.Content.Headers.LastModified ?? file.LastModified, skew);
    }
}

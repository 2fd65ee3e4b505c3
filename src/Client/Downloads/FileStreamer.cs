namespace S3Auth.Client.Downloads;

/// <summary>
/// Writes one file to a stream that cannot seek, such as a pipe. Continues an interrupted transfer at the next byte, if the store still
/// has the same version.
/// </summary>
internal sealed class FileStreamer(StoreConnection store, FileRequest request, S3AuthClientOptions options, UrlRenewer renewal)
{
    private readonly ResiliencePipeline<RemoteFile> _retries = RetryPolicy.ForTransfers<RemoteFile>(options);

    internal async Task<RemoteFile> CopyAsync(
        RemoteFile file, Stream target, IProgress<long>? received, CancellationToken cancellationToken)
    {
        var current = new RenewableFile(file, renewal, options.Time);
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        var (arrived, isPlain) = (0L, true);
        return await _retries.ExecuteAsync(
            async token => await current.UseAsync(one => FetchAsync(one, token), token).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);

        async Task<RemoteFile> FetchAsync(RemoteFile one, CancellationToken token)
        {
            if (arrived < one.Size)
            {
                using var stall = store.StartStallTimer(token);
                using var response = await request.SendAsync(one, arrived, isAnyVersion: false, stall).ConfigureAwait(false);
                FileRequest.VerifyRange(response, arrived, one);
                isPlain &= !Md5ETag.IsEncrypted(response);
                await request.CopyAsync(response, one, arrived, md5, stall, async block =>
                {
                    // Bytes that were passed on cannot be taken back, so they count even if the write fails.
                    arrived += block.Length;
                    await target.WriteAsync(block, token).ConfigureAwait(false);
                    received?.Report(block.Length);
                }, token).ConfigureAwait(false);
            }

            FileRequest.VerifyContent(one, arrived, md5, isPlain);
            return one;
        }
    }
}

using System.Runtime.ExceptionServices;

namespace S3Auth.Client.Uploads;

/// <summary>
/// Sends files and parts to the store, at most <see cref="FileUploaderOptions.Parallel"/> at once. Does not retry. Thread-safe.
/// </summary>
internal sealed class UploadSender(StoreConnection store, S3AuthClientOptions client, FileUploaderOptions options)
{
    // For a smaller file, waiting for the store's 100 Continue costs more than an upload that the store refuses.
    private const long MinExpectContinueBytes = 1024 * 1024;

    private readonly BandwidthLimit? _limit = options.MaxBytesPerSecond is { } limit ? new BandwidthLimit(limit, client.Time) : null;

    private SemaphoreSlim Slots { get; } = new(options.Parallel);

    /// <summary>Sends a range of a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="range">The range.</param>
    /// <param name="target">The destination.</param>
    /// <param name="cancellationToken">Cancels the upload; the store then keeps nothing of it.</param>
    /// <exception cref="HttpRequestException">The connection failed, or the store received other bytes.</exception>
    internal async Task<SentRange> SendAsync(
        FileToUpload file, FileRange range, UploadTarget target, CancellationToken cancellationToken)
    {
        await Slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await SendNowAsync(file, range, target, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Slots.Release();
        }
    }

    private async Task<SentRange> SendNowAsync(
        FileToUpload file, FileRange range, UploadTarget target, CancellationToken cancellationToken)
    {
        var url = FileReader.ReadUrl(target.Url) ?? throw new RefusedException(
            "unknown", HttpStatusCode.OK, "The server's answer has an upload URL that is not http or https.");
        using var stall = store.StartStallTimer(cancellationToken);
        var progress = new AttemptProgress(file.Sent);
        using var content = new UploadContent(file, range, stall)
        {
            Head = target.Form?.Head ?? [],
            Tail = target.Form?.Tail ?? [],
            NeedsMd5 = target.NeedsMd5,
            Limit = _limit,
            Sent = progress,
        };
        using var request = new HttpRequestMessage(target.Method, url) { Content = content };
        request.Headers.ExpectContinue = range.Length >= MinExpectContinueBytes;
        AddHeaders(request, target);
        try
        {
            using var response = await store.SendAsync(request, stall).ConfigureAwait(false);
            var etag = response.Headers.ETag?.Tag.Trim('"');
            var isMd5 = Md5ETag.HasForm(etag) && !Md5ETag.IsEncrypted(response);
            return isMd5 && content.Md5 is { } md5 && !string.Equals(etag, md5, StringComparison.OrdinalIgnoreCase)
                ? throw new HttpRequestException($"The store received different bytes (MD5 {etag}) than the client sent (MD5 {md5}).")
                : new SentRange(etag, content.Md5, isMd5);
        }
        catch (Exception exception)
        {
            progress.Undo();
            if (content.Failure is { } failure && exception is not OperationCanceledException)
            {
                ExceptionDispatchInfo.Throw(failure);
            }

            throw;
        }
    }

    // Headers of the content, such as Content-Type, are refused as headers of the request.
    private static void AddHeaders(HttpRequestMessage request, UploadTarget target)
    {
        foreach (var (name, value) in target.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content!.Headers.TryAddWithoutValidation(name, value);
            }
        }
    }
}

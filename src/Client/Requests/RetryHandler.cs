namespace S3Auth.Client.Requests;

/// <summary>Retries requests to the server. Each attempt passes the inner handlers, which sign it anew.</summary>
internal sealed class RetryHandler(S3AuthClientOptions options) : DelegatingHandler
{
    // Validators of a large subnet get tens of megabytes of URLs.
    private const int MaxAnswerBytes = 512 * 1024 * 1024;

    private const int MaxRefusalBytes = 64 * 1024;

    private readonly ResiliencePipeline<HttpResponseMessage> _retries = RetryPolicy.ForRequests(options);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        await _retries.ExecuteAsync(
            async token => await SendOnceAsync(request, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.AnswerTimeout, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            // Reads the body here, so that a connection that breaks within the body is retried too.
            var response = await base.SendAsync(request, either.Token).ConfigureAwait(false);
            var maxBytes = response.IsSuccessStatusCode ? MaxAnswerBytes : MaxRefusalBytes;
            await response.Content.LoadIntoBufferAsync(maxBytes, either.Token).ConfigureAwait(false);
            return response;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StalledException($"The server did not answer within {options.AnswerTimeout.TotalSeconds:0.#} s.");
        }
    }
}

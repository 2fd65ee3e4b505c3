namespace S3Auth.Client.Requests;

/// <summary>Sends a request again where that helps, each time through the handlers behind it, which sign it anew.</summary>
internal sealed class RetryHandler(S3AuthClientOptions options) : DelegatingHandler
{
    // Validators of a large subnet get tens of megabytes of URLs; what is longer is no answer of this service.
    private const int MaxAnswer = 512 * 1024 * 1024;

    // A sentence and what it is about.
    internal const int MaxRefusal = 64 * 1024;

    private readonly ResiliencePipeline<HttpResponseMessage> _retries = RetryPolicy.ForAnswers(options);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        await _retries.ExecuteAsync(async token => await SendOnceAsync(request, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.AnswerTimeout, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            // With its body: an answer that breaks off is none either.
            var response = await base.SendAsync(request, either.Token).ConfigureAwait(false);
            await response.Content.LoadIntoBufferAsync(response.IsSuccessStatusCode ? MaxAnswer : MaxRefusal, either.Token).ConfigureAwait(false);
            return response;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StalledException($"The server did not answer within {options.AnswerTimeout.TotalSeconds:0.#} s.");
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using Polly.Retry;

namespace S3Auth.Client.Requests;

/// <summary>Retries transient failures with exponential back-off and jitter.</summary>
internal static class RetryPolicy
{
    // Parallel transfers share the burst limit of one client address, so one of them may get 429 many times.
    private const int RateLimitAttemptFactor = 10;

    /// <summary>
    /// Retries requests to the server: connections that fail, and the statuses 408, 429, 500, 502, 503 and 504, after the Retry-After of
    /// the answer. Does not retry a Retry-After above <see cref="S3AuthClientOptions.LongestWait"/>, or a GET whose answer has none.
    /// </summary>
    internal static ResiliencePipeline<HttpResponseMessage> ForRequests(S3AuthClientOptions options) =>
        Build(options, new RetryStrategyOptions<HttpResponseMessage>
        {
            ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome switch
            {
                { Result.StatusCode: not HttpStatusCode.TooManyRequests } or { Exception: not null }
                    when arguments.AttemptNumber >= options.Attempts - 1 => false,
                { Exception: { } exception } => Failures.KindOf(exception) == FailureKind.Transient,
                { Result: { } response } => IsRetried(response, options),
                _ => false,
            }),
            DelayGenerator = arguments => ValueTask.FromResult(
                arguments.Outcome.Result?.Headers.RetryAfter?.Delta is { } wait
                    ? AddJitter(wait, arguments.AttemptNumber)
                    : (TimeSpan?)null),
            OnRetry = async arguments =>
            {
                var reason = arguments.Outcome switch
                {
                    { Exception: { } exception } => RetryReason.Of(exception, "the server"),
                    { Result: { } response } => await RetryReason.OfAsync(response).ConfigureAwait(false),
                    _ => "no answer",
                };
                var isRateLimited = arguments.Outcome.Result?.StatusCode == HttpStatusCode.TooManyRequests;
                Report(options, arguments.AttemptNumber, isRateLimited ? RateLimitAttemptFactor : 1, arguments.RetryDelay, reason);

                // The next attempt has its own answer.
                arguments.Outcome.Result?.Dispose();
            },
        }, RateLimitAttemptFactor);

    /// <summary>Retries transfers to and from a store.</summary>
    internal static ResiliencePipeline<T> ForTransfers<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] T>(
        S3AuthClientOptions options) =>
        Build(options, new RetryStrategyOptions<T>
        {
            ShouldHandle = arguments => ValueTask.FromResult(
                arguments.Outcome.Exception is { } exception && Failures.KindOf(exception) == FailureKind.Transient),
            OnRetry = arguments =>
            {
                var reason = RetryReason.Of(arguments.Outcome.Exception!, "the store");
                Report(options, arguments.AttemptNumber, attemptFactor: 1, arguments.RetryDelay, reason);
                return ValueTask.CompletedTask;
            },
        });

    // /healthz and /readyz answer 503 as a result. A refusal that can pass has a Retry-After.
    private static bool IsRetried(HttpResponseMessage response, S3AuthClientOptions options) =>
        Failures.KindOf(response.StatusCode) == FailureKind.Transient
        && (response.Headers.RetryAfter?.Delta ?? TimeSpan.Zero) <= options.LongestWait
        && (response.RequestMessage?.Method == HttpMethod.Post || response.Headers.RetryAfter is not null);

    // Without jitter, all clients with the same Retry-After would come back at the same moment.
    private static TimeSpan AddJitter(TimeSpan wait, int attempt) => wait * (1 + (Random.Shared.NextDouble() * Math.Min(attempt, 8) / 4));

    // Polly validates its options, and keeps the members of the result for that.
    private static ResiliencePipeline<T> Build<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] T>(
        S3AuthClientOptions options, RetryStrategyOptions<T> retry, int attemptFactor = 1)
    {
        var builder = new ResiliencePipelineBuilder<T> { TimeProvider = options.Time };
        if (options.Attempts > 1)
        {
            retry.MaxRetryAttempts = (options.Attempts - 1) * attemptFactor;
            retry.BackoffType = DelayBackoffType.Exponential;
            retry.UseJitter = true;
            retry.Delay = options.FirstWait;
            retry.MaxDelay = options.LongestWait;
            builder.AddRetry(retry);
        }

        return builder.Build();
    }

    private static void Report(S3AuthClientOptions options, int attempt, int attemptFactor, TimeSpan wait, string reason) =>
        options.OnRetry?.Invoke(new RetryNotice(attempt + 1, (options.Attempts - 1) * attemptFactor, wait, reason));
}

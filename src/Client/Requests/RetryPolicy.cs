using System.Net.Sockets;
using Polly.Retry;

namespace S3Auth.Client.Requests;

/// <summary>When something is tried again, how often, and after how long.</summary>
internal static class RetryPolicy
{
    private const int RateLimitAttemptFactor = 10;

    /// <summary>What a server says that may be otherwise in a while.</summary>
    internal static bool IsPassing(HttpStatusCode status) => status is
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway
        or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    /// <summary>A failure on the way, not of what was asked.</summary>
    internal static bool IsPassing(Exception exception) => exception switch
    {
        HttpRequestException => true,
        // S3 says 400 where a body did not arrive in time.
        StoreException store => IsPassing(store.Status) || store.Code == "RequestTimeout",
        StalledException or HttpIOException or IOException { InnerException: SocketException } => true,
        _ => false,
    };

    /// <summary>
    /// For requests to the service: 429, 503 and 504 with what they say about when, and connections that fail. Whoever is one of many that
    /// come too fast (429) is told so more often than others are tried.
    /// </summary>
    internal static ResiliencePipeline<HttpResponseMessage> ForAnswers(S3AuthClientOptions options) =>
        Build(options, new RetryStrategyOptions<HttpResponseMessage>
        {
            ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome switch
            {
                { Result.StatusCode: not HttpStatusCode.TooManyRequests } or { Exception: not null } when arguments.AttemptNumber >= options.Attempts - 1 => false,
                { Exception: { } exception } => IsPassing(exception),
                { Result: { } response } => IsPassing(response.StatusCode)
                    && (response.Headers.RetryAfter?.Delta ?? TimeSpan.Zero) <= options.LongestWait
                    && (response.RequestMessage?.Method == HttpMethod.Post || response.Headers.RetryAfter is not null),
                _ => false,
            }),
            DelayGenerator = arguments => ValueTask.FromResult(
                arguments.Outcome.Result?.Headers.RetryAfter?.Delta is { } wait ? Spread(wait, arguments.AttemptNumber) : (TimeSpan?)null),
            OnRetry = arguments =>
            {
                Tell(options, arguments.AttemptNumber, arguments.RetryDelay, arguments.Outcome switch
                {
                    { Exception: { } exception } => Reason(exception),
                    { Result: { } response } => $"the server answered {(int)response.StatusCode}",
                    _ => "no answer",
                });

                // The next attempt brings its own.
                arguments.Outcome.Result?.Dispose();
                return ValueTask.CompletedTask;
            },
        }, RateLimitAttemptFactor);

    /// <summary>For transfers to and from a store.</summary>
    internal static ResiliencePipeline<T> ForTransfers<T>(S3AuthClientOptions options, Func<Exception, bool>? alsoPassing = null) =>
        Build(options, new RetryStrategyOptions<T>
        {
            ShouldHandle = arguments => ValueTask.FromResult(
                arguments.Outcome.Exception is { } exception && (IsPassing(exception) || alsoPassing?.Invoke(exception) == true)),
            OnRetry = arguments =>
            {
                Tell(options, arguments.AttemptNumber, arguments.RetryDelay, Reason(arguments.Outcome.Exception!));
                return ValueTask.CompletedTask;
            },
        });

    // All that were told the same would come back at once.
    private static TimeSpan Spread(TimeSpan wait, int attempt) => wait * (1 + (Random.Shared.NextDouble() * Math.Min(attempt, 8) / 4));

    private static ResiliencePipeline<T> Build<T>(S3AuthClientOptions options, RetryStrategyOptions<T> retry, int patience = 1)
    {
        var builder = new ResiliencePipelineBuilder<T> { TimeProvider = options.Time };
        if (options.Attempts > 1)
        {
            retry.MaxRetryAttempts = (options.Attempts - 1) * patience;
            retry.BackoffType = DelayBackoffType.Exponential;
            retry.UseJitter = true;
            retry.Delay = options.FirstWait;
            retry.MaxDelay = options.LongestWait;
            builder.AddRetry(retry);
        }

        return builder.Build();
    }

    private static void Tell(S3AuthClientOptions options, int attempt, TimeSpan wait, string reason) =>
        options.OnRetry?.Invoke(new RetryNotice(attempt + 1, wait, reason));

    // The framework's texts of failed connections name host and port, never a path or query.
    private static string Reason(Exception exception) => exception switch
    {
        StoreException store => $"the store answered {(int)store.Status} {store.Code}",
        _ => exception.Message,
    };
}

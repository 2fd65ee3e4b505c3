namespace S3Auth.Api.Limits;

/// <summary>
/// Paces everything that is not an answer to a POST: pages, documents, metrics, and their refusals. Answers to POSTs are paced by their
/// output formatter, and refusals of POSTs by <see cref="Errors.ProblemMiddleware"/>: both write without another stream in between.
/// </summary>
internal static class SlowReaderTimeouts
{
    // Probes of load balancers are not counted by the burst limit, so only this ends them.
    private const int MaxPerConnection = 100;

    private static readonly RequestsPerConnection Requests = new(MaxPerConnection);

    internal static void UseSlowReaderTimeouts(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            Requests.Add(context);
            context.Response.Body = new TimedStream(new TimedWriter(context, isProved: false));
        }

        return next(context);
    });
}

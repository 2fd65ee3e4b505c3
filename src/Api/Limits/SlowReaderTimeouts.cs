namespace S3Auth.Api.Limits;

/// <summary>
/// Applies the timeouts of <see cref="TimedWriter"/> to everything except answers to POSTs: pages, documents, metrics and their refusals.
/// The output formatter applies them to answers to POSTs, and <see cref="Errors.ProblemMiddleware"/> to refusals of POSTs.
/// </summary>
internal static class SlowReaderTimeouts
{
    // The burst limit does not count probes of load balancers, so nothing else bounds them.
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

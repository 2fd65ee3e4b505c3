namespace S3Auth.Api.Limits;

/// <summary>
/// Paces all public content: pages, documents and metrics. Answers to signed requests, which are POSTs, are paced by their output
/// formatter.
/// </summary>
internal static class PacedAnswers
{
    internal static void UsePacedAnswers(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.Body = new PacedStream(new PacedWriter(context));
        }

        return next(context);
    });
}

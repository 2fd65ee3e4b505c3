namespace S3Auth.Api.Limits;

/// <summary>
/// Paces what anyone may read: pages, documents, metrics, whoever writes them. Answers to signed requests, which are POSTs, are paced where
/// they are written.
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

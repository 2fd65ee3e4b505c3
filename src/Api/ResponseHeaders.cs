namespace S3Auth.Api;

/// <summary>Adds the headers that every answer has.</summary>
internal static class ResponseHeaders
{
    internal static void UseResponseHeaders(this IApplicationBuilder app)
    {
        var limits = new RateLimitHeaders(app.ApplicationServices.GetRequiredService<TimeProvider>());
        var stop = app.ApplicationServices.GetRequiredService<ServiceStop>();
        Func<object, Task> complete = Complete;
        app.Use((context, next) =>
        {
            var headers = context.Response.Headers;

            // Browsers must not guess another content type, and must not show answers in frames of other pages.
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "no-referrer";

            // Grants are for their caller only, and other answers change. Answers that may be cached override this.
            headers.CacheControl = "no-store";
            headers.ContentSecurityPolicy = context.Request.Path.StartsWithSegments("/docs", StringComparison.OrdinalIgnoreCase)
                ? DocsPage.ContentSecurityPolicy
                : "default-src 'none'; frame-ancestors 'none'";

            context.Response.OnStarting(complete, context);
            return next(context);
        });

        Task Complete(object state)
        {
            var context = (HttpContext)state;
            limits.Write(context, context.RequestServices.GetRequiredService<Caller>().Quota);
            if (stop.HasBegun)
            {
                // The client must open a new connection, which goes to another instance.
                context.Response.Headers.Connection = "close";
            }

            return Task.CompletedTask;
        }
    }
}

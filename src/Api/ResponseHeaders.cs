namespace S3Auth.Api;

/// <summary>What every answer says besides its content.</summary>
internal static class ResponseHeaders
{
    internal static void UseResponseHeaders(this IApplicationBuilder app)
    {
        var time = app.ApplicationServices.GetRequiredService<TimeProvider>();
        var stop = app.ApplicationServices.GetRequiredService<ServiceStop>();
        Func<object, Task> complete = Complete;
        app.Use((context, next) =>
        {
            var headers = context.Response.Headers;

            // Answers are what their content type says, also to a browser that thinks it knows better, and stand in no other page.
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "no-referrer";

            // What is granted is its caller's alone, and what is told is true now. What may be kept says so itself.
            headers.CacheControl = "no-store";
            if (!context.Request.Path.StartsWithSegments("/docs", StringComparison.OrdinalIgnoreCase))
            {
                headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
            }

            context.Response.OnStarting(complete, context);
            return next(context);
        });

        Task Complete(object state)
        {
            var context = (HttpContext)state;
            RateLimitHeaders.Write(context, context.RequestServices.GetRequiredService<QuotaUse>(), time);
            if (stop.HasBegun)
            {
                // The client's next request goes to an instance that stays.
                context.Response.Headers.Connection = "close";
            }

            return Task.CompletedTask;
        }
    }
}

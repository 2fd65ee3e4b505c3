namespace S3Auth.Api.Pages;

/// <summary>Maps <see cref="StaticContent"/> to paths.</summary>
internal static class StaticEndpoints
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Serves content at a path.</summary>
    /// <param name="app">The application.</param>
    /// <param name="path">The path, with a leading <c>/</c>.</param>
    /// <param name="content">Returns the content; the caller makes it at most once.</param>
    /// <param name="cacheControl">The answer's <c>Cache-Control</c>; <see cref="StaticContent.Revalidate"/> by default.</param>
    internal static void MapStatic(
        this WebApplication app, string path, Func<Task<StaticContent>> content, Func<HttpContext, string>? cacheControl = null) =>
        app.MapMethods(
            path,
            Methods,
            async (HttpContext context) =>
                await (await content()).SendAsync(context, cacheControl?.Invoke(context) ?? StaticContent.Revalidate));
}

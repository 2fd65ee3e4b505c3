
namespace S3Auth.Api.OpenApi;

/// <summary>
/// The interactive page at <c>/docs</c>: Swagger UI. Its package decompresses a file again for each request, which costs as much CPU as
/// many signatures. So each file is read from it once and served from memory, and no other path reaches the package.
/// </summary>
internal static class DocsPage
{
    private const string Folder = "docs";
    private const string Index = "index.html";

    private static readonly string[] Files =
    [
        Index, "index.css", "index.js", "swagger-ui.css", "swagger-ui-bundle.js", "swagger-ui-standalone-preset.js", "favicon-16x16.png",
        "favicon-32x32.png", "oauth2-redirect.html", "oauth2-redirect.js",
    ];

    internal static void MapDocsPage(this WebApplication app)
    {
        var package = new ApplicationBuilder(app.Services)
            .UseSwaggerUI(page =>
            {
                page.RoutePrefix = Folder;
                page.DocumentTitle = "S3Auth";
                page.SwaggerEndpoint(".." + ServiceDocument.Path, "S3Auth");
                page.EnableTryItOutByDefault();
                page.DisplayRequestDuration();
                page.DefaultModelsExpandDepth(0);
            })
            .Build();

        foreach (var file in Files)
        {
            var content = new SingleFlightCache<StaticContent>(
                () => ReadAsync(package, app.Services, $"/{Folder}/{file}"), Timeout.InfiniteTimeSpan, TimeProvider.System);
            app.MapStatic($"/{Folder}/{file}", () => content.GetAsync(CancellationToken.None));
        }

        // Relative, so that it also holds below a path of a proxy.
        app.MapMethods("/" + Folder, [HttpMethods.Get, HttpMethods.Head], (HttpContext context) =>
        {
            context.Response.StatusCode = StatusCodes.Status301MovedPermanently;
            context.Response.Headers.Location = context.Request.Path.Value!.EndsWith('/') ? Index : $"{Folder}/{Index}";
        }).ExcludeFromDescription();
    }

    private static async Task<StaticContent> ReadAsync(RequestDelegate package, IServiceProvider services, string path)
    {
        await using var scope = services.CreateAsyncScope();
        using var body = new MemoryStream();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        context.Request.Method = HttpMethods.Get;
        context.Request.Path = path;
        context.Response.Body = body;
        await package(context);
        return context.Response.StatusCode == StatusCodes.Status200OK
            ? await StaticContent.CompressAsync(body.ToArray(), context.Response.ContentType ?? "application/octet-stream")
            : throw new InvalidOperationException($"Swagger UI has no file {path}: it answered {context.Response.StatusCode}.");
    }
}

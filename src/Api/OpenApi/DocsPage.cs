using System.Reflection;
using NSwag.AspNetCore;

namespace S3Auth.Api.OpenApi;

/// <summary>
/// The interactive page at <c>/docs</c>: Swagger UI, with the scripts and styles of NSwag's package. NSwag's own page has an inline script,
/// which the content security policy forbids, so the page and its script are files of this program. Each file is read and compressed once
/// and served from memory.
/// </summary>
internal static class DocsPage
{
    /// <summary>The page loads scripts, styles and data from this server only. Swagger UI sets styles of elements.</summary>
    internal const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string Folder = "docs";
    private const string Index = "index.html";

    private static readonly (string Name, string ContentType)[] OwnFiles =
    [
        (Index, "text/html; charset=utf-8"),
        ("index.js", "text/javascript; charset=utf-8"),
    ];

    private static readonly (string Name, string ContentType)[] PackageFiles =
    [
        ("index.css", "text/css; charset=utf-8"),
        ("swagger-ui.css", "text/css; charset=utf-8"),
        ("swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
        ("swagger-ui-standalone-preset.js", "text/javascript; charset=utf-8"),
        ("favicon-16x16.png", "image/png"),
        ("favicon-32x32.png", "image/png"),
    ];

    internal static void MapDocsPage(this WebApplication app)
    {
        app.MapFiles(OwnFiles, typeof(DocsPage).Assembly, "Docs.");
        app.MapFiles(PackageFiles, typeof(SwaggerUiSettings).Assembly, "NSwag.AspNetCore.SwaggerUi.");

        // Relative, so that it also works below a path of a proxy.
        app.MapMethods("/" + Folder, [HttpMethods.Get, HttpMethods.Head], (HttpContext context) =>
        {
            context.Response.StatusCode = StatusCodes.Status301MovedPermanently;
            context.Response.Headers.Location = context.Request.Path.Value!.EndsWith('/') ? Index : $"{Folder}/{Index}";
        });
    }

    private static void MapFiles(this WebApplication app, (string Name, string ContentType)[] files, Assembly assembly, string prefix)
    {
        foreach (var (name, contentType) in files)
        {
            var content = new SingleFlightCache<StaticContent>(
                () => StaticContent.CompressAsync(Read(assembly, prefix + name), contentType),
                Timeout.InfiniteTimeSpan,
                TimeProvider.System);
            app.MapStatic($"/{Folder}/{name}", () => content.GetAsync(CancellationToken.None));
        }
    }

    private static byte[] Read(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{assembly.GetName().Name} has no file {name}.");
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}

using System.Security.Cryptography;

namespace S3Auth.Api.Pages;

/// <summary>What the page is shown with: its style, its script, its icon. Part of the program, and small.</summary>
public sealed class Assets
{
    private const string Prefix = "Assets.";

    /// <summary>How many hex digits of the hash tell one version of an asset from another.</summary>
    private const int MarkLength = 16;

    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    private readonly Dictionary<string, Asset> _all = new[]
    {
        Read("page.css", "text/css; charset=utf-8"),
        Read("page.js", "text/javascript; charset=utf-8"),
        Read("icon.svg", "image/svg+xml"),
    }.ToDictionary(asset => asset.Name, StringComparer.Ordinal);

    /// <summary>The style, relative to the page.</summary>
    public string StylePath => _all["page.css"].Path;

    /// <summary>The script.</summary>
    public string ScriptPath => _all["page.js"].Path;

    /// <summary>The icon.</summary>
    public string IconPath => _all["icon.svg"].Path;

    /// <summary>Serves each of them.</summary>
    internal void Map(WebApplication app)
    {
        foreach (var asset in _all.Values)
        {
            app.MapMethods("/" + asset.Name, Methods, (HttpContext context) => AnswerAsync(context, asset)).ExcludeFromDescription();
        }
    }

    private static Task AnswerAsync(HttpContext context, Asset asset)
    {
        // Of another version's page, while instances of two versions answer: shown, but not kept as that one's.
        var isOwn = string.Equals(context.Request.Query["v"], asset.Mark, StringComparison.Ordinal);
        context.Response.Headers.CacheControl = isOwn ? "public, max-age=31536000, immutable" : "no-cache";
        context.Response.ContentType = asset.ContentType;
        context.Response.ContentLength = asset.Content.Length;
        return context.Response.Body.WriteAsync(asset.Content, context.RequestAborted).AsTask();
    }

    private static Asset Read(string name, string contentType)
    {
        using var stream = typeof(Assets).Assembly.GetManifestResourceStream(Prefix + name)
            ?? throw new InvalidOperationException($"{name} is no part of this program.");
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return new Asset(name, contentType, content, Convert.ToHexStringLower(SHA256.HashData(content))[..MarkLength]);
    }

    private sealed record Asset(string Name, string ContentType, byte[] Content, string Mark)
    {
        public string Path => $"{Name}?v={Mark}";
    }
}

using System.Security.Cryptography;

namespace S3Auth.Api.Pages;

/// <summary>What the page is shown with: its style, its script, its icon. Part of the program, and small.</summary>
public sealed class Assets
{
    private const string Prefix = "Assets.";

    /// <summary>How many hex digits of the hash tell one version of an asset from another.</summary>
    private const int MarkLength = 16;

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
            app.MapStatic("/" + asset.Name, () => asset.Content, context => IsOwn(context, asset) ? "public, max-age=31536000, immutable" : StaticContent.Revalidate);
        }
    }

    // While instances of two versions run, a page of the other version asks with its own version mark: it gets this asset, but must not
    // cache it.
    private static bool IsOwn(HttpContext context, Asset asset) => string.Equals(context.Request.Query["v"], asset.Mark, StringComparison.Ordinal);

    private static Asset Read(string name, string contentType)
    {
        using var stream = typeof(Assets).Assembly.GetManifestResourceStream(Prefix + name)
            ?? throw new InvalidOperationException($"{name} is no part of this program.");
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return new Asset(name, StaticContent.CompressAsync(content, contentType), Convert.ToHexStringLower(SHA256.HashData(content))[..MarkLength]);
    }

    private sealed record Asset(string Name, Task<StaticContent> Content, string Mark)
    {
        public string Path => $"{Name}?v={Mark}";
    }
}

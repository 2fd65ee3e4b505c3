using System.Security.Cryptography;

namespace S3Auth.Api.Pages;

/// <summary>The page's style, script and icon, which are embedded in the program.</summary>
public sealed class Assets
{
    private const string Prefix = "Assets.";

    // Hex digits of the hash in an asset's version.
    private const int VersionLength = 16;

    private readonly Dictionary<string, Asset> _all = new[]
    {
        Read("page.css", "text/css; charset=utf-8"),
        Read("page.js", "text/javascript; charset=utf-8"),
        Read("icon.svg", "image/svg+xml"),
    }.ToDictionary(asset => asset.Name, StringComparer.Ordinal);

    /// <summary>The style's path, relative to the page.</summary>
    public string StylePath => _all["page.css"].Path;

    /// <summary>The script's path, relative to the page.</summary>
    public string ScriptPath => _all["page.js"].Path;

    /// <summary>The icon's path, relative to the page.</summary>
    public string IconPath => _all["icon.svg"].Path;

    /// <summary>Serves the assets.</summary>
    internal void Map(WebApplication app)
    {
        foreach (var asset in _all.Values)
        {
            app.MapStatic(
                "/" + asset.Name,
                () => asset.Content,
                context => HasVersion(context, asset) ? "public, max-age=31536000, immutable" : StaticContent.Revalidate);
        }
    }

    // While instances of two versions run, a page of the other version asks with that version: it gets this asset, but must not
    // cache it.
    private static bool HasVersion(HttpContext context, Asset asset) =>
        string.Equals(context.Request.Query["v"], asset.Version, StringComparison.Ordinal);

    private static Asset Read(string name, string contentType)
    {
        using var stream = typeof(Assets).Assembly.GetManifestResourceStream(Prefix + name)
            ?? throw new InvalidOperationException($"{name} is not embedded in this program.");
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        var version = Convert.ToHexStringLower(SHA256.HashData(content))[..VersionLength];
        return new Asset(name, StaticContent.CompressAsync(content, contentType), version);
    }

    private sealed record Asset(string Name, Task<StaticContent> Content, string Version)
    {
        public string Path => $"{Name}?v={Version}";
    }
}

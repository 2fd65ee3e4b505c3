using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using S3Auth.Api.Pages.Snippets;

namespace S3Auth.Api.Pages;

/// <summary>Writes the page at <c>/</c>.</summary>
public sealed class HomePageRenderer(BaseUrl address, Assets assets, FolderLayout layout, IObjectStore store, IServiceProvider services, ILoggerFactory loggers)
{
    /// <summary>
    /// What the page may do in a browser: show itself with its own style, script and icon, ask this server again, and nothing else. What somebody
    /// would get into it could neither run nor be sent anywhere.
    /// </summary>
    internal const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>The page as HTML.</summary>
    /// <param name="status">How the service is.</param>
    /// <param name="check">The hotkey that was asked about; null where none was.</param>
    /// <param name="request">The request, which knows the address that the browser came by.</param>
    internal async Task<string> WriteAsync(Status status, HotkeyCheckResult? check, HttpRequest request)
    {
        var chain = status.Health.MetagraphSyncer;
        var model = new HomePageModel
        {
            Status = status,
            Check = check,
            MinBytes = UploadPolicy.MinBytes,
            MaxBytes = UploadPolicy.MaxBytes,
            IsAddressKnown = address.IsKnown,
            Snippets = new UsageSnippets(address.Of(request), chain.Network, chain.Netuid, layout, store.UploadMethod),
            Assets = assets,
        };
        await using var renderer = new HtmlRenderer(services, loggers);
        return await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var page = await renderer.RenderComponentAsync<HomePage>(
                ParameterView.FromDictionary(new Dictionary<string, object?>(StringComparer.Ordinal) { [nameof(HomePage.Model)] = model }));
            return page.ToHtmlString();
        });
    }
}

/// <summary>All that the page shows.</summary>
public sealed class HomePageModel
{
    /// <summary>How the service is.</summary>
    public required Status Status { get; init; }

    /// <summary>The hotkey that was asked about; null where none was.</summary>
    public required HotkeyCheckResult? Check { get; init; }

    /// <summary>The smallest file.</summary>
    public required long MinBytes { get; init; }

    /// <summary>The largest file.</summary>
    public required long MaxBytes { get; init; }

    /// <summary>Whether the snippets' address is the operator's word.</summary>
    public required bool IsAddressKnown { get; init; }

    /// <summary>The snippets.</summary>
    public required UsageSnippets Snippets { get; init; }

    /// <summary>What the page is shown with.</summary>
    public required Assets Assets { get; init; }
}

using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace S3Auth.Api.Pages;

/// <summary>Renders the page at <c>/</c>.</summary>
public sealed class HomePageRenderer(
    BaseUrl address,
    Assets assets,
    PageOptions options,
    FolderLayout layout,
    SubnetRules rules,
    FileSizeLimits sizes,
    IStoreState store,
    IServiceProvider services,
    ILoggerFactory loggers)
{
    /// <summary>
    /// The page may load its own style, script and icon, submit its form to this server, and request this server again. Injected markup can
    /// neither run a script nor send data elsewhere.
    /// </summary>
    internal const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
        + "base-uri 'none'; frame-ancestors 'none'";

    /// <summary>Returns the page as HTML.</summary>
    /// <param name="status">The state of the service.</param>
    /// <param name="check">The result of an address check; null if the visitor asked for none.</param>
    /// <param name="request">The request. Its host is the address of the examples if the operator has set none.</param>
    internal async Task<string> RenderAsync(Status status, HotkeyCheckResult? check, HttpRequest request)
    {
        var chain = status.Health.MetagraphSyncer;
        var model = new HomePageModel
        {
            Status = status,
            Check = check,
            MinBytes = sizes.MinBytes,
            MaxBytes = sizes.MaxBytes,
            IsAddressKnown = address.IsKnown,
            ProjectUrl = options.ProjectUrl,
            ToolUrl = options.ToolUrl,
            HasDevelopmentAccounts = options.HasDevelopmentAccounts,
            HasSessions = options.HasSessions && store.Current.SessionProblem is null,
            MinersMayRead = rules.MinersMayRead,
            Snippets = new UsageSnippets(
                address.Of(request), chain.Network, chain.Netuid, layout, store.Current.UploadMethod, options.ToolUrl),
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

/// <summary>The parts of the configuration that the page shows.</summary>
/// <param name="ProjectUrl">The address of S3Auth's sources; null for none.</param>
/// <param name="ToolUrl">Where <c>s3auth</c> and the Python package can be downloaded; null for nowhere.</param>
/// <param name="HasDevelopmentAccounts">Whether the metagraph is that of the development accounts.</param>
/// <param name="HasSessions">Whether this deployment gives temporary credentials.</param>
public sealed record PageOptions(Uri? ProjectUrl, Uri? ToolUrl, bool HasDevelopmentAccounts, bool HasSessions);

/// <summary>Everything that the page shows.</summary>
public sealed class HomePageModel
{
    /// <summary>The state of the service.</summary>
    public required Status Status { get; init; }

    /// <summary>The result of an address check; null if the visitor asked for none.</summary>
    public required HotkeyCheckResult? Check { get; init; }

    /// <summary>The smallest file that may be uploaded, in bytes.</summary>
    public required long MinBytes { get; init; }

    /// <summary>The largest file that may be uploaded, in bytes.</summary>
    public required long MaxBytes { get; init; }

    /// <summary>Whether miners may read all files too.</summary>
    public required bool MinersMayRead { get; init; }

    /// <summary>Whether the operator has set the address of this server.</summary>
    public required bool IsAddressKnown { get; init; }

    /// <summary>The address of S3Auth's sources; null for none.</summary>
    public required Uri? ProjectUrl { get; init; }

    /// <summary>Where <c>s3auth</c> and the Python package can be downloaded; null for nowhere.</summary>
    public required Uri? ToolUrl { get; init; }

    /// <summary>Whether the metagraph is that of the development accounts.</summary>
    public required bool HasDevelopmentAccounts { get; init; }

    /// <summary>Whether this deployment gives temporary credentials.</summary>
    public required bool HasSessions { get; init; }

    /// <summary>The examples.</summary>
    public required UsageSnippets Snippets { get; init; }

    /// <summary>The style, script and icon.</summary>
    public required Assets Assets { get; init; }
}

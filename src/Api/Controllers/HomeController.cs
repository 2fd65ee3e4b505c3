using Microsoft.Net.Http.Headers;

namespace S3Auth.Api.Controllers;

/// <summary>The front door: a page for people, an index for programs.</summary>
[ApiController]
[ApiExplorerSettings(IgnoreApi = true)]
public sealed class HomeController(IMediator mediator, HomePageRenderer writer) : ControllerBase
{
    private const string Html = "text/html";
    private const string Json = "application/json";

    // What is shown again of what was typed; an address is shorter.
    private const int LongestEcho = 64;

    private static readonly Dictionary<string, string> Links = new(StringComparer.Ordinal)
    {
        ["docs"] = "docs/",
        ["openapi"] = "openapi.json",
        ["status"] = "status",
        ["healthcheck"] = "healthcheck",
        ["commitment_formats"] = "commitment-formats",
        ["structure_info"] = "structure-info",
        ["rate_limits"] = "rate-limits",
    };

    [HttpGet("/"), HttpHead("/")]
    public async Task<IActionResult> Get(CancellationToken cancellationToken)
    {
        Response.Headers.Vary = HeaderNames.Accept;
        if (WantsJson(Request.GetTypedHeaders().Accept))
        {
            return Ok(await IndexAsync(cancellationToken));
        }

        var status = await mediator.Send(new GetStatusQuery(), cancellationToken);
        var check = await CheckAsync(Request.Query["hotkey"], cancellationToken);
        Response.Headers.ContentSecurityPolicy = HomePageRenderer.ContentSecurityPolicy;
        return Content(await writer.WriteAsync(status, check, Request), Html + "; charset=utf-8");
    }

    /// <summary>Whether JSON is preferred to a page: only when it is named, and no less wanted than a page is.</summary>
    internal static bool WantsJson(IList<MediaTypeHeaderValue> accepted)
    {
        double? Quality(string type) => accepted.Where(one => one.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase)).Max(one => (double?)(one.Quality ?? 1));

        return Quality(Json) is > 0 and var json && json >= (Quality(Html) ?? 0);
    }

    private async Task<ServiceIndex> IndexAsync(CancellationToken cancellationToken)
    {
        var chain = (await mediator.Send(new GetReadinessQuery(), cancellationToken)).MetagraphSyncer;
        var structure = await mediator.Send(new GetStructureQuery(), cancellationToken);
        return new ServiceIndex("S3Auth", ServiceVersion.Text, chain.Network, chain.Netuid, structure.FolderLayout, Links);
    }

    private async Task<HotkeyCheckResult?> CheckAsync(string? typed, CancellationToken cancellationToken)
    {
        var asked = typed?.Trim();
        if (string.IsNullOrEmpty(asked))
        {
            return null;
        }

        if (!Ss58.TryDecode(asked, out var hotkey, out var error))
        {
            return new HotkeyCheckResult(asked[..Math.Min(asked.Length, LongestEcho)], Status: null, error.Describe(), IsMalformed: true);
        }

        try
        {
            return new HotkeyCheckResult(asked, await mediator.Send(new GetHotkeyQuery(hotkey), cancellationToken));
        }
        catch (RefusedException unknown) when (unknown.Code == RefusalCode.ChainUnavailable)
        {
            return new HotkeyCheckResult(asked, Status: null, unknown.Message);
        }
    }
}

using Microsoft.Net.Http.Headers;

namespace S3Auth.Api.Controllers;

/// <summary>Serves <c>/</c>: a page to browsers, an index to programs.</summary>
[ApiController]
[ApiExplorerSettings(IgnoreApi = true)]
public sealed class HomeController(IMediator mediator, HomePageRenderer renderer) : ControllerBase
{
    private const string Html = "text/html";
    private const string Json = "application/json";

    // The page repeats at most this much of a text that is not an address.
    private const int MaxEchoLength = 64;

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
        return Content(await renderer.RenderAsync(status, check, Request), Html + "; charset=utf-8");
    }

    /// <summary>Whether the client prefers JSON: it names JSON, with a quality at least as high as that of HTML.</summary>
    internal static bool WantsJson(IList<MediaTypeHeaderValue> accepted)
    {
        double? Quality(string type) => accepted
            .Where(one => one.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase))
            .Max(one => (double?)(one.Quality ?? 1));

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

        if (!Ss58.TryDecode(asked, out var address, out var error))
        {
            return new HotkeyCheckResult(
                asked[..Math.Min(asked.Length, MaxEchoLength)],
                Status: null,
                Sentence: error.Describe(),
                IsMalformed: true);
        }

        try
        {
            var status = await mediator.Send(new GetHotkeyQuery(address), cancellationToken);
            return status.Registered
                ? new HotkeyCheckResult(asked, status)
                : new HotkeyCheckResult(asked, status, await mediator.Send(new GetColdkeyQuery(address), cancellationToken));
        }
        catch (RefusedException unknown) when (unknown.Code == RefusalCode.ChainUnavailable)
        {
            return new HotkeyCheckResult(asked, Status: null, Sentence: unknown.Message);
        }
    }
}

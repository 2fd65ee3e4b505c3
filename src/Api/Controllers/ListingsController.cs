namespace S3Auth.Api.Controllers;

/// <summary>The endpoint behind the listing links in answers to validators when LISTING_REDIRECT is true.</summary>
[ApiController]
[Tags("Service")]
public sealed class ListingsController(IMediator mediator, ListingRedirect redirect) : ControllerBase
{
    /// <summary>Follow a link to a listing</summary>
    /// <remarks>
    /// Presigns the listing anew and redirects (307) to it. For the next page, append `&amp;start-after=` and the last key of the page
    /// (percent-encoded), or `&amp;continuation-token=` and its NextContinuationToken. The token contains everything else, and no proof is
    /// needed: whoever has the link may list. Answers 404 unless the operator turned listing links on.
    /// </remarks>
    /// <param name="token">The link's token, from an answer to a validator.</param>
    /// <param name="cancellationToken">Cancelled when the client disconnects.</param>
    [HttpGet("/listing/{**token}", Name = "getListing")]
    [ProducesResponseType(StatusCodes.Status307TemporaryRedirect)]
    [Refuses(
        RefusalCode.InvalidRequest, RefusalCode.InvalidLink, RefusalCode.RateLimited, RefusalCode.StorageUnavailable, IsSigned = false)]
    public async Task<IActionResult> GetListing([ListingTarget] ListingTarget token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        if (redirect.Server is null)
        {
            return NotFound();
        }

        var page = await mediator.Send(new GetListingQuery(token.Token, token.StartAfter, token.ContinuationToken), cancellationToken);
        Response.Headers.Location = page.Url.ToString();
        return StatusCode(StatusCodes.Status307TemporaryRedirect);
    }
}

namespace S3Auth.Api.Controllers;

/// <summary>Where the listings in answers to validators lead when LISTING_REDIRECT is true.</summary>
[ApiController]
[Tags("Service")]
public sealed class ListingsController(IMediator mediator, ListingRedirect redirect) : ControllerBase
{
    /// <summary>Follow a link to a listing</summary>
    /// <remarks>
    /// Redirects (307) to the listing at the object store, presigned anew. Append `&amp;start-after=` and the last key of a page (percent-encoded),
    /// or `&amp;continuation-token=` and its NextContinuationToken, to the link for the page after it. Everything else of the listing is in the
    /// token, which is the permission: no proof is needed. Only where the operator has turned it on; else 404.
    /// </remarks>
    /// <param name="token">The link's token, from an answer to a validator.</param>
    /// <param name="cancellationToken">The client left.</param>
    [HttpGet("/listing/{**token}", Name = "getListing")]
    [ProducesResponseType(StatusCodes.Status307TemporaryRedirect)]
    [Refuses(RefusalCode.InvalidRequest, RefusalCode.InvalidLink, RefusalCode.RateLimited, RefusalCode.StorageUnavailable, IsSigned = false)]
    public async Task<IActionResult> GetListing([ListingTarget] ListingTarget token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        if (redirect.Server is null)
        {
            return NotFound();
        }

        var page = await mediator.Send(new GetListingQuery(token.Token, token.StartAfter, token.ContinuationToken), cancellationToken);
        Response.Headers.Location = page.Url;
        return StatusCode(StatusCodes.Status307TemporaryRedirect);
    }
}

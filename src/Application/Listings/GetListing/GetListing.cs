namespace S3Auth.Application.Listings;

/// <summary>Requests one page of a listing by its link. The link is the permission, so no proof is needed.</summary>
/// <param name="Token">The link's token, as the client sent it.</param>
/// <param name="StartAfter">The key after which the page begins, in bytes; empty for the first page.</param>
/// <param name="ContinuationToken">The store's token for the next page; null for the first page.</param>
public sealed record GetListingQuery(string Token, ReadOnlyMemory<byte> StartAfter, string? ContinuationToken) : IRequest<ListingPage>;

/// <param name="Url">The presigned URL of the page.</param>
public sealed record ListingPage(GrantUrl Url);

/// <summary>Presigns one page of the listing that the link names.</summary>
internal sealed class GetListingHandler(ListingLinks links, GrantIssuer grants, TimeProvider time)
    : IRequestHandler<GetListingQuery, ListingPage>
{
    // Clients follow the redirect at once. A URL that is found later in a log or cache has expired.
    private static readonly TimeSpan MaxPageAge = TimeSpan.FromMinutes(15);

    public async Task<ListingPage> Handle(GetListingQuery request, CancellationToken cancellationToken)
    {
        if (!links.TryRead(request.Token, out var listing, out var linkEnds))
        {
            throw InvalidLink();
        }

        var pageEnds = time.GetUtcNow() + MaxPageAge;
        try
        {
            var grant = await grants.IssueAsync((linkEnds < pageEnds ? linkEnds : pageEnds).ToUnixTimeSeconds(), cancellationToken);
            return new ListingPage(grant.Signer.SignList(
                listing with { StartAfter = request.StartAfter, ContinuationToken = request.ContinuationToken }, grant.Expiry));
        }
        catch (RefusedException ended) when (ended.Code == RefusalCode.ExpiryInPast)
        {
            // The link expires in less than a second.
            throw InvalidLink();
        }
    }

    // The same refusal for every reason, so that an attacker learns nothing from it.
    private static RefusedException InvalidLink() => new(
        RefusalCode.InvalidLink,
        "This link has expired, was altered, or is not from this server; request access again, for example with /get-validator-access, "
            + "and use the links of that answer.");
}

namespace S3Auth.Application.Listings;

/// <summary>Where listing URLs in answers to validators lead.</summary>
/// <param name="Server">This server's own URL, if they lead to its <c>/listing/{token}</c>; null if they are presigned for the
/// store.</param>
public sealed record ListingRedirect(Uri? Server)
{
    /// <summary>Listings are presigned for the store.</summary>
    public static ListingRedirect Off { get; } = new((Uri?)null);
}

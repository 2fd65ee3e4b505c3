namespace S3Auth.Application.Listings;

/// <summary>The target of listing URLs in responses to validators.</summary>
/// <param name="Server">
/// This server's URL if listing URLs lead to its <c>/listing/{token}</c>; null if they are presigned for the store.
/// </param>
public sealed record ListingRedirect(Uri? Server)
{
    /// <summary>Listings are presigned for the store.</summary>
    public static ListingRedirect Off { get; } = new((Uri?)null);
}

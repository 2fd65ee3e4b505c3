using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace S3Auth.Api;

/// <summary>Chooses the content coding of an answer. Specification: RFC 9110, section 12.5.3.</summary>
internal static class ContentCoding
{
    internal const string Brotli = "br";
    internal const string Gzip = "gzip";

    private const string Identity = "identity";

    /// <summary>
    /// Returns the coding that the client prefers, or null for none. Brotli if it accepts both equally, because it is smaller.
    /// </summary>
    /// <param name="accepted">The <c>Accept-Encoding</c> headers. Headers that are not well-formed accept no coding.</param>
    internal static string? Choose(StringValues accepted)
    {
        if (!StringWithQualityHeaderValue.TryParseList(accepted, out var list))
        {
            return null;
        }

        var (brotli, gzip, identity) = (Quality(Brotli) ?? Any(), Quality(Gzip) ?? Any(), Quality(Identity) ?? 0);
        return brotli > 0 && brotli >= gzip && brotli >= identity ? Brotli
            : gzip > 0 && gzip >= identity ? Gzip
            : null;

        double? Quality(string coding) =>
            list.LastOrDefault(one => one.Value.Equals(coding, StringComparison.OrdinalIgnoreCase)) is { } named
                ? named.Quality ?? 1
                : null;

        double Any() => Quality("*") ?? 0;
    }
}

using System.Text.RegularExpressions;

namespace S3Auth.Api.Pages;

/// <summary>Where clients reach this server: as the operator says, else the address that the browser came by, over TLS unless it is this machine.</summary>
/// <param name="publicUrl">What the operator says, by <see cref="IsUsable"/>; null for nothing.</param>
/// <param name="port">The port that it listens on.</param>
public sealed partial class BaseUrl(Uri? publicUrl, int port)
{
    /// <summary>Whether the operator said it.</summary>
    public bool IsKnown => publicUrl is not null;

    /// <summary>Whether this can be the address of a server, and stand in a snippet of any language as it is.</summary>
    public static bool IsUsable(Uri uri) => Harmless().IsMatch(uri.AbsoluteUri) && Audience.TryOf(uri, out _);

    /// <summary>Without a trailing slash.</summary>
    public string Of(HttpRequest request)
    {
        if (publicUrl is not null)
        {
            return publicUrl.AbsoluteUri.TrimEnd('/');
        }

        // Whoever sends another Host than the one he came by sees it himself, and nobody else: the page is never kept. What speaks TLS stands
        // before this server, which cannot see it: what is pasted fails rather than send a proof where others can read it.
        return Uri.TryCreate($"{Uri.UriSchemeHttps}://{request.Host.Value}", UriKind.Absolute, out var asked)
            && Uri.TryCreate($"{(asked.IsLoopback ? request.Scheme : asked.Scheme)}://{asked.Authority}", UriKind.Absolute, out var uri)
            && IsUsable(asked) && IsUsable(uri)
            ? uri.GetLeftPart(UriPartial.Authority)
            : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"http://localhost:{port}");
    }

    [GeneratedRegex(@"\Ahttps?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Harmless();
}

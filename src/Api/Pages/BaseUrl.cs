using System.Text.RegularExpressions;

namespace S3Auth.Api.Pages;

/// <summary>
/// The address of this server for clients: the operator's setting, or else the host that the browser requested, with https unless it is a
/// loopback host.
/// </summary>
/// <param name="publicUrl">The operator's setting, which is <see cref="IsUsable"/>; null for none.</param>
/// <param name="port">The server's port.</param>
public sealed partial class BaseUrl(Uri? publicUrl, int port)
{
    /// <summary>Whether the operator has set it.</summary>
    public bool IsKnown => publicUrl is not null;

    /// <summary>Whether an address is valid for a server and safe in the examples of every language without escaping.</summary>
    public static bool IsUsable(Uri uri) => SafeAddress().IsMatch(uri.AbsoluteUri) && Audience.TryOf(uri, out _);

    /// <summary>Returns the address for a request, without a trailing slash.</summary>
    public string Of(HttpRequest request)
    {
        if (publicUrl is not null)
        {
            return publicUrl.AbsoluteUri.TrimEnd('/');
        }

        // A client that sends a false Host header sees it only itself, because the page is never cached. A proxy may terminate TLS without
        // telling this server. So the address has https: a wrong guess makes an example fail, but never sends a proof in the clear.
        return Uri.TryCreate($"{Uri.UriSchemeHttps}://{request.Host.Value}", UriKind.Absolute, out var asked)
            && Uri.TryCreate($"{(asked.IsLoopback ? request.Scheme : asked.Scheme)}://{asked.Authority}", UriKind.Absolute, out var uri)
            && IsUsable(asked) && IsUsable(uri)
            ? uri.GetLeftPart(UriPartial.Authority)
            : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"http://localhost:{port}");
    }

    [GeneratedRegex(
        @"\Ahttps?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?\z",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SafeAddress();
}

using System.Globalization;
using System.Text;

namespace S3Auth.Domain;

/// <summary>
/// The server that a proof is meant for: a host (<c>s3-auth.example.com</c>, <c>localhost:8000</c>, <c>[::1]:8000</c>), or an SS58 address.
/// Comparing ignores case and a trailing dot of a host name. Port 443 is the default, so it may be left out; any other port, including 80,
/// must be in the text.
/// </summary>
public readonly record struct Audience
{
    /// <summary>The longest audience, in characters: a host name of 253, a colon, a port of five digits.</summary>
    public const int MaxLength = 259;

    private const int MaxHostLength = 253;
    private const int MaxLabelLength = 63;
    private const int HttpsPort = 443;

    private readonly string? _text;
    private readonly string? _canonical;

    private Audience(string text, string canonical) => (_text, _canonical) = (text, canonical);

    /// <summary>The text as the caller wrote it. A commitment contains this text.</summary>
    public string Text => _text ?? throw new InvalidOperationException("The audience was not parsed.");

    /// <summary>The audience of a server: the host and port of its URL.</summary>
    /// <exception cref="ArgumentException">The URL has no host that can be an audience.</exception>
    public static Audience Of(Uri server) => TryOf(server, out var audience)
        ? audience
        : throw new ArgumentException("The URL has no host that can be an audience.", nameof(server));

    /// <summary>The audience of a server; false if its URL has no host that can be an audience.</summary>
    public static bool TryOf(Uri server, out Audience audience)
    {
        ArgumentNullException.ThrowIfNull(server);

        var host = server.Port == HttpsPort ? server.Host : string.Create(CultureInfo.InvariantCulture, $"{server.Host}:{server.Port}");
        return TryParse(host, out audience);
    }

    /// <summary>Parses an audience; false if the text is neither a host, with or without a port, nor an SS58 address.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Audience audience)
    {
        audience = default;
        if (text is not { Length: > 0 and <= MaxLength })
        {
            return false;
        }

        // Addresses come first, because they are case-sensitive.
        if (Ss58.TryDecode(text, out _, out _))
        {
            audience = new Audience(text, text);
            return true;
        }

        // An IPv6 address contains colons itself, in brackets.
        var bracket = text.LastIndexOf(']');
        var colon = text.IndexOf(':', bracket + 1);
        var host = colon < 0 ? text : text[..colon];
        if (!TryReadPort(colon < 0 ? null : text[(colon + 1)..], out var port) || !TryReadHost(host, out var canonical))
        {
            return false;
        }

        audience = new Audience(text, port == HttpsPort ? canonical : string.Create(CultureInfo.InvariantCulture, $"{canonical}:{port}"));
        return true;
    }

    /// <summary>Whether both texts name the same server.</summary>
    public bool Equals(Audience other) => string.Equals(_canonical, other._canonical, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => _canonical is null ? 0 : StringComparer.Ordinal.GetHashCode(_canonical);

    /// <inheritdoc/>
    public override string ToString() => Text;

    // 1 to 65535 without leading zeros, so that each port has one spelling.
    private static bool TryReadPort(string? text, out ushort port)
    {
        port = HttpsPort;
        return text is null
            || (ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port > 0 && text[0] != '0');
    }

    private static bool TryReadHost(string text, out string canonical)
    {
        canonical = text;
        if (text.StartsWith('['))
        {
            if (!text.EndsWith(']') || text[1..^1].Any(c => !char.IsAsciiHexDigit(c) && c is not (':' or '.'))
                || Uri.CheckHostName(text[1..^1]) != UriHostNameType.IPv6)
            {
                return false;
            }

            canonical = new Uri($"{Uri.UriSchemeHttps}://{text}").Host;
            return true;
        }

        // Checked before lower-casing, because .NET lower-cases some other letters to ASCII, such as the Kelvin sign to 'k'.
        if (!Ascii.IsValid(text))
        {
            return false;
        }

        // A trailing dot only marks the name as fully qualified. It names the same host.
        canonical = (text.EndsWith('.') ? text[..^1] : text).ToLowerInvariant();
        return canonical.Length <= MaxHostLength && canonical.Split('.').All(IsLabel);
    }

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= MaxLabelLength && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}

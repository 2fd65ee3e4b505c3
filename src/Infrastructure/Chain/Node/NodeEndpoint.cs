namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// Where a node listens, <c>ws(s)://host[:port][/path][?query]</c>. Path and query may hold a provider's key: only
/// <see cref="Origin"/> is ever shown, logged or written.
/// </summary>
public sealed class NodeEndpoint
{
    private const int ShortestSecret = 4;

    private NodeEndpoint(Uri address)
    {
        Address = address;
        Origin = address.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);
        Fingerprint = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address.AbsoluteUri)));
    }

    /// <summary>The whole address. May hold a secret.</summary>
    internal Uri Address { get; }

    /// <summary>The address without path and query, which everyone may know.</summary>
    public string Origin { get; }

    /// <summary>Tells this endpoint from others without giving its address away: hex of SHA-256.</summary>
    internal string Fingerprint { get; }

    /// <summary>Whether anyone on the way to the node could forge its answers: it is another machine, and there is no TLS.</summary>
    public bool IsOpenToForgery => Address.Scheme == Uri.UriSchemeWs && !Address.IsLoopback;

    /// <summary>Reads an address; false for any other scheme, a user, or a fragment.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out NodeEndpoint? endpoint)
    {
        endpoint = Uri.TryCreate(text, UriKind.Absolute, out var address)
            && address.Scheme is "ws" or "wss"
            && address is { UserInfo.Length: 0, Fragment.Length: 0, Host.Length: > 0 }
                ? new NodeEndpoint(address)
                : null;
        return endpoint is not null;
    }

    /// <summary>A text without what it repeats of this address's path and query, but for parts too short to be a key.</summary>
    internal string Redact(string text)
    {
        foreach (var part in Address.PathAndQuery.Split(['/', '?', '&', '=']).Where(part => part.Length >= ShortestSecret))
        {
            text = text.Replace(part, "…", StringComparison.OrdinalIgnoreCase).Replace(Uri.UnescapeDataString(part), "…", StringComparison.OrdinalIgnoreCase);
        }

        return text;
    }

    /// <summary><see cref="Origin"/>.</summary>
    public override string ToString() => Origin;
}

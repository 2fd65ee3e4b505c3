namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// The address of a node: <c>ws(s)://host[:port][/path][?query]</c>. Path and query may contain an API key, so only
/// <see cref="Origin"/> is shown, logged or saved.
/// </summary>
public sealed class NodeEndpoint
{
    private const int MinSecretLength = 4;

    private NodeEndpoint(Uri address)
    {
        Address = address;
        Origin = address.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);
        Fingerprint = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address.AbsoluteUri)));
    }

    /// <summary>The whole address. May contain a secret.</summary>
    internal Uri Address { get; }

    /// <summary>The address without path and query. It is public.</summary>
    public string Origin { get; }

    /// <summary>Identifies the endpoint without its address: the SHA-256 of the address, in hex.</summary>
    internal string Fingerprint { get; }

    /// <summary>
    /// Whether the network could forge the node's answers: the node is on another machine, and the connection has no TLS.
    /// </summary>
    public bool IsOpenToForgery => Address.Scheme == Uri.UriSchemeWs && !Address.IsLoopback;

    /// <summary>Parses an address. Returns false for another scheme, a user, or a fragment.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out NodeEndpoint? endpoint)
    {
        endpoint = Uri.TryCreate(text, UriKind.Absolute, out var address)
            && address.Scheme is "ws" or "wss"
            && address is { UserInfo.Length: 0, Fragment.Length: 0, Host.Length: > 0 }
                ? new NodeEndpoint(address)
                : null;
        return endpoint is not null;
    }

    /// <summary>Removes parts of this address's path and query from a text, except those that are too short to be a key.</summary>
    internal string Redact(string text)
    {
        foreach (var part in Address.PathAndQuery.Split(['/', '?', '&', '=']).Where(part => part.Length >= MinSecretLength))
        {
            text = text
                .Replace(part, "…", StringComparison.OrdinalIgnoreCase)
                .Replace(Uri.UnescapeDataString(part), "…", StringComparison.OrdinalIgnoreCase);
        }

        return text;
    }

    /// <summary><see cref="Origin"/>.</summary>
    public override string ToString() => Origin;
}

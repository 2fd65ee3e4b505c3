namespace S3Auth.Infrastructure.Chain;

/// <summary>The network that <c>BT_NETWORK</c> chooses: a public one by its name, or nodes that the operator lists.</summary>
public sealed class ChainNetwork
{
    /// <summary>The name of a network whose nodes the operator lists.</summary>
    public const string CustomName = "custom";

    private static readonly Dictionary<string, string> PublicEndpoints = new(StringComparer.Ordinal)
    {
        ["finney"] = "wss://entrypoint-finney.opentensor.ai:443",
        ["test"] = "wss://test.finney.opentensor.ai:443",
        ["local"] = "ws://127.0.0.1:9944",
    };

    private ChainNetwork(string name, IReadOnlyList<NodeEndpoint> endpoints)
    {
        Name = name;
        Endpoints = endpoints;
    }

    /// <summary>The names that <see cref="TryParse"/> accepts.</summary>
    public static IReadOnlyCollection<string> Names => PublicEndpoints.Keys;

    /// <summary><c>finney</c>, <c>test</c>, <c>local</c> or <c>custom</c>.</summary>
    public string Name { get; }

    /// <summary>Its nodes, in order of preference; at least one, each once.</summary>
    public IReadOnlyList<NodeEndpoint> Endpoints { get; }

    /// <summary>The network's display name: its own name, or the chain's name if the operator lists the nodes.</summary>
    internal string NameFor(string chain) => Name == CustomName ? chain : Name;

    /// <summary>Reads a name, or one or more <c>ws(s)://</c> addresses separated by commas.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ChainNetwork? network)
    {
        ArgumentNullException.ThrowIfNull(text);

        var (name, addresses) = PublicEndpoints.TryGetValue(text, out var known) ? (text, known) : (CustomName, text);
        var endpoints = new List<NodeEndpoint>();
        network = null;
        foreach (var address in addresses.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!NodeEndpoint.TryParse(address, out var endpoint) || endpoints.Exists(other => other.Fingerprint == endpoint.Fingerprint))
            {
                return false;
            }

            endpoints.Add(endpoint);
        }

        network = new ChainNetwork(name, endpoints);
        return true;
    }
}

namespace S3Auth.Infrastructure.Tests.Chain;

internal sealed class ChainNetworkTests
{
    [TestCase("finney", "wss://entrypoint-finney.opentensor.ai/")]
    [TestCase("test", "wss://test.finney.opentensor.ai/")]
    [TestCase("local", "ws://127.0.0.1:9944/")]
    public void Name_has_its_public_endpoint(string name, string address)
    {
        Assert.That(ChainNetwork.TryParse(name, out var network), Is.True);
        Assert.That(network!.Name, Is.EqualTo(name));
        Assert.That(network.Endpoints.Select(endpoint => endpoint.Address.ToString()), Is.EqualTo(new[] { address }));
        Assert.That(network.NameFor("Bittensor"), Is.EqualTo(name));
    }

    [Test]
    public void Custom_network_keeps_the_order_of_addresses_and_has_the_chains_name()
    {
        Assert.That(ChainNetwork.TryParse("wss://one:1/ws?apikey=a, ws://two:2 ,wss://one:1/ws?apikey=b", out var network), Is.True);
        Assert.That(network!.Name, Is.EqualTo("custom"));
        Assert.That(
            network.Endpoints.Select(endpoint => endpoint.Origin),
            Is.EqualTo(new[] { "wss://one:1", "ws://two:2", "wss://one:1" }));
        Assert.That(network.NameFor("Bittensor"), Is.EqualTo("Bittensor"));
    }

    [TestCase("")]
    [TestCase("Finney")]
    [TestCase("finney,test")]
    [TestCase("finney,wss://one")]
    [TestCase("static")]
    [TestCase("mainnet")]
    [TestCase("https://one")]
    [TestCase("one:9944")]
    [TestCase("wss://")]
    [TestCase("wss://one,")]
    [TestCase("wss://one,,ws://two")]
    [TestCase("wss://user:password@one")]
    [TestCase("wss://one#fragment")]
    [TestCase("wss://one,wss://one")]
    [TestCase("wss://one,wss://one:443/")]
    public void TryParse_refuses_anything_else(string text)
    {
        Assert.That(ChainNetwork.TryParse(text, out var network), Is.False);
        Assert.That(network, Is.Null);
    }

    [Test]
    public void Endpoint_shows_neither_path_nor_query()
    {
        Assert.That(NodeEndpoint.TryParse("wss://node.example:8443/v1/very-private?apikey=very-private", out var endpoint), Is.True);
        Assert.That(endpoint!.ToString(), Is.EqualTo("wss://node.example:8443"));
        Assert.That(endpoint.Origin, Is.EqualTo("wss://node.example:8443"));
        Assert.That(endpoint.Fingerprint, Does.Match("^[0-9a-f]{64}$"));
    }

    [TestCase("wss://node/ws?apikey=0123-key", "no credit left for 0123-KEY", "no credit left for …")]
    [TestCase("wss://node/v1/0123-key/", "GET /v1/0123-key/ is too much", "GET /v1/…/ is too much")]
    [TestCase("wss://node/?apikey=a%2Fb%2Bc", "unknown key a/b+c (a%2Fb%2Bc)", "unknown key … (…)")]
    [TestCase("wss://node", "nothing of it", "nothing of it")]
    public void Redact_removes_parts_of_the_address(string address, string text, string shown)
    {
        Assert.That(NodeEndpoint.TryParse(address, out var endpoint), Is.True);
        Assert.That(endpoint!.Redact(text), Is.EqualTo(shown));
    }

    [TestCase("ws://10.0.0.7:9944", true)]
    [TestCase("ws://node.example", true)]
    [TestCase("wss://node.example", false)]
    [TestCase("ws://127.0.0.1:9944", false)]
    [TestCase("ws://localhost:9944", false)]
    [TestCase("ws://[::1]:9944", false)]
    public void Node_of_another_machine_without_tls_is_open_to_forgery(string address, bool open)
    {
        Assert.That(NodeEndpoint.TryParse(address, out var endpoint), Is.True);
        Assert.That(endpoint!.IsOpenToForgery, Is.EqualTo(open));
    }
}

using System.Security.Cryptography.X509Certificates;

namespace S3Auth.Infrastructure.Tests.Chain;

/// <summary>A connection to a node that answers well, and to ones that do anything else.</summary>
internal sealed class NodeConnectionTests
{
    // Short where a test waits for it, long where it must not be what ends the test.
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    // Far beyond the short one, but before the long one.
    private static readonly TimeSpan MuchLonger = TimeSpan.FromSeconds(50);

    [Test]
    public async Task Subnet_is_read_at_the_finalized_block()
    {
        await using var node = await WellAsync();
        using var connection = await ConnectAsync(node.Address);
        var reader = TestChain.Reader(TestChain.Options(node.Address.ToString()));

        var first = await reader.ReadAsync(TestChain.Group(connection), CancellationToken.None);
        node.Block += 5;
        var second = await reader.ReadAsync(TestChain.Group(connection), CancellationToken.None);

        Assert.Multiple(() =>
        {
            Assert.That((first.Metagraph.Block, second.Metagraph.Block), Is.EqualTo((1000, 1005)));
            Assert.That(first.Metagraph.Count, Is.EqualTo(5));
            Assert.That((first.Chain.Name, first.Metagraph.Network), Is.EqualTo(("Test Chain", "Test Chain")));
            Assert.That((first.Chain.Genesis, first.SpecVersion), Is.EqualTo((node.Genesis, 343u)));
            Assert.That((node.Calls("system_chain"), node.StateCalls, node.Connections), Is.EqualTo((2, 2, 1)));
        });
    }

    [TestCase(Misbehaviour.Hang, ChainFailure.Timeout)]
    [TestCase(Misbehaviour.Close, ChainFailure.Disconnected)]
    [TestCase(Misbehaviour.DropInAnswer, ChainFailure.Disconnected)]
    [TestCase(Misbehaviour.Error, ChainFailure.NodeError)]
    [TestCase(Misbehaviour.UnknownMethod, ChainFailure.NodeError)]
    [TestCase(Misbehaviour.Garbage, ChainFailure.Malformed)]
    [TestCase(Misbehaviour.OtherJson, ChainFailure.Malformed)]
    [TestCase(Misbehaviour.Null, ChainFailure.Malformed)]
    [TestCase(Misbehaviour.Number, ChainFailure.Malformed)]
    [TestCase(Misbehaviour.NoHex, ChainFailure.Malformed)]
    [TestCase(Misbehaviour.NoPrefix, ChainFailure.Malformed)]
    [TestCase(Misbehaviour.OddHex, ChainFailure.Malformed)]
    [TestCase(Misbehaviour.EmptyText, ChainFailure.Malformed)]
    [TestCase(Misbehaviour.Cancelled, ChainFailure.NodeError)]
    [TestCase(Misbehaviour.Ask, ChainFailure.Malformed)]
    [TestCase(Misbehaviour.Notify, ChainFailure.Malformed)]
    [TestCase(Misbehaviour.ManyTokens, ChainFailure.Malformed)]
    [TestCase(Misbehaviour.Deep, ChainFailure.Malformed)]
    [TestCase(Misbehaviour.TooLarge, ChainFailure.TooLarge)]
    public async Task Misbehaving_node_is_reported_by_its_failure(Misbehaviour misbehaviour, ChainFailure failure)
    {
        foreach (var method in (string[])[
            "chain_getFinalizedHead", "chain_getHeader", "chain_getBlockHash", "state_getRuntimeVersion", "state_getStorage", "state_call",
        ])
        {
            if (misbehaviour == Misbehaviour.NoPrefix && method == "state_getRuntimeVersion")
            {
                // The version is a number.
                continue;
            }

            await using var node = await WellAsync();
            (node.Misbehaviour, node.MisbehavesIn) = (misbehaviour, method);
            using var connection = await ConnectAsync(node.Address, misbehaviour == Misbehaviour.Hang ? Short : Long);
            var reader = TestChain.Reader(TestChain.Options(node.Address.ToString()));

            var failed = Assert.ThrowsAsync<ChainException>(
                () => reader.ReadAsync(TestChain.Group(connection), CancellationToken.None).WaitAsync(MuchLonger),
                method);

            Assert.Multiple(() =>
            {
                Assert.That(failed.Failure, Is.EqualTo(failure), $"{method}: {failed}");
                Assert.That(failed.Message, Does.Not.Contain("secret"), "what a node says is not for everyone");
            });
        }
    }

    [TestCase(Misbehaviour.LongHex, "chain_getFinalizedHead")]
    [TestCase(Misbehaviour.LongHex, "chain_getHeader")]
    public async Task Invalid_hash_or_number_of_a_block_is_refused(Misbehaviour misbehaviour, string method)
    {
        await using var node = await WellAsync();
        (node.Misbehaviour, node.MisbehavesIn) = (misbehaviour, method);
        using var connection = await ConnectAsync(node.Address);
        var reader = TestChain.Reader(TestChain.Options(node.Address.ToString()));

        Assert.That(
            () => reader.ReadAsync(TestChain.Group(connection), CancellationToken.None),
            Throws.InstanceOf<ChainException>().With.Property(nameof(ChainException.Failure)).EqualTo(ChainFailure.Malformed));
    }

    [TestCase("")]
    [TestCase("two\nlines")]
    [TestCase("\u001b[31mred")]
    [TestCase("Bittensör")]
    [TestCase("0123456789012345678901234567890123456789012345678901234567890123456789")]
    public async Task Chain_name_that_is_not_a_short_line_is_refused(string name)
    {
        await using var node = await WellAsync();
        node.Chain = name;
        using var connection = await ConnectAsync(node.Address);

        Assert.That(
            () => connection.GetChainAsync(CancellationToken.None),
            Throws.InstanceOf<ChainException>().With.Property(nameof(ChainException.Failure)).EqualTo(ChainFailure.Malformed));
    }

    [Test]
    public async Task Answer_of_many_megabytes_is_received()
    {
        await using var node = await WellAsync();
        node.State = new byte[30 * 1024 * 1024];
        using var connection = await ConnectAsync(node.Address);
        var head = await connection.GetFinalizedHeadAsync(CancellationToken.None);

        // Each is just below the limit; together they are beyond it.
        for (var i = 0; i < 2; i++)
        {
            var answer = await connection.CallRuntimeAsync(
                RuntimeApiSource.Function,
                new HexBytes(new byte[] { 46, 0 }),
                head,
                CancellationToken.None);
            Assert.That(answer.Bytes.Length, Is.EqualTo(node.State.Length));
        }
    }

    [Test]
    public async Task Slow_node_that_answers_in_time_is_read()
    {
        await using var node = await WellAsync();
        node.Delay = TimeSpan.FromMilliseconds(400);
        using var connection = await ConnectAsync(node.Address);

        Assert.That(await connection.GetChainAsync(CancellationToken.None), Is.EqualTo("Test Chain"));
    }

    [Test]
    public async Task Call_is_cancelled_when_the_service_stops()
    {
        await using var node = await WellAsync();
        node.Misbehaviour = Misbehaviour.Hang;
        using var connection = await ConnectAsync(node.Address);
        using var stopping = new CancellationTokenSource(Short);

        Assert.That(
            () => connection.GetFinalizedHeadAsync(stopping.Token).WaitAsync(MuchLonger),
            Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Refused_connection_is_unreachable()
    {
        await AssertUnreachableAsync(new Uri($"ws://127.0.0.1:{FreePort.Next()}/?apikey=very-private"), "connection refused");
    }

    [Test]
    public async Task Unknown_host_name_is_unreachable() =>
        await AssertUnreachableAsync(new Uri("ws://node.invalid:9944"), "DNS does not know its name");

    [Test]
    public async Task Server_without_websockets_is_unreachable()
    {
        await using var node = await WellAsync();
        node.Misbehaviour = Misbehaviour.RefuseUpgrade;

        await AssertUnreachableAsync(node.Address, "it answered with HTTP status 403 instead of a WebSocket");
    }

    [Test]
    public async Task Redirects_are_not_followed()
    {
        await using var node = await WellAsync();
        await using var other = await WellAsync();
        (node.Misbehaviour, node.RedirectsTo) = (Misbehaviour.Redirect, new UriBuilder(other.Address) { Scheme = "http" }.Uri);

        await AssertUnreachableAsync(node.Address, "it answered with HTTP status 302 instead of a WebSocket");
        Assert.That(other.Connections, Is.Zero);
    }

    [Test]
    public async Task Connect_timeout_ends_a_handshake_without_an_answer()
    {
        await using var node = await WellAsync();
        node.Misbehaviour = Misbehaviour.HangInUpgrade;

        var failed = Assert.ThrowsAsync<ChainException>(() =>
            NodeConnection.ConnectAsync(Endpoint(node.Address), Short, Long, TimeProvider.System, CancellationToken.None));

        Assert.That(
            (failed.Failure, failed.Message),
            Is.EqualTo((ChainFailure.Timeout, $"Connecting to the node {Origin(node)} took longer than 0.3 s.")));
    }

    [Test]
    public async Task Node_with_an_untrusted_certificate_is_unreachable()
    {
        using var certificate = SelfSigned();
        await using var node = await TestNode.StartAsync(certificate: certificate);

        await AssertUnreachableAsync(new UriBuilder(node.Address) { Host = "localhost" }.Uri, "no trusted TLS connection");
    }

    [Test]
    public async Task Server_without_tls_is_unreachable_by_wss()
    {
        await using var node = await WellAsync();

        await AssertUnreachableAsync(new UriBuilder(node.Address) { Scheme = "wss" }.Uri, "no trusted TLS connection");
    }

    private static Task AssertUnreachableAsync(Uri address, string because)
    {
        var endpoint = Endpoint(address);

        var failed = Assert.ThrowsAsync<ChainException>(() =>
            NodeConnection.ConnectAsync(endpoint, Long, Long, TimeProvider.System, CancellationToken.None));

        Assert.That(
            (failed.Failure, failed.Message),
            Is.EqualTo((ChainFailure.Unreachable, $"The node {endpoint.Origin} cannot be reached: {because}.")),
            failed.ToString());
        return Task.CompletedTask;
    }

    private static async Task<TestNode> WellAsync()
    {
        var node = await TestNode.StartAsync();
        node.State = RecordedAnswers.State("subnet");
        return node;
    }

    private static Task<NodeConnection> ConnectAsync(Uri address, TimeSpan? callTimeout = null) =>
        NodeConnection.ConnectAsync(Endpoint(address), Long, callTimeout ?? Long, TimeProvider.System, CancellationToken.None);

    private static NodeEndpoint Endpoint(Uri address) =>
        NodeEndpoint.TryParse(address.ToString(), out var endpoint)
            ? endpoint
            : throw new ArgumentException(address.ToString(), nameof(address));

    private static string Origin(TestNode node) => Endpoint(node.Address).Origin;

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}

namespace S3Auth.EndToEnd.Tests.Cases.Operations;

/// <summary>
/// Three nodes, of which two must agree. One that lies, lags, hangs or is down changes nothing and stops nothing.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class NodeAgreementTests : ChainFixture
{
    private const long Day = 24 * 3600 / 12;

    private static readonly Fault[] Faults =
    [
        new("lies about owners and validators", "disagreement", (node, _) => node.State = SubnetRuntimes.Lie(node.State), IsDaily: true),
        new("lies about the runtime", "disagreement", (node, _) =>
            (node.SpecVersion, node.Metadata) = (999, SubnetRuntimes.LieAboutStake(node.Metadata!))),
        new(
            "follows a fork",
            "disagreement",
            (node, _) => (node.Fork, node.State) = ("another", SubnetRuntimes.Lie(node.State))),
        new("follows another chain", "disagreement", (node, _) =>
            (node.Chain, node.State) = ("Other Chain", SubnetRuntimes.Lie(node.State))),
        new("says that its blocks are of yesterday", "disagreement", (node, chain) =>
            node.BlockTime = block => chain.TimeOf(block).AddDays(-1)),
        new("says that its blocks are of tomorrow", "disagreement", (node, chain) =>
            node.BlockTime = block => chain.TimeOf(block).AddDays(1)),
        new("is 100 blocks behind", "lagging", (node, chain) => chain.Add(node, distance: -100)),
        new("is a day behind", "lagging", (node, chain) => chain.Add(node, distance: -Day)),
        new("replays old blocks with new times", "lagging", (node, chain) =>
        {
            chain.Add(node, distance: -Day);
            (node.BlockTime, node.State) = (_ => DateTimeOffset.UtcNow, SubnetRuntimes.Lie(node.State));
        }),
        new(
            "claims a block far ahead",
            "disagreement",
            (node, chain) =>
            {
                chain.Add(node, distance: 1_000_000_000);
                node.State = SubnetRuntimes.Lie(node.State);
            }),
        new("is slow", Reason: null, (node, _) => node.Delay = TimeSpan.FromSeconds(1)),
        new("hangs", "timeout", (node, _) => node.Misbehaviour = Misbehaviour.Hang),
        new("drops its answers", "disconnected", (node, _) => node.Misbehaviour = Misbehaviour.DropInAnswer),
    ];

    private static IEnumerable<TestCaseData> FaultCases() => Faults.Select(fault =>
        fault.IsDaily ? new TestCaseData(fault) : new TestCaseData(fault).SetCategory("Nightly"));

    [TestCaseSource(nameof(FaultCases))]
    public async Task Node_that_misbehaves_changes_nothing_and_stops_nothing(Fault fault)
    {
        var (chain, nodes) = await ChainAsync("today");
        var api = await StartAsync(nodes);
        await using var load = IdentityLoad.Start(api);

        foreach (var node in nodes)
        {
            var failuresBefore = fault.Reason is null ? 0 : await NodeFailuresAsync(api, fault.Reason);
            fault.Begin(node, chain);
            await UntilMovedAsync(api, chain);
            if (fault.Reason is not null)
            {
                // An honest node is named only while it is too slow, as on a machine that pauses.
                await UntilAsync(
                    api,
                    state => nodes.All(one => Warnings(state).Contains(Address(one), StringComparison.Ordinal) == (one == node)));
                await Wait.UntilAsync(async () => await NodeFailuresAsync(api, fault.Reason) > failuresBefore, fault.Reason);
            }

            End(node, chain);
            await UntilAsync(api, state => Warnings(state).Length == 0);
        }

        await load.AssertEveryAnswerWasRightAsync();
    }

    [Test]
    public async Task Node_that_goes_away_and_comes_back_changes_nothing_and_stops_nothing()
    {
        var (chain, nodes) = await ChainAsync("today");
        var api = await StartAsync(nodes);
        await using var load = IdentityLoad.Start(api);

        foreach (var node in nodes)
        {
            chain.Remove(node);
            await StopAsync(node);
            await UntilMovedAsync(api, chain);

            chain.Add(await NodeAsync(node.Address.Port));
            await UntilMovedAsync(api, chain);
        }

        await load.AssertEveryAnswerWasRightAsync();
        Assert.That(await NodeFailuresAsync(api, "disagreement"), Is.Zero);
    }

    [TestCase(false, TestName = "Preferred_node_that_lies_about_owners_from_the_first_start_is_not_believed")]
    [TestCase(true, Category = "Nightly", TestName = "Preferred_node_that_lies_about_the_layout_from_the_first_start_is_not_believed")]
    public async Task Preferred_node_that_lies_from_the_first_start_is_not_believed(bool isAboutLayout)
    {
        var (chain, nodes) = await ChainAsync("today");
        if (isAboutLayout)
        {
            nodes[0].Metadata = SubnetRuntimes.LieAboutStake(nodes[0].Metadata!);
        }
        else
        {
            nodes[0].State = SubnetRuntimes.Lie(nodes[0].State);
        }

        var api = await StartAsync(nodes);
        await using var load = IdentityLoad.Start(api);
        await UntilMovedAsync(api, chain);
        await Wait.UntilAsync(async () => await NodeFailuresAsync(api, "disagreement") > 0, "There is no disagreement.");
        await api.UntilLoggedAsync($"{Address(nodes[0])} gives another answer");
        Assert.That(
            api.ReadLog().Where(entry => entry.IsAboveInformation).Select(entry => entry.ToString()),
            Has.Some.Contains($"{Address(nodes[0])} gives another answer"));
        if (!isAboutLayout)
        {
            // The server loads the metadata once, and the owners with each reading.
            await UntilAsync(api, state => Warnings(state).Contains(Address(nodes[0]), StringComparison.Ordinal));
        }

        await load.AssertEveryAnswerWasRightAsync();

        // After a restart, the server does not use the lie from the disk either.
        await StopAsync(api);
        var again = await StartAsync(nodes);
        await using var loadAgain = IdentityLoad.Start(again);
        await UntilMovedAsync(again, chain);
        await loadAgain.AssertEveryAnswerWasRightAsync();
    }

    [Test]
    public async Task Snapshot_that_one_node_gave_is_not_used_once_two_must_agree()
    {
        var (_, nodes) = await ChainAsync("today");
        nodes[0].State = SubnetRuntimes.Lie(nodes[0].State);
        var trusting = await StartAsync(string.Join(',', nodes.Select(Address)));
        await GrantAsync(trusting, SubnetRuntimes.Thief);
        await StopAsync(trusting);

        foreach (var node in nodes)
        {
            node.Misbehaviour = Misbehaviour.Hang;
        }

        var api = await StartAsync(nodes, ready: false);
        Assert.That((await AskAsync(api, SubnetRuntimes.Thief)).Code, Is.EqualTo("chain_unavailable"));

        foreach (var node in nodes)
        {
            node.Misbehaviour = Misbehaviour.None;
        }

        await api.WaitUntilReadyAsync();
        await GrantAsync(api, Subnet.OrdinaryMiner);
        Assert.That((await AskAsync(api, SubnetRuntimes.Thief)).Code, Is.EqualTo("coldkey_mismatch"));
    }

    [Test]
    public async Task Server_is_not_ready_until_enough_nodes_agree()
    {
        var (chain, nodes) = await ChainAsync("today");
        foreach (var node in nodes[1..])
        {
            node.Misbehaviour = Misbehaviour.RefuseUpgrade;
        }

        var api = await StartAsync(nodes, ready: false);
        await UntilAsync(api, state => state["last_error"] is not null);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((await api.Client.GetAsync("/readyz")).Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
            Assert.That((await AskAsync(api, Subnet.OrdinaryMiner)).Code, Is.EqualTo("chain_unavailable"));
        }

        nodes[2].Misbehaviour = Misbehaviour.None;
        await api.WaitUntilReadyAsync();
        await GrantAsync(api, Subnet.OrdinaryMiner);
        await UntilMovedAsync(api, chain);
    }

    [Test]
    public async Task Last_snapshot_stays_in_use_while_too_few_nodes_answer()
    {
        var (chain, nodes) = await ChainAsync("today");
        var api = await StartAsync(nodes);
        await using var load = IdentityLoad.Start(api);

        nodes[1].Misbehaviour = Misbehaviour.RefuseUpgrade;
        nodes[2].State = SubnetRuntimes.Lie(nodes[2].State);
        await UntilAsync(api, state => state["last_error"] is not null);
        var block = (ulong?)(await HealthAsync(api))["block"];
        await Wait.UntilAsync(() => chain.Block > block + 5);
        Assert.That((ulong?)(await HealthAsync(api))["block"], Is.EqualTo(block), "one node decides nothing");

        End(nodes[1], chain);
        await UntilMovedAsync(api, chain);
        await load.AssertEveryAnswerWasRightAsync();
    }

    [Test]
    public async Task Healthy_nodes_give_no_warning_while_owners_change()
    {
        var (chain, nodes) = await ChainAsync("today");
        var api = await StartAsync(nodes);
        await UntilMovedAsync(api, chain);
        Assert.That((await AskAsync(api, SubnetRuntimes.Thief)).Code, Is.EqualTo("coldkey_mismatch"));

        // A node may be a few blocks behind.
        chain.Add(nodes[1], distance: -3);
        await UntilMovedAsync(api, chain);

        // The owner moves the hotkey to the other coldkey, and all nodes answer so.
        chain.Upgrade(chain.Runtime with { State = SubnetRuntimes.WithThief(chain.Runtime.State!) });
        await Wait.UntilAsync(async () => (await AskAsync(api, SubnetRuntimes.Thief)).Status == HttpStatusCode.OK);
        Assert.That((await AskAsync(api, Subnet.OrdinaryMiner)).Code, Is.EqualTo("coldkey_mismatch"));

        await UntilMovedAsync(api, chain);
        await UntilAsync(api, state => Warnings(state).Length == 0);
        Assert.That(await NodeFailuresAsync(api, "disagreement"), Is.Zero);
    }

    private Task<ApiProcess> StartAsync(TestNode[] nodes, bool ready = true) => StartAsync(
        string.Join(',', nodes.Select(Address)),
        ready: ready,
        environment: new(StringComparer.Ordinal) { ["NODES_THAT_AGREE"] = "2" });

    private static void End(TestNode node, LivingChain chain)
    {
        (node.Misbehaviour, node.Delay, node.Fork, node.Chain) = (Misbehaviour.None, TimeSpan.Zero, "", "Test Chain");
        chain.Add(node);
    }

    // The snapshot follows the chain, never gets ahead of it, and has the age of its block.
    private static async Task UntilMovedAsync(ApiProcess api, LivingChain chain)
    {
        var wanted = chain.Block + 2;
        var health = await UntilAsync(api, state => (ulong?)state["block"] >= wanted);
        Assert.That((ulong?)health["block"], Is.LessThanOrEqualTo(chain.Block));
        Assert.That((int?)health["age_seconds"], Is.LessThan(60));
    }

    /// <param name="Name">What the node does.</param>
    /// <param name="Reason">The reason in the metric of node failures; null if this is no failure.</param>
    /// <param name="Begin">Lets the node do so.</param>
    /// <param name="IsDaily">Whether the case is not left to the nightly run.</param>
    public sealed record Fault(string Name, string? Reason, Action<TestNode, LivingChain> Begin, bool IsDaily = false)
    {
        public override string ToString() => Name;
    }
}

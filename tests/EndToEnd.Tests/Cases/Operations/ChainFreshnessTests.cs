namespace S3Auth.EndToEnd.Tests.Cases.Operations;

/// <summary>How old the blocks are on which the server decides, and which block it reads.</summary>
internal sealed class ChainFreshnessTests : ChainFixture
{
    [Test]
    public async Task Fresh_start_on_a_node_that_is_a_week_behind_is_not_ready()
    {
        var chain = Own(new LivingChain(SubnetRuntimes.Of("today"), age: TimeSpan.FromDays(7)));
        var node = await NodeAsync();
        chain.Add(node);
        var api = await StartAsync(Address(node), ready: false);

        await UntilAsync(api, state => state["last_error"] is not null);
        var start = chain.Block;
        await Wait.UntilAsync(() => chain.Block > start + 3);
        var ready = await api.Client.GetAsync("/readyz");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ready.Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
            Assert.That((string?)ready.Json["failing"]!["metagraph"], Does.Contain("block").And.Match("7 d|168 h|6048.. s|10080 min"));
            Assert.That((await AskAsync(api, Subnet.OrdinaryMiner)).Code, Is.EqualTo("chain_unavailable"));
        }

        // The node catches up.
        await StopAsync(chain);
        chain = Own(new LivingChain(SubnetRuntimes.Of("today")));
        chain.Add(node);
        await api.WaitUntilReadyAsync();
        await GrantAsync(api, Subnet.OrdinaryMiner);
        Assert.That((int?)(await HealthAsync(api))["age_seconds"], Is.LessThan(60));
    }

    [Test]
    public async Task Preferred_node_that_replays_old_blocks_is_passed_over_from_the_first_start()
    {
        var old = Own(new LivingChain(SubnetRuntimes.Of("today"), age: TimeSpan.FromDays(7)));
        var chain = Own(new LivingChain(SubnetRuntimes.Of("today")));
        var (preferred, next) = (await NodeAsync(), await NodeAsync());
        old.Add(preferred);
        preferred.State = SubnetRuntimes.Lie(preferred.State);
        chain.Add(next);

        var api = await StartAsync($"{Address(preferred)},{Address(next)}");
        await using var load = IdentityLoad.Start(api);
        var start = chain.Block;
        var health = await UntilAsync(api, state => (ulong?)state["block"] > start + 3);

        Assert.That((string?)health["endpoint"], Is.EqualTo(Address(next)));
        Assert.That((int?)health["age_seconds"], Is.LessThan(60));
        await load.AssertEveryAnswerWasRightAsync();
    }

    [Test]
    public async Task Age_is_that_of_the_block()
    {
        var node = await NodeAsync();
        var made = DateTimeOffset.UtcNow.AddSeconds(-1000);
        node.BlockTime = _ => made;

        var health = await HealthAsync(await StartAsync(Address(node)));

        using (Assert.EnterMultipleScope())
        {
            Assert.That((int?)health["age_seconds"], Is.InRange(1000, 1100));
            Assert.That(
                DateTimeOffset.Parse((string)health["block_time"]!, CultureInfo.InvariantCulture), Is.EqualTo(made).Within(1).Seconds);
        }
    }

    [Category("Nightly")]
    [Test]
    public async Task Finality_that_stops_gives_a_warning_before_grants_end()
    {
        // The finalized block is almost five minutes old. A node whose block is older counts as lagging.
        const int Staleness = 335;
        var node = await NodeAsync();
        node.BlockTime = _ => DateTimeOffset.UtcNow.AddSeconds(-285);
        var api = await StartAsync(Address(node), staleness: Staleness);
        Assert.That(Warnings(await HealthAsync(api)), Is.Empty);
        var made = DateTimeOffset.UtcNow.AddSeconds(-285);
        node.BlockTime = _ => made;

        node.BestBlock = 1002;
        await using var moving = new Timer(_ => node.BestBlock++, null, TimeSpan.Zero, TimeSpan.FromSeconds(1));

        var health = await UntilAsync(api, state => Warnings(state).Length > 0);
        var ready = await api.Client.GetAsync("/readyz");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Warnings(health), Does.Match(@"finalized block is \d\d blocks behind"));
            Assert.That(ready.Status, Is.EqualTo(HttpStatusCode.OK));
            Assert.That((string?)ready.Json["warnings"]!["metagraph"], Does.Contain("finalized"));
        }

        await GrantAsync(api, Subnet.OrdinaryMiner);
        await UntilAsync(api, state => (int?)state["age_seconds"] > Staleness);
        Assert.That((await AskAsync(api, Subnet.OrdinaryMiner)).Code, Is.EqualTo("chain_unavailable"));
    }

    [Test]
    public async Task Operator_may_read_blocks_before_they_are_finalized()
    {
        var node = await NodeAsync();
        node.BestBlock = 1010;
        var api = await StartAsync(Address(node), environment: new(StringComparer.Ordinal) { ["METAGRAPH_HEAD"] = "best-2" });

        Assert.That((int?)(await HealthAsync(api))["block"], Is.EqualTo(1008));

        // The finalized head does not move, and grants go on.
        node.BestBlock = 1020;
        await UntilAsync(api, state => (int?)state["block"] == 1018);
        await GrantAsync(api, Subnet.OrdinaryMiner);
    }
}

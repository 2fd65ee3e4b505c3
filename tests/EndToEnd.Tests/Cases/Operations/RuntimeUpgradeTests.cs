namespace S3Auth.EndToEnd.Tests.Cases.Operations;

/// <summary>Runtime upgrades while the server runs: other layouts of the subnet's state, and lists that are gone.</summary>
internal sealed class RuntimeUpgradeTests : ChainFixture
{
    [TestCase("1")]
    [TestCase("2")]
    public async Task Upgrade_to_another_layout_stops_no_grant(string nodesThatAgree)
    {
        var (chain, nodes) = await ChainAsync("today");
        var api = await StartAsync(nodes, nodesThatAgree);
        await UntilAsync(api, state => (uint?)state["spec_version"] == chain.Runtime.SpecVersion);
        await using var load = IdentityLoad.Start(api);

        foreach (var name in
            (string[])["added in the middle", "bytes around the state", "plain integers in another order", "everything at once"])
        {
            chain.Upgrade(SubnetRuntimes.Of(name));
            var upgradedAt = chain.Block;
            await UntilAsync(
                api,
                state => (uint?)state["spec_version"] == chain.Runtime.SpecVersion && (ulong?)state["block"] >= upgradedAt
                    && state["last_error"] is null);
        }

        // The server uses the answers in the new layout: the owner changes.
        await load.AssertEveryAnswerWasRightAsync();
        chain.Upgrade(chain.Runtime with { State = SubnetRuntimes.WithThief(chain.Runtime.State!) });
        await Wait.UntilAsync(async () => (await AskAsync(api, SubnetRuntimes.Thief)).Status == HttpStatusCode.OK);
        Assert.That(await NodeFailuresAsync(api, "disagreement"), Is.Zero);
    }

    [Test]
    public async Task Upgrade_about_which_the_preferred_node_lies_stops_no_grant()
    {
        var (chain, nodes) = await ChainAsync("today");
        var api = await StartAsync(nodes, "2");
        await using var load = IdentityLoad.Start(api);

        chain.Upgrade(SubnetRuntimes.Of("everything at once"));
        nodes[0].Metadata = SubnetRuntimes.LieAboutStake(nodes[0].Metadata!);

        var upgradedAt = chain.Block;
        await UntilAsync(api, state => (ulong?)state["block"] >= upgradedAt && (uint?)state["spec_version"] == chain.Runtime.SpecVersion);
        await load.AssertEveryAnswerWasRightAsync();
    }

    [TestCase("validator_permit removed", "validator_permit")]
    [TestCase("coldkeys renamed", "coldkeys", Category = "Nightly")]
    [TestCase("alpha_stake as flags", "alpha_stake", Category = "Nightly")]
    public async Task Field_that_is_gone_is_named_and_the_last_snapshot_stays_in_use(string name, string field)
    {
        var (chain, nodes) = await ChainAsync("today");
        var api = await StartAsync(nodes[..1], "1");
        await using var load = IdentityLoad.Start(api);

        chain.Upgrade(SubnetRuntimes.Of(name));
        var version = chain.Runtime.SpecVersion.ToString(CultureInfo.InvariantCulture);
        var upgradedAt = chain.Block;
        var failing = await UntilAsync(api, state => state["last_error"] is not null);
        await Wait.UntilAsync(() => chain.Block > upgradedAt + 3);
        await api.UntilLoggedAsync(field);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((string?)failing["last_error"], Does.Contain(field).And.Contain(version));
            Assert.That((ulong?)(await HealthAsync(api))["block"], Is.LessThan(upgradedAt), "nothing was guessed");
            Assert.That(
                api.ReadLog().Where(entry => entry.IsAboveInformation).Select(entry => entry.ToString()),
                Has.Some.Contains(field).And.Some.Contains(version));
        }

        // The next upgrade has the field again.
        chain.Upgrade(SubnetRuntimes.Of("everything at once"));
        await UntilAsync(api, state => (uint?)state["spec_version"] == chain.Runtime.SpecVersion && state["last_error"] is null);
        await load.AssertEveryAnswerWasRightAsync();
    }

    [Test]
    public async Task Saved_metadata_is_used_at_a_start_while_no_node_serves_it()
    {
        var (_, nodes) = await ChainAsync("plain integers in another order");
        var api = await StartAsync(nodes[..1], "1");
        await StopAsync(api);

        // Removes the saved snapshot and metadata, so that only the chain's state is left.
        File.Delete(Path.Combine(Folder.Path, "data", "metagraph-snapshot.json"));
        (nodes[0].Misbehaviour, nodes[0].MisbehavesIn) = (Misbehaviour.Error, "Metadata_metadata_at_version");
        var again = await StartAsync(nodes[..1], "1");

        await GrantAsync(again, Subnet.OrdinaryMiner);
    }

    [Test]
    public async Task Older_runtime_is_read()
    {
        var node = await NodeAsync();
        (node.Netuid, node.SpecVersion) = (1, 218);
        (node.Metadata, node.State) = (RecordedAnswers.Subtensor218Metadata(), RecordedAnswers.Subtensor218());

        var api = await StartAsync(Address(node), netuid: 1);

        var health = await HealthAsync(api);
        Assert.That(((int?)health["hotkeys_count"], (int?)health["spec_version"]), Is.EqualTo((2, 218)));
    }

    [Test]
    public async Task Runtime_without_the_function_is_read_from_its_storage()
    {
        var node = await NodeAsync();
        RecordedSubnetStorage.Subnet.PutInto(node);
        node.State = null;

        var api = await StartAsync(Address(node));

        var health = await HealthAsync(api);
        Assert.That(((int?)health["hotkeys_count"], (int?)health["spec_version"]), Is.EqualTo((250, 218)));
        Assert.That((string?)health["warnings"]![0], Does.Contain("reads the storage of the pallet SubtensorModule"));
        await api.UntilLoggedAsync("reads the storage of the pallet SubtensorModule");
    }

    private Task<ApiProcess> StartAsync(TestNode[] nodes, string nodesThatAgree) => StartAsync(
        string.Join(',', nodes.Select(Address)), environment: new(StringComparer.Ordinal) { ["NODES_THAT_AGREE"] = nodesThatAgree });
}

using System.Globalization;

namespace S3Auth.Infrastructure.Tests.Chain;

/// <summary>Three nodes of which two must agree, and one that does anything else.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Parallelizable(ParallelScope.Children)]
internal sealed class NodeAgreementTests
{
    private readonly TestTime _time = new(new DateTimeOffset(2026, 11, 25, 6, 0, 0, TimeSpan.Zero));

    private TestNode[] _nodes = [];
    private NodePool _pool = null!;
    private SubnetReader _reader = null!;
    private string _folder = null!;

    [SetUp]
    public async Task SetUp()
    {
        _folder = Directory.CreateTempSubdirectory("s3auth-agreement-").FullName;
        _nodes = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => TestNode.StartAsync()));
        foreach (var node in _nodes)
        {
            Prepare(node);
        }

        Configure(nodesThatAgree: 2);
    }

    [TearDown]
    public async Task TearDown()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static IEnumerable<TestCaseData> Lies()
    {
        yield return Lie("state", node => node.State = RecordedAnswers.State("after-coldkey-swap"));
        yield return Lie("state that is malformed", node => node.State = [1, 2, 3]);
        yield return Lie("no state", node => node.State = null);
        yield return Lie("no subnet", node => node.State = [0]);
        yield return Lie("block hash", node => node.Fork = "other");
        yield return Lie("genesis", node => node.Genesis = "0x" + new string('1', 64));
        yield return Lie("genesis, but the right block hash", node => node.ClaimedGenesis = "0x" + new string('1', 64));
        yield return Lie("runtime version", node => node.SpecVersion = 344);
        yield return Lie("metadata", node => node.Metadata = RecordedAnswers.Subtensor218Metadata());
        yield return Lie("block time", node => node.BlockTime = _ => new DateTimeOffset(2099, 1, 1, 0, 0, 0, TimeSpan.Zero));
        yield return Lie("newer state at a block far ahead", node =>
            (node.Block, node.BestBlock, node.State) = (1_000_000_000, 1_000_000_002, RecordedAnswers.State("after-coldkey-swap")));
        yield return Lie("the last block that there can be", node => node.BestBlock = node.Block = ulong.MaxValue);
        yield return Lie("chain's name", node => (node.Genesis, node.Chain) = (node.Genesis, "Other Chain"));
        yield return Lie("one block ahead", node => (node.Block, node.State) = (1001, RecordedAnswers.State("after-coldkey-swap")));

        static TestCaseData Lie(string what, Action<TestNode> lie) => new TestCaseData(lie).SetArgDisplayNames(what);
    }

    [TestCaseSource(nameof(Lies))]
    public async Task Node_that_lies_changes_nothing_wherever_it_is_in_the_list(Action<TestNode> lie)
    {
        for (var liar = 0; liar < 3; liar++)
        {
            lie(_nodes[liar]);
            Configure(nodesThatAgree: 2);

            var answer = await ReadAsync();

            Assert.Multiple(() =>
            {
                Assert.That(answer.Metagraph.Block, Is.EqualTo(1000));
                Assert.That(
                    answer.Metagraph.Find(Accounts.Bob)!.Coldkey.ToString(),
                    Is.EqualTo(RecordedAnswers.All["subnet"].Neurons![1].Coldkey));
                Assert.That(answer.BlockTime, Is.EqualTo(_time.GetUtcNow()));
                Assert.That((answer.Chain.Name, answer.Metagraph.Network), Is.EqualTo(("Test Chain", "Test Chain")));
                Assert.That(answer.SpecVersion, Is.EqualTo(343));
                Assert.That(answer.Chain.Genesis, Is.EqualTo(_nodes[(liar + 1) % 3].Genesis));
            });

            // The next round starts with honest nodes.
            await _nodes[liar].DisposeAsync();
            _nodes[liar] = await TestNode.StartAsync();
            Prepare(_nodes[liar]);
        }
    }

    [TestCase("state")]
    [TestCase("hash")]
    public async Task Node_that_disagrees_is_named(string about)
    {
        if (about == "state")
        {
            _nodes[1].State = RecordedAnswers.State("after-coldkey-swap");
        }
        else
        {
            _nodes[1].Fork = "other";
        }

        await ReadAsync();

        Assert.That(
            _pool.Problems.Select(problem => (problem.Failure, problem.Message)),
            Is.EqualTo(new[]
            {
                (ChainFailure.Disagreement, $"The node {Origin(1)} gives another answer about block 1000 than the other nodes."),
            }));
    }

    [Test]
    public async Task Node_that_lags_is_named_and_does_not_hold_back_the_others()
    {
        (_nodes[0].Block, _nodes[1].Block, _nodes[2].Block) = (900, 1000, 1001);

        var answer = await ReadAsync();

        Assert.That(answer.Metagraph.Block, Is.EqualTo(1000));
        Assert.That(
            _pool.Problems.Single().Message, Is.EqualTo($"The node {Origin(0)} is at block 900, 100 blocks behind the other nodes."));
    }

    [Test]
    public async Task Node_that_claims_the_last_block_that_there_can_be_is_not_named_as_lagging()
    {
        _nodes[0].BestBlock = _nodes[0].Block = ulong.MaxValue;

        await ReadAsync();

        Assert.That(_pool.Problems, Is.Empty);
    }

    [TestCase("chain_getBlockHash")]
    [TestCase("SubnetInfoRuntimeApi_get_subnet_state")]
    public async Task Node_that_hangs_about_a_block_that_only_one_other_node_has_delays_the_reading_by_some_seconds(string method)
    {
        (_nodes[0].Block, _nodes[2].Block) = (1001, 1001);
        (_nodes[2].Misbehaviour, _nodes[2].MisbehavesIn) = (Misbehaviour.Hang, method);

        var reading = ReadAsync();
        var before = _time.GetUtcNow();
        await AdvanceUntilReadAsync(reading);

        Assert.That((await reading).Metagraph.Block, Is.EqualTo(1000));
        Assert.That(_time.GetUtcNow() - before, Is.LessThan(TimeSpan.FromSeconds(14)), "not the timeout of the call");
    }

    [Test]
    public async Task Node_that_answers_each_call_in_time_but_never_ends_fails()
    {
        using var connection = await NodeConnection.ConnectAsync(
            TestChain.Options(_nodes[0].Address.ToString()).Network.Endpoints[0],
            TimeSpan.FromSeconds(5),
            TimeSpan.FromSeconds(15),
            _time,
            CancellationToken.None);
        using var group = TestChain.Group(connection, _time);

        var asking = group.AskAsync(
            async (_, token) =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
                return 0;
            },
            CancellationToken.None);
        _time.Advance(NodeGroup.MaxTime);

        Assert.That(
            () => asking.WaitAsync(TimeSpan.FromMinutes(1)),
            Throws.InstanceOf<ChainException>().With.Property("Failure").EqualTo(ChainFailure.Timeout));
    }

    // Such calls share one task. That was a bug on busy machines, where the answer is there before the server waits for it.
    [Test]
    public async Task Equal_answers_that_are_there_at_once_count_for_each_node()
    {
        var endpoint = TestChain.Options(_nodes[0].Address.ToString()).Network.Endpoints[0];
        using var connection = await NodeConnection.ConnectAsync(
            endpoint, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1), _time, CancellationToken.None);
        using var group = new NodeGroup(
            [new NodeMember(endpoint, preference: 0, _time), new NodeMember(endpoint, preference: 1, _time)],
            required: 2,
            (_, _) => Task.FromResult(connection),
            _time);

        var answers = await group.AskAsync((_, _) => Task.FromResult(true), CancellationToken.None);

        Assert.That(answers.Select(answer => (answer.Node.Preference, answer.Value)), Is.EqualTo(new[] { (0, true), (1, true) }));
    }

    [TestCase(25UL, 0)]
    [TestCase(26UL, 1)]
    public async Task Node_may_be_25_blocks_behind_the_others(ulong behind, int problems)
    {
        (_nodes[0].Block, _nodes[1].Block, _nodes[2].Block) = (1000 - behind, 1000, 1000);

        Assert.That((await ReadAsync()).Metagraph.Block, Is.EqualTo(1000));
        Assert.That(_pool.Problems.Count(), Is.EqualTo(problems));
    }

    [TestCase(Misbehaviour.Hang)]
    [TestCase(Misbehaviour.HangInUpgrade)]
    public async Task Node_that_hangs_delays_the_reading_by_some_seconds(Misbehaviour misbehaviour)
    {
        _nodes[0].Misbehaviour = misbehaviour;

        var reading = ReadAsync();
        var before = _time.GetUtcNow();
        await AdvanceUntilReadAsync(reading);

        Assert.That((await reading).Metagraph.Count, Is.EqualTo(5));
        Assert.That(_time.GetUtcNow() - before, Is.LessThan(TimeSpan.FromSeconds(14)), "not the timeouts of all calls");
        Assert.That(_pool.Problems.Single().Failure, Is.EqualTo(ChainFailure.Timeout));
    }

    [Test]
    public async Task Node_that_is_some_seconds_slower_than_the_others_takes_part()
    {
        _nodes[2].Delay = TimeSpan.FromSeconds(1);
        var reading = ReadAsync();
        await HeadIsReadAsync(_nodes[0]);
        await HeadIsReadAsync(_nodes[1]);

        _time.Advance(NodeGroup.Grace - TimeSpan.FromSeconds(1));
        _nodes[2].Delay = TimeSpan.Zero;

        Assert.That((await reading).Metagraph.Count, Is.EqualTo(5));
        Assert.That(_pool.Problems, Is.Empty);
    }

    [Test]
    public async Task Slow_nodes_are_waited_for_while_too_few_have_answered()
    {
        (_nodes[1].Delay, _nodes[2].Delay) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        var reading = ReadAsync();
        await HeadIsReadAsync(_nodes[0]);

        _time.Advance(NodeGroup.Grace + TimeSpan.FromSeconds(1));
        (_nodes[1].Delay, _nodes[2].Delay) = (TimeSpan.Zero, TimeSpan.Zero);

        Assert.That((await reading).Metagraph.Count, Is.EqualTo(5));
    }

    [Test]
    public async Task Node_that_failed_is_asked_for_nothing_else()
    {
        (_nodes[1].Misbehaviour, _nodes[1].MisbehavesIn) = (Misbehaviour.Close, "Metadata_metadata_at_version");

        await ReadAsync();

        Assert.That(_nodes.Select(node => node.StateCalls), Is.EqualTo(new[] { 1, 0, 1 }));
        Assert.That(_nodes[1].Connections, Is.EqualTo(1));
    }

    [Test]
    public async Task Answer_is_that_of_the_preferred_node_even_if_it_is_the_slowest()
    {
        _nodes[0].Delay = TimeSpan.FromMilliseconds(100);

        var answer = await ReadAsync();

        Assert.That(_pool.LastUsed!.Origin, Is.EqualTo(Origin(0)));
        Assert.That(answer.Endpoint, Is.EqualTo(_pool.LastUsed.Fingerprint));
    }

    [TestCase(Misbehaviour.RefuseUpgrade)]
    [TestCase(Misbehaviour.Close)]
    [TestCase(Misbehaviour.Error)]
    [TestCase(Misbehaviour.Garbage)]
    [TestCase(Misbehaviour.TooLarge)]
    public async Task Node_that_is_broken_stops_nothing(Misbehaviour misbehaviour)
    {
        _nodes[1].Misbehaviour = misbehaviour;

        Assert.That((await ReadAsync()).Metagraph.Count, Is.EqualTo(5));
        Assert.That(_pool.Problems.Count(), Is.EqualTo(1));
        Assert.That(_pool.LastUsed!.Origin, Is.EqualTo(Origin(0)));
    }

    [Test]
    public void Two_nodes_that_are_down_stop_the_reading()
    {
        (_nodes[0].Misbehaviour, _nodes[2].Misbehaviour) = (Misbehaviour.RefuseUpgrade, Misbehaviour.Error);

        var failed = Assert.ThrowsAsync<ChainException>(ReadAsync);

        Assert.That(failed.Failure, Is.EqualTo(ChainFailure.Unreachable));
        Assert.That(failed.Message, Does.Contain("NODES_THAT_AGREE is 2").And.Contain($"{Origin(0)} cannot be reached"));
        Assert.That(_pool.LastUsed, Is.Null);
        Assert.That(_pool.BackOffLeft, Is.GreaterThan(TimeSpan.Zero));
    }

    [Test]
    public void No_node_is_asked_before_as_many_as_required_are_out_of_back_off()
    {
        Array.ForEach(_nodes, node => node.Misbehaviour = Misbehaviour.RefuseUpgrade);
        Assert.ThrowsAsync<ChainException>(ReadAsync);

        // The first node's back-off ends before that of the second, because both have jitter.
        _time.Advance(_pool.BackOffLeft - TimeSpan.FromTicks(1));
        Assert.ThrowsAsync<ChainException>(ReadAsync);
        Assert.That(_nodes.Sum(node => node.Connections), Is.EqualTo(3));

        _time.Advance(TimeSpan.FromTicks(1));
        Assert.ThrowsAsync<ChainException>(ReadAsync);
        Assert.That(_nodes.Sum(node => node.Connections), Is.GreaterThanOrEqualTo(6), "all are asked, also the one in back-off");
    }

    [Test]
    public void Three_different_answers_are_no_answer()
    {
        _nodes[1].State = RecordedAnswers.State("after-coldkey-swap");
        _nodes[2].State = RecordedAnswers.State("after-registration");

        var failed = Assert.ThrowsAsync<ChainException>(ReadAsync);

        Assert.That(failed.Failure, Is.EqualTo(ChainFailure.Disagreement));
        Assert.That(
            failed.Message,
            Does.Contain("different answers").And.Contain(Origin(0)).And.Contain(Origin(2)).And.Contain("NODES_THAT_AGREE"));
    }

    [Test]
    public void Block_that_too_few_nodes_have_is_not_asked_for()
    {
        (_nodes[0].Block, _nodes[0].State) = (1001, RecordedAnswers.State("after-registration"));
        _nodes[1].State = RecordedAnswers.State("after-coldkey-swap");

        var failed = Assert.ThrowsAsync<ChainException>(ReadAsync);

        Assert.That(failed.Message, Does.StartWith("The nodes give different answers about netuid 46 at block 1000"));
        Assert.That(_nodes[0].Calls("chain_getBlockHash"), Is.EqualTo(2), "the first block and block 1000");
    }

    [Test]
    public async Task Two_pairs_that_contradict_each_other_are_no_answer()
    {
        await using var fourth = await TestNode.StartAsync();
        (fourth.Time, fourth.State, _nodes[2].State) =
            (_time, RecordedAnswers.State("after-coldkey-swap"), RecordedAnswers.State("after-coldkey-swap"));
        Configure(nodesThatAgree: 2, fourth);

        Assert.That(ReadAsync, Throws.InstanceOf<ChainException>().With.Property("Failure").EqualTo(ChainFailure.Disagreement));
    }

    [Test]
    public async Task Metadata_of_one_node_is_not_used_for_the_answers_of_the_others()
    {
        // The liar's metadata swaps two lists of stakes.
        var runtime = RecordedRuntimes.All["today"];
        foreach (var node in _nodes)
        {
            (node.SpecVersion, node.Metadata, node.State) = (runtime.SpecVersion, runtime.MetadataBytes, runtime.AnswerBytes);
        }

        _nodes[0].Metadata = Swap(runtime.MetadataBytes, "alpha_stake"u8, "total_stake"u8);

        var answer = await ReadAsync();

        Assert.That(StakeIn(answer, runtime), Is.EqualTo(runtime.Neurons![0].Stake));
        Assert.That(_pool.Problems.Single().Message, Does.Contain(Origin(0)));
    }

    [Test]
    public void Refusal_that_counts_is_that_of_the_nodes_that_agree()
    {
        Array.ForEach(_nodes, RecordedSubnetStorage.Subnet.PutInto);
        Array.ForEach(_nodes, node => node.State = null);
        var hotkey = RecordedSubnetStorage.Subnet.Pairs[2][0];
        (_nodes[0].Storage[hotkey], _nodes[1].Storage[hotkey]) = ([1], [1]);

        // Answers last, that there is no such subnet.
        _nodes[2].Storage.Clear();
        _nodes[2].Delay = TimeSpan.FromMilliseconds(300);

        Assert.That(ReadAsync, Throws.InstanceOf<ChainException>().With.Property("Failure").EqualTo(ChainFailure.Malformed));
    }

    [Test]
    public async Task Node_that_lies_does_not_keep_out_a_node_that_is_back_after_an_outage()
    {
        _nodes[2].State = RecordedAnswers.State("after-coldkey-swap");
        for (var outage = 0; outage < 10; outage++)
        {
            _nodes[1].Misbehaviour = Misbehaviour.RefuseUpgrade;
            Configure(nodesThatAgree: 2);
            for (var reading = 0; reading < 3; reading++)
            {
                Assert.ThrowsAsync<ChainException>(ReadAsync);
                _time.Advance(_pool.BackOffLeft);
            }

            _nodes[1].Misbehaviour = Misbehaviour.None;
            Assert.That((await ReadAsync()).Metagraph.Count, Is.EqualTo(5), "whichever two of the nodes may be asked first");
        }
    }

    [Test]
    public async Task Metadata_of_a_node_that_is_believed_alone_is_not_used_for_another_node()
    {
        // The first node answers once, with metadata that swaps two lists of stakes; then the second node is asked.
        var runtime = RecordedRuntimes.All["today"];
        foreach (var node in _nodes)
        {
            (node.SpecVersion, node.Metadata, node.State) = (runtime.SpecVersion, runtime.MetadataBytes, runtime.AnswerBytes);
        }

        _nodes[0].Metadata = Swap(runtime.MetadataBytes, "alpha_stake"u8, "total_stake"u8);
        Configure(nodesThatAgree: 1);
        Assert.That(StakeIn(await ReadAsync(), runtime), Is.Not.EqualTo(runtime.Neurons![0].Stake), "it is believed");
        _nodes[0].Misbehaviour = Misbehaviour.RefuseUpgrade;
        _time.Advance(NodePool.MaxBackOff);

        var answer = await ReadAsync();

        Assert.That(StakeIn(answer, runtime), Is.EqualTo(runtime.Neurons![0].Stake));
    }

    [Test]
    public async Task Node_that_agrees_again_is_no_longer_named()
    {
        _nodes[1].State = RecordedAnswers.State("after-coldkey-swap");
        await ReadAsync();
        _nodes[1].State = RecordedAnswers.State("subnet");
        _time.Advance(NodePool.MaxBackOff);

        await ReadAsync();

        Assert.That(_pool.Problems, Is.Empty);
    }

    [Test]
    public async Task Head_behind_the_best_block_is_read_at_that_block()
    {
        Array.ForEach(_nodes, node => node.BestBlock = 1010);
        Configure(nodesThatAgree: 2, head: new MetagraphHead(3));

        Assert.That((await ReadAsync()).Metagraph.Block, Is.EqualTo(1007));
    }

    [Test]
    public async Task Finalized_block_far_behind_the_best_one_gives_a_warning()
    {
        Array.ForEach(_nodes, node => node.BestBlock = 1010);
        Assert.That((await ReadAsync()).Warnings, Is.Empty);

        Array.ForEach(_nodes, node => node.BestBlock = 1011);
        Assert.That(
            (await ReadAsync()).Warnings.Single(), Does.StartWith("The chain's finalized block is 11 blocks behind its best block."));

        _nodes[2].BestBlock = 1001;
        Assert.That((await ReadAsync()).Warnings, Has.Count.EqualTo(1), "one node cannot hide it");

        Array.ForEach(_nodes, node => node.BestBlock = 1002);
        _nodes[1].BestBlock = 5000;
        Assert.That((await ReadAsync()).Warnings, Is.Empty, "one node cannot invent it");
    }

    // Advances the time only if no node is connected to or called for two seconds, so that slow code of the test does not look like a slow
    // node.
    private Task AdvanceUntilReadAsync(Task reading)
    {
        var (last, quiet) = (0, 0);
        return Wait.UntilAsync(async () =>
        {
            await Task.Delay(200);
            var now = Activity();
            var isQuiet = now == last && _nodes.All(node => node.Waiting == 0 || node.Misbehaviour != Misbehaviour.None);
            (last, quiet) = (now, isQuiet ? quiet + 1 : 0);
            if (quiet == 10 && !reading.IsCompleted)
            {
                quiet = 0;
                _time.Advance(NodeGroup.Grace);
            }

            return reading.IsCompleted;
        });

        int Activity() => _nodes.Sum(node => node.Connections + node.TotalCalls);
    }

    // The last call about a head is that for the best block's header.
    private static async Task HeadIsReadAsync(TestNode node)
    {
        await Wait.UntilAsync(() => node.Calls("chain_getHeader") == 2 && node.Waiting == 0);
        await Task.Delay(50);
    }

    private static string StakeIn(SubnetAnswer answer, RecordedRuntime runtime) =>
        answer.Metagraph.Find(AccountId.Parse(runtime.Neurons![0].Hotkey))!.AlphaStake.Units.ToString(CultureInfo.InvariantCulture);

    private static byte[] Swap(byte[] bytes, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var swapped = bytes.ToArray();
        var (first, second) = (bytes.AsSpan().IndexOf(left), bytes.AsSpan().IndexOf(right));
        right.CopyTo(swapped.AsSpan(first));
        left.CopyTo(swapped.AsSpan(second));
        return swapped;
    }

    // All nodes give the same time for a block.
    private void Prepare(TestNode node)
    {
        var start = _time.GetUtcNow();
        (node.Time, node.State) = (_time, RecordedAnswers.State("subnet"));
        node.BlockTime = block => start.AddSeconds(12 * ((double)block - 1000));
    }

    private string Origin(int node) => $"ws://{_nodes[node].Address.Authority}";

    private void Configure(int nodesThatAgree, TestNode? fourth = null, MetagraphHead head = default)
    {
        var addresses = string.Join(',', _nodes.Append(fourth).OfType<TestNode>().Select(node => node.Address));
        var options = TestChain.Options(
            addresses, Path.Combine(_folder, Guid.NewGuid().ToString()), nodesThatAgree: nodesThatAgree, head: head);
        _pool = TestChain.Pool(options, _time);
        _reader = TestChain.Reader(options, _time);
    }

    private Task<SubnetAnswer> ReadAsync() => _pool.ReadAsync(_reader.ReadAsync, CancellationToken.None);
}

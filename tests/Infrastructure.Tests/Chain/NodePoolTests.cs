namespace S3Auth.Infrastructure.Tests.Chain;

/// <summary>Which of several nodes is called, and when a failed one is called again.</summary>
internal sealed class NodePoolTests
{
    private readonly TestTime _time = new();

    private TestNode _first = null!;
    private TestNode _second = null!;
    private NodePool _pool = null!;

    [SetUp]
    public async Task SetUp()
    {
        // At a port that stays reserved, because a test restarts it there.
        _first = await TestNode.StartAsync(FreePort.Next());
        _second = await TestNode.StartAsync();
        (_first.Chain, _second.Chain) = ("first", "second");
        _pool = TestChain.Pool(TestChain.Options($"{_first.Address},{_second.Address}"), _time);
    }

    [TearDown]
    public async Task TearDown()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
    }

    [Test]
    public async Task Preferred_node_is_called_each_time_over_a_new_connection()
    {
        for (var i = 0; i < 5; i++)
        {
            Assert.That(await CallAsync(), Is.EqualTo("first"));
        }

        Assert.That((_first.Connections, _second.Connections), Is.EqualTo((5, 0)));
        Assert.That(_pool.LastUsed!.Address, Is.EqualTo(_first.Address));
        Assert.That(_pool.BackOffLeft, Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public async Task Next_node_is_used_during_the_back_off_of_a_failed_one()
    {
        _first.Misbehaviour = Misbehaviour.Error;
        Assert.That(await CallAsync(), Is.EqualTo("second"));
        Assert.That(_pool.LastUsed!.Address, Is.EqualTo(_second.Address));

        _first.Misbehaviour = Misbehaviour.None;
        Assert.That(await CallAsync(), Is.EqualTo("second"), "it backOffs");

        _time.Advance(NodePool.MinBackOff);
        Assert.That(await CallAsync(), Is.EqualTo("first"), "the back-off ended");
        Assert.That(_pool.LastUsed!.Address, Is.EqualTo(_first.Address));
    }

    [Test]
    public async Task Node_that_dropped_a_connection_is_connected_to_again()
    {
        _first.Misbehaviour = Misbehaviour.DropInAnswer;
        Assert.That(await CallAsync(), Is.EqualTo("second"));

        _first.Misbehaviour = Misbehaviour.None;
        _time.Advance(NodePool.MinBackOff);
        Assert.That(await CallAsync(), Is.EqualTo("first"));
    }

    [Test]
    public async Task Node_that_restarts_between_two_calls_answers_the_second()
    {
        await CallAsync();
        await _first.DisposeAsync();
        _first = await TestNode.StartAsync(_first.Address.Port);
        _first.Chain = "first again";

        Assert.That(await CallAsync(), Is.EqualTo("first again"));
    }

    [Test]
    public async Task Back_off_grows_with_every_failure_up_to_the_maximum_and_has_jitter()
    {
        (_first.Misbehaviour, _second.Misbehaviour) = (Misbehaviour.RefuseUpgrade, Misbehaviour.RefuseUpgrade);
        var backOffs = new List<double>();
        for (var i = 0; i < 12; i++)
        {
            await FailAsync();
            backOffs.Add(_pool.BackOffLeft.TotalSeconds);
            _time.Advance(NodePool.MaxBackOff);
        }

        using (Assert.EnterMultipleScope())
        {
            for (var i = 0; i < backOffs.Count; i++)
            {
                // The minimum of two back-offs, each between half and all of its bound.
                var longest = Math.Min(Math.Pow(2, i), NodePool.MaxBackOff.TotalSeconds);
                Assert.That(backOffs[i], Is.InRange(longest / 2, longest), $"failure {i + 1}");
            }

            Assert.That(backOffs.Distinct().Count(), Is.EqualTo(backOffs.Count), "jitter");
        }
    }

    [Test]
    public async Task Success_resets_the_back_off()
    {
        (_first.Misbehaviour, _second.Misbehaviour) = (Misbehaviour.RefuseUpgrade, Misbehaviour.RefuseUpgrade);
        for (var i = 0; i < 8; i++)
        {
            await FailAsync();
            _time.Advance(NodePool.MaxBackOff);
        }

        _first.Misbehaviour = Misbehaviour.None;
        await CallAsync();
        _first.Misbehaviour = Misbehaviour.Error;
        await FailAsync();

        Assert.That(_pool.BackOffLeft, Is.LessThanOrEqualTo(NodePool.MinBackOff));
    }

    [Test]
    public async Task Failure_of_all_nodes_is_that_of_the_preferred_node_even_during_its_back_off()
    {
        _first.Misbehaviour = Misbehaviour.RefuseUpgrade;
        _second.Misbehaviour = Misbehaviour.Error;

        var both = await FailAsync();
        var resting = await FailAsync();

        Assert.Multiple(() =>
        {
            Assert.That(both.Failure, Is.EqualTo(ChainFailure.Unreachable));
            Assert.That(both.Message, Does.Contain(_first.Address.Authority));
            Assert.That(resting.Message, Is.EqualTo(both.Message));
            Assert.That(_pool.LastUsed, Is.Null);
            Assert.That((_first.Connections, _second.Connections), Is.EqualTo((1, 1)), "who backOffs is not asked");
        });
    }

    [Test]
    public void Bug_in_reading_an_answer_is_a_failure_of_the_node_and_reveals_nothing()
    {
        var failed = Assert.ThrowsAsync<ChainException>(() => _pool.ReadAsync<string>(
            (_, _) => throw new InvalidOperationException("very private"), CancellationToken.None));

        Assert.Multiple(() =>
        {
            Assert.That(failed.Failure, Is.EqualTo(ChainFailure.Internal));
            Assert.That(failed.Message, Does.Not.Contain("private"));
            Assert.That(_pool.BackOffLeft, Is.GreaterThan(TimeSpan.Zero), "the node must be in back-off");
        });
    }

    [Test]
    public void Stop_of_the_service_does_not_count_as_a_failure_of_a_node()
    {
        _first.Misbehaviour = Misbehaviour.Hang;
        using var stopping = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        Assert.That(
            () => ReadAsync((node, stop) => node.GetChainAsync(stop), stopping.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(_second.Connections, Is.Zero);
    }

    private Task<T> ReadAsync<T>(Func<NodeConnection, CancellationToken, Task<T>> call, CancellationToken stopping) =>
        _pool.ReadAsync(async (nodes, stop) => (await nodes.AskAsync(call, stop)).Single().Value, stopping);

    private Task<string> CallAsync() => ReadAsync(
        async (node, stop) =>
        {
            // Unlike the chain's name, the head is asked for every time.
            await node.GetFinalizedHeadAsync(stop);
            return await node.GetChainAsync(stop);
        },
        CancellationToken.None);

    private Task<ChainException> FailAsync() => Task.FromResult(Assert.ThrowsAsync<ChainException>(CallAsync)!);
}

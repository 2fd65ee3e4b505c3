namespace S3Auth.Infrastructure.Tests.Chain;

/// <summary>Which of several nodes is asked, and when one that failed is asked again.</summary>
internal sealed class NodePoolTests
{
    private readonly FakeTimeProvider _time = new();

    private TestNode _first = null!;
    private TestNode _second = null!;
    private NodePool _pool = null!;

    [SetUp]
    public async Task SetUp()
    {
        _first = await TestNode.StartAsync();
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
    public async Task Preferred_node_is_asked_each_time_over_a_connection_of_its_own()
    {
        for (var i = 0; i < 5; i++)
        {
            Assert.That(await AskAsync(), Is.EqualTo("first"));
        }

        Assert.That((_first.Connections, _second.Connections), Is.EqualTo((5, 0)));
        Assert.That(_pool.InUse!.Address, Is.EqualTo(_first.Address));
        Assert.That(_pool.RestLeft, Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public async Task Next_node_answers_in_place_of_one_that_fails_until_that_one_has_rested()
    {
        _first.Misbehaviour = Misbehaviour.Error;
        Assert.That(await AskAsync(), Is.EqualTo("second"));
        Assert.That(_pool.InUse!.Address, Is.EqualTo(_second.Address));

        _first.Misbehaviour = Misbehaviour.None;
        Assert.That(await AskAsync(), Is.EqualTo("second"), "it rests");

        _time.Advance(NodePool.ShortestRest);
        Assert.That(await AskAsync(), Is.EqualTo("first"), "it has rested");
        Assert.That(_pool.InUse!.Address, Is.EqualTo(_first.Address));
    }

    [Test]
    public async Task Node_that_dropped_a_connection_is_connected_to_again()
    {
        _first.Misbehaviour = Misbehaviour.DropInAnswer;
        Assert.That(await AskAsync(), Is.EqualTo("second"));

        _first.Misbehaviour = Misbehaviour.None;
        _time.Advance(NodePool.ShortestRest);
        Assert.That(await AskAsync(), Is.EqualTo("first"));
    }

    [Test]
    public async Task Node_that_was_restarted_between_two_questions_answers_the_second()
    {
        await AskAsync();
        await _first.DisposeAsync();
        _first = await TestNode.StartAsync(_first.Address.Port);
        _first.Chain = "first again";

        Assert.That(await AskAsync(), Is.EqualTo("first again"));
    }

    [Test]
    public async Task Rest_grows_with_every_failure_up_to_its_longest_and_is_never_the_same()
    {
        (_first.Misbehaviour, _second.Misbehaviour) = (Misbehaviour.RefuseUpgrade, Misbehaviour.RefuseUpgrade);
        var rests = new List<double>();
        for (var i = 0; i < 12; i++)
        {
            await FailAsync();
            rests.Add(_pool.RestLeft.TotalSeconds);
            _time.Advance(NodePool.LongestRest);
        }

        using (Assert.EnterMultipleScope())
        {
            for (var i = 0; i < rests.Count; i++)
            {
                // The least of two rests, each between half and all of what it may be.
                var longest = Math.Min(Math.Pow(2, i), NodePool.LongestRest.TotalSeconds);
                Assert.That(rests[i], Is.InRange(longest / 2, longest), $"failure {i + 1}");
            }

            Assert.That(rests.Distinct().Count(), Is.EqualTo(rests.Count), "jitter");
        }
    }

    [Test]
    public async Task Answer_ends_the_growth_of_rests()
    {
        (_first.Misbehaviour, _second.Misbehaviour) = (Misbehaviour.RefuseUpgrade, Misbehaviour.RefuseUpgrade);
        for (var i = 0; i < 8; i++)
        {
            await FailAsync();
            _time.Advance(NodePool.LongestRest);
        }

        _first.Misbehaviour = Misbehaviour.None;
        await AskAsync();
        _first.Misbehaviour = Misbehaviour.Error;
        await FailAsync();

        Assert.That(_pool.RestLeft, Is.LessThanOrEqualTo(NodePool.ShortestRest));
    }

    [Test]
    public async Task All_failing_is_told_by_the_failure_of_the_preferred_node_also_while_it_rests()
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
            Assert.That(_pool.InUse, Is.Null);
            Assert.That((_first.Connections, _second.Connections), Is.EqualTo((1, 1)), "who rests is not asked");
        });
    }

    [Test]
    public void Mistake_in_reading_an_answer_is_a_failure_like_others_and_gives_nothing_away()
    {
        var failed = Assert.ThrowsAsync<ChainException>(() => _pool.AskAsync<string>(
            (_, _) => throw new InvalidOperationException("very private"), CancellationToken.None));

        Assert.Multiple(() =>
        {
            Assert.That(failed.Failure, Is.EqualTo(ChainFailure.Internal));
            Assert.That(failed.Message, Does.Not.Contain("private"));
            Assert.That(_pool.RestLeft, Is.GreaterThan(TimeSpan.Zero), "it must not be tried without a pause");
        });
    }

    [Test]
    public void Stop_of_the_service_is_no_failure_of_a_node()
    {
        _first.Misbehaviour = Misbehaviour.Hang;
        using var stopping = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        Assert.That(
            () => _pool.AskAsync((node, stop) => node.GetChainAsync(stop), stopping.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(_second.Connections, Is.Zero);
    }

    private Task<string> AskAsync() => _pool.AskAsync(
        async (node, stop) =>
        {
            // Unlike the chain's name, the head is asked for every time.
            await node.GetFinalizedHeadAsync(stop);
            return await node.GetChainAsync(stop);
        },
        CancellationToken.None);

    private Task<ChainException> FailAsync() => Task.FromResult(Assert.ThrowsAsync<ChainException>(AskAsync)!);
}

namespace S3Auth.Infrastructure.Tests.Chain;

/// <summary>Reading a subnet from one node that does not answer as it should.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Parallelizable(ParallelScope.Children)]
internal sealed class SubnetReaderTests
{
    private readonly TestTime _time = new(new DateTimeOffset(2026, 11, 25, 6, 0, 0, TimeSpan.Zero));

    private TestNode _node = null!;
    private NodePool _pool = null!;
    private SubnetReader _reader = null!;
    private string _folder = null!;

    [SetUp]
    public async Task SetUp()
    {
        _folder = Directory.CreateTempSubdirectory("s3auth-reader-").FullName;
        _node = await TestNode.StartAsync();
        (_node.Time, _node.State) = (_time, RecordedAnswers.State("subnet"));
        Configure();
    }

    [TearDown]
    public async Task TearDown()
    {
        await _node.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [TestCase(Misbehaviour.Hang, ChainFailure.Timeout)]
    [TestCase(Misbehaviour.NoHex, ChainFailure.Malformed)]
    [TestCase(Misbehaviour.Close, ChainFailure.Disconnected)]
    public async Task Node_that_fails_to_send_metadata_does_not_count_as_one_that_has_none(Misbehaviour misbehaviour, ChainFailure expected)
    {
        (_node.Misbehaviour, _node.MisbehavesIn) = (misbehaviour, "Metadata_metadata_at_version");

        var reading = ReadAsync();
        await Wait.UntilAsync(() =>
        {
            if (misbehaviour == Misbehaviour.Hang && _node.Calls("Metadata_metadata_at_version") > 0)
            {
                _time.Advance(TimeSpan.FromSeconds(1));
            }

            return reading.IsCompleted;
        });

        Assert.That(() => reading, Throws.InstanceOf<ChainException>().With.Property("Failure").EqualTo(expected));
        Assert.That(_node.StateCalls, Is.Zero);
    }

    [Test]
    public void Metadata_followed_by_other_bytes_is_refused()
    {
        var runtime = RecordedRuntimes.All["today"];
        (_node.SpecVersion, _node.Metadata, _node.State) = (runtime.SpecVersion, [.. runtime.MetadataBytes, 0], runtime.AnswerBytes);

        Assert.That(
            ReadAsync,
            Throws.InstanceOf<ChainException>().With.Message.EqualTo(
                $"The node ws://{_node.Address.Authority} sent malformed metadata: At byte {runtime.MetadataBytes.Length}: "
                    + "1 bytes are left over."));
    }

    [Test]
    public async Task Metadata_is_loaded_again_after_an_answer_that_it_does_not_describe()
    {
        var runtime = RecordedRuntimes.All["today"];
        (_node.SpecVersion, _node.Metadata, _node.State) = (runtime.SpecVersion, runtime.MetadataBytes, [1, 2, 3]);
        Assert.That(ReadAsync, Throws.InstanceOf<ChainException>().With.Property("Failure").EqualTo(ChainFailure.Malformed));

        _node.State = runtime.AnswerBytes;
        _time.Advance(NodePool.MaxBackOff);
        await ReadAsync();

        Assert.That(_node.Calls("Metadata_metadata_at_version"), Is.EqualTo(2));
    }

    [TestCase("")]
    [TestCase("00000000000000")]
    [TestCase("000000000000000000")]
    [TestCase("ffffffffffffffff", Description = "after the year 9999")]
    public void Block_time_that_is_none_is_refused(string time)
    {
        _node.Storage[TestChainState.TimestampKey] = Convert.FromHexString(time);

        Assert.That(
            ReadAsync,
            Throws.InstanceOf<ChainException>().With.Message.EndsWith("has no valid time (Timestamp.Now) of block 1000."));
    }

    [Test]
    public async Task Head_behind_the_best_block_is_the_first_block_of_a_new_chain()
    {
        (_node.Block, _node.BestBlock) = (0, 2);
        Configure(new MetagraphHead(3));

        Assert.That((await ReadAsync()).Metagraph.Block, Is.Zero);
    }

    [Test]
    public async Task Best_block_before_the_finalized_one_is_no_lag()
    {
        _node.BestBlock = 999;

        var answer = await ReadAsync();

        Assert.That((answer.FinalityLag, answer.Warnings), Is.EqualTo((0UL, Array.Empty<string>())));
    }

    private void Configure(MetagraphHead head = default)
    {
        var options = TestChain.Options(_node.Address.ToString(), _folder, head: head);
        _pool = TestChain.Pool(options, _time);
        _reader = TestChain.Reader(options, _time);
    }

    private Task<SubnetAnswer> ReadAsync() => _pool.ReadAsync(_reader.ReadAsync, CancellationToken.None);
}

using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace S3Auth.Infrastructure.Tests.Chain;

/// <summary>The test node answers like a node of Substrate. Otherwise the tests that use it prove nothing.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TestNodeTests
{
    private const string StateFunction = "SubnetInfoRuntimeApi_get_subnet_state";

    private readonly TestTime _time = new(new DateTimeOffset(2026, 11, 25, 6, 0, 0, TimeSpan.Zero));
    private readonly ClientWebSocket _socket = new();
    private TestNode _node = null!;

    [SetUp]
    public async Task SetUp()
    {
        _node = await TestNode.StartAsync();
        _node.Time = _time;
        await _socket.ConnectAsync(_node.Address, CancellationToken.None);
    }

    [TearDown]
    public async Task TearDown()
    {
        _socket.Dispose();
        await _node.DisposeAsync();
    }

    [Test]
    public async Task Blocks_have_numbers_hashes_and_times()
    {
        var finalized = await AskAsync<string>("chain_getFinalizedHead");
        var old = await AskAsync<string>("chain_getBlockHash", 700);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await NumberAsync(finalized), Is.EqualTo("0x3e8"));
            Assert.That(await NumberAsync(old), Is.EqualTo("0x2bc"));
            Assert.That((string?)(await AskAsync<JsonObject>("chain_getHeader"))["number"], Is.EqualTo("0x3ea"), "the best block");
            Assert.That(await AskAsync<string>("chain_getBlockHash", 0), Is.EqualTo(_node.Genesis));
            Assert.That((await CallAsync("chain_getBlockHash", 1003))["result"], Is.Null, "not made yet");
            Assert.That((await CallAsync("chain_getHeader", $"0x{new string('7', 64)}"))["result"], Is.Null);
            Assert.That(await TimeAsync(finalized), Is.EqualTo(_time.GetUtcNow()));
            Assert.That(await TimeAsync(old), Is.EqualTo(_time.GetUtcNow().AddSeconds(-300 * 12)));
        }
    }

    [Test]
    public async Task Blocks_move_with_the_clock()
    {
        _node.BlocksMove = true;
        _time.Advance(TimeSpan.FromSeconds(35));

        var head = await AskAsync<string>("chain_getFinalizedHead");

        Assert.That(await NumberAsync(head), Is.EqualTo("0x3ea"));
        Assert.That(await TimeAsync(head), Is.EqualTo(_time.GetUtcNow().AddSeconds(-11)));
    }

    [Test]
    public async Task Nodes_of_one_chain_have_the_same_hashes_and_those_of_a_fork_have_others()
    {
        await using var other = await TestNode.StartAsync();
        var (genesis, hash) = (_node.Genesis, await AskAsync<string>("chain_getFinalizedHead"));
        Assert.That(other.Genesis, Is.EqualTo(genesis));

        _node.Fork = "another";
        Assert.That(await AskAsync<string>("chain_getFinalizedHead"), Is.Not.EqualTo(hash));
        Assert.That(await AskAsync<string>("chain_getBlockHash", 0), Is.EqualTo(genesis));

        (_node.Fork, _node.Chain) = ("", "Other Chain");
        Assert.That(await AskAsync<string>("chain_getFinalizedHead"), Is.Not.EqualTo(hash));
        Assert.That(await AskAsync<string>("chain_getBlockHash", 0), Is.Not.EqualTo(genesis));
    }

    [Test]
    public async Task Storage_is_read_by_key_and_by_prefix()
    {
        (_node.Storage["0xaa01"], _node.Storage["0xaa02"], _node.Storage["0xbb01"]) = ([1], [2, 3], [4]);
        var head = await AskAsync<string>("chain_getFinalizedHead");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await AskAsync<string>("state_getStorage", "0xaa02", head), Is.EqualTo("0x0203"));
            Assert.That((await CallAsync("state_getStorage", "0xcc", head))["result"], Is.Null);
            Assert.That(await AskAsync<string[]>("state_getKeysPaged", "0xaa", 10, null, head), Is.EqualTo(new[] { "0xaa01", "0xaa02" }));
            Assert.That(await AskAsync<string[]>("state_getKeysPaged", "0xaa", 1, null, head), Is.EqualTo(new[] { "0xaa01" }));
            Assert.That(await AskAsync<string[]>("state_getKeysPaged", "0xaa", 10, "0xaa01", head), Is.EqualTo(new[] { "0xaa02" }));
            Assert.That(
                (await CallAsync("state_queryStorageAt", new[] { "0xbb01", "0xcc" }, head))["result"]!.ToJsonString(),
                Is.EqualTo($$"""[{"block":"{{head}}","changes":[["0xbb01","0x04"],["0xcc",null]]}]"""));
        }
    }

    [Test]
    public async Task Upgrade_leaves_the_older_blocks_as_they_are()
    {
        var before = await AskAsync<string>("chain_getFinalizedHead");
        _node.State = [1, 2, 3];
        _node.Upgrade(new TestRuntime(360, Metadata: [1, 4, 7], MetadataV14: [8, 7, 7], State: [4]));
        var after = await AskAsync<string>("chain_getFinalizedHead");

        using (Assert.EnterMultipleScope())
        {
            Assert.That((int?)(await AskAsync<JsonObject>("state_getRuntimeVersion", before))["specVersion"], Is.EqualTo(343));
            Assert.That((int?)(await AskAsync<JsonObject>("state_getRuntimeVersion", after))["specVersion"], Is.EqualTo(360));
            Assert.That(await RuntimeAsync(StateFunction, "0x2e00", before), Is.EqualTo("0x010203"));
            Assert.That(await RuntimeAsync(StateFunction, "0x2e00", after), Is.EqualTo("0x04"));
            Assert.That(await RuntimeAsync(StateFunction, "0x2f00", after), Is.EqualTo("0x00"), "another netuid");
            Assert.That(await RuntimeAsync("Metadata_metadata_at_version", "0x0f000000", before), Is.Null);
            Assert.That(await RuntimeAsync("Metadata_metadata_at_version", "0x0f000000", after), Is.EqualTo("0x010407"));
            Assert.That(await RuntimeAsync("Metadata_metadata_at_version", "0x0e000000", after), Is.EqualTo("0x01080707"));
            Assert.That(await RuntimeAsync("Metadata_metadata_at_version", "0x10000000", after), Is.EqualTo("0x00"));
            Assert.That(await RuntimeAsync("Metadata_metadata", "0x", after), Is.EqualTo("0x080707"));
        }

        _node.State = null;
        Assert.That(await RuntimeAsync(StateFunction, "0x2e00", after), Is.Null);
    }

    private async Task<string?> RuntimeAsync(string function, string argument, string block)
    {
        var answer = await CallAsync("state_call", function, argument, block);
        Assert.That(answer.ContainsKey("error"), Is.Not.EqualTo(answer.ContainsKey("result")));
        return (string?)answer["result"];
    }

    private async Task<string?> NumberAsync(string hash) => (string?)(await AskAsync<JsonObject>("chain_getHeader", hash))["number"];

    private async Task<DateTimeOffset> TimeAsync(string hash)
    {
        var now = Convert.FromHexString((await AskAsync<string>("state_getStorage", TestChainState.TimestampKey, hash))[2..]);
        return DateTimeOffset.FromUnixTimeMilliseconds(BitConverter.ToInt64(now));
    }

    private async Task<T> AskAsync<T>(string method, params object?[] parameters) =>
        (await CallAsync(method, parameters))["result"].Deserialize<T>()!;

    private async Task<JsonObject> CallAsync(string method, params object?[] parameters)
    {
        var question = JsonSerializer.SerializeToUtf8Bytes(new { jsonrpc = "2.0", id = 1, method, @params = parameters });
        await _socket.SendAsync(question, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        using var answer = new MemoryStream();
        var buffer = new byte[65536];
        WebSocketReceiveResult received;
        do
        {
            received = await _socket.ReceiveAsync(buffer, CancellationToken.None);
            answer.Write(buffer, 0, received.Count);
        }
        while (!received.EndOfMessage);
        return JsonNode.Parse(answer.ToArray())!.AsObject();
    }
}

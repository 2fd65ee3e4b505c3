using System.Buffers.Binary;
using System.Text.Json;

namespace S3Auth.Testing.Chain;

/// <summary>The JSON-RPC methods of a test node.</summary>
internal static class TestNodeAnswers
{
    /// <summary>The runtime function that answers the subnet's state.</summary>
    internal const string StateFunction = "SubnetInfoRuntimeApi_get_subnet_state";

    private const int InvalidParams = -32602;
    private const int ClientError = 4003;

    /// <summary>Answers a call, in JSON.</summary>
    /// <exception cref="TestNodeErrorException">The node answers with an error.</exception>
    internal static string ToJson(TestChainState chain, string method, JsonElement[] parameters)
    {
        return method switch
        {
            "system_chain" when parameters is [] => JsonSerializer.Serialize(chain.Chain),
            "chain_getBlockHash" => GetBlockHash(chain, parameters),
            "chain_getFinalizedHead" when parameters is [] => JsonSerializer.Serialize(chain.HashOf(chain.Block)),
            "chain_getHeader" => GetHeader(chain, Text(parameters, 0)),
            "state_getRuntimeVersion" => GetRuntimeVersion(chain.RuntimeAt(BlockOf(chain, Text(parameters, 0)))),
            "state_getStorage" => JsonSerializer.Serialize(
                ReadStorage(chain, Required(parameters, 0), BlockOf(chain, Text(parameters, 1)))),
            "state_getKeysPaged" => GetKeysPaged(chain, parameters),
            "state_queryStorageAt" => QueryStorageAt(chain, parameters),
            "state_call" => JsonSerializer.Serialize(ToHex(
                CallRuntime(chain, Required(parameters, 0), Required(parameters, 1), BlockOf(chain, Text(parameters, 2))))),
            _ => throw new TestNodeErrorException(InvalidParams, "Invalid params"),
        };
    }

    private static string GetBlockHash(TestChainState chain, JsonElement[] parameters)
    {
        var number = parameters is [{ ValueKind: JsonValueKind.Number } asked] ? asked.GetUInt64() : chain.Best;
        if (number == 0 && chain.ClaimedGenesis is { } claimed)
        {
            return JsonSerializer.Serialize(claimed);
        }

        return JsonSerializer.Serialize(number <= Math.Max(chain.Best, chain.Block) ? chain.HashOf(number) : null);
    }

    private static string GetHeader(TestChainState chain, string? hash)
    {
        if ((hash is null ? chain.Best : chain.Find(hash)) is not { } number)
        {
            return "null";
        }

        var parent = number == 0 ? $"0x{new string('0', 64)}" : chain.HashOf(number - 1);
        return $$$"""
            {"parentHash":"{{{parent}}}","number":"0x{{{number:x}}}","stateRoot":"0x00","extrinsicsRoot":"0x00","digest":{"logs":[]}}
            """;
    }

    private static string GetRuntimeVersion(TestRuntime runtime) => $$"""
        {"specName":"node-subtensor","implName":"node-subtensor","authoringVersion":1,"specVersion":{{runtime.SpecVersion}},"implVersion":1,
        "apis":[["0xdf6acb689907609b",5],["0x37e397fc7c91f5e4",2]],"transactionVersion":1,"systemVersion":1,"stateVersion":1}
        """;

    private static string GetKeysPaged(TestChainState chain, JsonElement[] parameters)
    {
        var (prefix, count, start) = (Required(parameters, 0), parameters[1].GetInt32(), Text(parameters, 2));
        BlockOf(chain, Text(parameters, 3));
        return JsonSerializer.Serialize(chain.Storage.Keys
            .Append(TestChainState.TimestampKey)
            .Distinct(StringComparer.Ordinal)
            .Where(key => key.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(key, start) > 0)
            .Order(StringComparer.Ordinal)
            .Take(count));
    }

    private static string QueryStorageAt(TestChainState chain, JsonElement[] parameters)
    {
        var block = BlockOf(chain, Text(parameters, 1));
        var changes = parameters[0].EnumerateArray()
            .Select(key => key.GetString()!)
            .Select(key => (string?[])[key, ReadStorage(chain, key, block)]);
        return JsonSerializer.Serialize(new[] { new { block = chain.HashOf(block), changes } });
    }

    private static string? ReadStorage(TestChainState chain, string key, ulong block)
    {
        if (chain.Storage.TryGetValue(key, out var value))
        {
            return ToHex(value);
        }

        if (key != TestChainState.TimestampKey)
        {
            return null;
        }

        var milliseconds = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteInt64LittleEndian(milliseconds, Math.Max(0, chain.TimeOf(block).ToUnixTimeMilliseconds()));
        return ToHex(milliseconds);
    }

    private static byte[] CallRuntime(TestChainState chain, string function, string argument, ulong block)
    {
        var runtime = chain.RuntimeAt(block);
        return function switch
        {
            StateFunction when runtime.State is { } state =>
                argument == ToHex([(byte)chain.Netuid, (byte)(chain.Netuid >> 8)]) ? state : [0],
            "Metadata_metadata_at_version" when runtime.Metadata is { } metadata => argument switch
            {
                "0x0f000000" => metadata,
                "0x0e000000" when runtime.MetadataV14 is { } older => [1, .. older],
                _ => [0],
            },
            "Metadata_metadata" when runtime.MetadataV14 is { } metadata => metadata,
            _ => throw new TestNodeErrorException(
                ClientError, $"Client error: Execution failed: Exported method {function} is not found"),
        };
    }

    // Without a hash, a node answers at its newest block.
    private static ulong BlockOf(TestChainState chain, string? hash) => hash is null
        ? chain.Best
        : chain.Find(hash)
            ?? throw new TestNodeErrorException(ClientError, $"Client error: UnknownBlock: State of block {hash} is not known");

    private static string? Text(JsonElement[] parameters, int index) =>
        index < parameters.Length && parameters[index].ValueKind == JsonValueKind.String ? parameters[index].GetString() : null;

    private static string Required(JsonElement[] parameters, int index) =>
        Text(parameters, index) ?? throw new TestNodeErrorException(InvalidParams, "Invalid params");

    private static string ToHex(byte[] bytes) => "0x" + Convert.ToHexStringLower(bytes);
}

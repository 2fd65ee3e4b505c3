using System.Buffers.Binary;
using System.Collections.Concurrent;
using S3Auth.Substrate.Metadata;

namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// Reads a subnet at one block from a group of nodes: first the nodes' heads, then the facts about a block that enough nodes have, then the
/// runtime's metadata if the runtime is new, then the subnet's state. Compares the answers of the nodes before it decodes one.
/// </summary>
internal sealed class SubnetReader(ChainOptions options, RuntimeCatalog runtimes, TimeProvider time)
{
    /// <summary>
    /// How many blocks the finalized block may be behind the best one without a warning. On a healthy chain it is 2 to 4.
    /// </summary>
    internal const ulong MaxFinalityLag = 10;

    // A node that is more blocks (5 minutes) behind the others counts as lagging.
    private const ulong MaxBlocksBehind = 25;

    private const uint MetadataVersion = 15;

    private static readonly HexBytes TimestampKey =
        new(StorageKey.Create(new StorageEntry("Timestamp", "Now", Hashers: [], Key: null, Value: 0)));

    /// <summary>Reads the subnet.</summary>
    /// <exception cref="ChainException">
    /// The nodes do not answer, do not agree, or have no such subnet, or the server cannot read the runtime.
    /// </exception>
    internal async Task<SubnetAnswer> ReadAsync(NodeGroup nodes, CancellationToken cancellationToken)
    {
        var readAt = time.GetUtcNow();
        var heads = await nodes.AskAsync(ReadHeadAsync, cancellationToken);

        // Starts with the newest block that enough nodes have, and goes on with older ones. So a node that claims to be ahead, or that
        // gives a wrong answer about this block, does not prevent the others from agreeing about an older block.
        ChainException? disagreement = null;
        var numbers = heads.Select(head => head.Value.Number).OrderDescending().Skip(options.NodesThatAgree - 1).Distinct().ToArray();
        foreach (var number in numbers)
        {
            nodes.HasAlternative = number != numbers[^1];
            try
            {
                var at = heads.Where(head => head.Value.Number >= number).ToArray();
                var answer = await ReadAtAsync(nodes, at, number, readAt, cancellationToken);
                foreach (var head in heads.Where(head => head.Value.Number < number && number - head.Value.Number > MaxBlocksBehind))
                {
                    nodes.Fail(head.Node, new ChainException(
                        ChainFailure.Lagging,
                        $"The node {head.Node} is at block {head.Value.Number}, {number - head.Value.Number} blocks behind the other "
                            + "nodes."));
                }

                return answer;
            }
            catch (ChainException failed) when (nodes.NeedsAgreement && failed.Failure != ChainFailure.SubnetMissing)
            {
                disagreement ??= failed;
            }
        }

        throw disagreement!;
    }

    private async Task<SubnetAnswer> ReadAtAsync(
        NodeGroup nodes,
        IReadOnlyList<NodeAnswer<NodeHead>> heads,
        ulong number,
        DateTimeOffset readAt,
        CancellationToken cancellationToken)
    {
        var about = string.Create(CultureInfo.InvariantCulture, $"block {number}");
        var facts = await nodes.AgreeAsync(
            [.. heads.Select(head => head.Node)],
            about,
            (node, token) => ReadFactsAsync(
                node, number, heads.First(head => head.Node.Endpoint == node.Endpoint).Value.Chain, token),
            cancellationToken);
        var (sources, differing) = await FindSourcesAsync(nodes, facts, cancellationToken);

        ChainException? failure = null;
        foreach (var source in sources.All)
        {
            try
            {
                var state = await ReadStateAsync(nodes, source, facts, about, cancellationToken);

                // The median: one of several nodes can neither hide a lag nor invent one.
                var lags = heads.Where(head => state.Nodes.Contains(head.Node)).Select(head => head.Value.FinalityLag).Order().ToArray();
                var lag = lags[(lags.Length - 1) / 2];
                var metagraph = Decode(source, state.Value, options.Network.NameFor(facts.Value.Chain), number, readAt);
                FailOthers(nodes, about, [.. facts.Others, .. differing, .. state.Others]);
                return new SubnetAnswer(
                    metagraph,
                    new ChainIdentity(facts.Value.Genesis.ToString(), facts.Value.Chain),
                    facts.Value.Time,
                    facts.Value.SpecVersion,
                    state.Nodes[0].Endpoint.Fingerprint)
                {
                    FinalityLag = lag,
                    UnknownFields = source.UnknownFields,
                    Warnings = [.. source.Warnings, .. lag > MaxFinalityLag ? [LagText(lag)] : (string[])[]],
                };
            }
            catch (ChainException failed) when (failed.Failure is ChainFailure.Malformed or ChainFailure.NodeError
                || (failure is not null && failed.Failure == ChainFailure.SubnetMissing))
            {
                // The next source may be able to read this runtime.
                failure = failure is null
                    ? failed
                    : new ChainException(failed.Failure, $"{failure.Message} {failed.Message}", failed.InnerException);
            }
        }

        // The cached metadata may be wrong, so the next reading loads it again.
        runtimes.Forget(RuntimeOf(facts));
        throw sources.StorageProblem is { } problem
            ? new ChainException(failure!.Failure, $"{failure.Message} {problem}", failure.InnerException)
            : failure!;
    }

    // If the runtime refuses, this is an answer too: the nodes must agree about it. Then the next source is tried.
    private async Task<Agreement<HexBytes>> ReadStateAsync(
        NodeGroup nodes, SubnetSource source, Agreement<BlockFacts> facts, string about, CancellationToken cancellationToken)
    {
        var refusals = new ConcurrentDictionary<NodeEndpoint, ChainException>();
        var answers = await nodes.AgreeAsync(
            facts.Nodes, $"netuid {options.Netuid} at {about}", (node, token) => ReadAsync(node, token), cancellationToken);
        return answers.Value.Refusal is null
            ? new Agreement<HexBytes>(answers.Value.State, answers.Nodes, answers.Others)
            : throw refusals[answers.Nodes[0].Endpoint];

        async Task<(HexBytes State, ChainFailure? Refusal)> ReadAsync(NodeConnection node, CancellationToken token)
        {
            try
            {
                return (await source.ReadAsync(node, options.Netuid, facts.Value.Hash, token), null);
            }
            catch (ChainException refused) when (refused.Failure is ChainFailure.NodeError or ChainFailure.SubnetMissing)
            {
                return Refuse(refused);
            }
            catch (ScaleException malformed)
            {
                return Refuse(Malformed(malformed.Message, malformed));
            }

            (HexBytes State, ChainFailure? Refusal) Refuse(ChainException refusal)
            {
                refusals[node.Endpoint] = refusal;
                return (default, refusal.Failure);
            }
        }
    }

    private async Task<NodeHead> ReadHeadAsync(NodeConnection node, CancellationToken cancellationToken)
    {
        var chain = await node.GetChainAsync(cancellationToken);
        var finalized = await node.GetHeaderAsync(await node.GetFinalizedHeadAsync(cancellationToken), cancellationToken);
        var best = await node.GetBestHeaderAsync(cancellationToken);
        var number = options.Head.BlocksBehindBest is { } behind
            ? best.Number - Math.Min((ulong)behind, best.Number)
            : finalized.Number;
        return new NodeHead(chain, number, best.Number > finalized.Number ? best.Number - finalized.Number : 0);
    }

    private static async Task<BlockFacts> ReadFactsAsync(
        NodeConnection node, ulong number, string chain, CancellationToken cancellationToken)
    {
        var genesis = await node.GetBlockHashAsync(0, cancellationToken);
        var hash = await node.GetBlockHashAsync(number, cancellationToken);
        var version = await node.GetRuntimeVersionAsync(hash, cancellationToken);
        var timestamp = await node.GetStorageAsync(TimestampKey, hash, cancellationToken);
        return new BlockFacts(chain, genesis, hash, version.SpecVersion, ToTime(node, timestamp, number));
    }

    private static DateTimeOffset ToTime(NodeConnection node, HexBytes? timestamp, ulong number) =>
        timestamp is { Bytes: { Length: sizeof(ulong) } bytes }
        && BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span) is var milliseconds
        && milliseconds <= (ulong)DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds)
            : throw new ChainException(
                ChainFailure.Malformed, $"The node {node.Endpoint} has no valid time (Timestamp.Now) of block {number}.");

    // The metadata decides how the server decodes answers, so the nodes must agree about it too.
    private async Task<(RuntimeSources Sources, IReadOnlyList<NodeMember> Differing)> FindSourcesAsync(
        NodeGroup nodes, Agreement<BlockFacts> facts, CancellationToken cancellationToken)
    {
        var (runtime, hash) = (RuntimeOf(facts), facts.Value.Hash);
        if (runtimes.Find(runtime) is { } known)
        {
            return (known, []);
        }

        var metadata = await nodes.AgreeAsync(
            facts.Nodes,
            $"the metadata of runtime {runtime.SpecVersion}",
            (node, token) => ReadMetadataAsync(node, hash, token),
            cancellationToken);
        return (runtimes.Add(runtime, metadata.Value), metadata.Others);
    }

    private RuntimeKey RuntimeOf(Agreement<BlockFacts> facts) =>
        new(facts.Value.Genesis, facts.Value.SpecVersion, RuntimeKey.OriginOf(facts.Nodes, options.NodesThatAgree));

    // Version 15 is an Option<Vec<u8>>; version 14, which all runtimes have, a Vec<u8>. Only an error means that the node has none.
    private static async Task<HexBytes?> ReadMetadataAsync(NodeConnection node, HexBytes block, CancellationToken cancellationToken)
    {
        var version = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(version, MetadataVersion);
        return await CallAsync("Metadata_metadata_at_version", version, isOptional: true)
            ?? await CallAsync("Metadata_metadata", [], isOptional: false);

        async Task<HexBytes?> CallAsync(string function, byte[] argument, bool isOptional)
        {
            try
            {
                var answer = await node.CallRuntimeAsync(function, new HexBytes(argument), block, cancellationToken);
                return Unwrap(answer.Bytes, isOptional);
            }
            catch (ChainException failed) when (failed.Failure == ChainFailure.NodeError)
            {
                return null;
            }
            catch (ScaleException malformed)
            {
                throw new ChainException(
                    ChainFailure.Malformed, $"The node {node.Endpoint} sent malformed metadata: {malformed.Message}", malformed);
            }
        }

        static HexBytes? Unwrap(ReadOnlyMemory<byte> answer, bool isOptional)
        {
            var reader = new ScaleReader(answer.Span);
            if (isOptional && !reader.ReadOption())
            {
                reader.ReadEnd();
                return null;
            }

            var count = reader.ReadCount(minItemSize: 1);
            var metadata = answer.Slice(reader.Offset, count);
            reader.ReadBytes(count);
            reader.ReadEnd();
            return new HexBytes(metadata);
        }
    }

    /// <summary>Decodes a subnet's state.</summary>
    /// <exception cref="ChainException">The answer is malformed, or the chain has no such subnet.</exception>
    internal Metagraph Decode(SubnetSource source, HexBytes state, string network, ulong number, DateTimeOffset readAt)
    {
        try
        {
            return new Metagraph(network, options.Netuid, number, readAt, source.Decode(state.Bytes.Span, options.Netuid));
        }
        catch (ScaleException wrong)
        {
            // The message is public. It contains only names of lists and numbers.
            throw Malformed(wrong.Message, wrong);
        }
        catch (ArgumentException twice)
        {
            throw Malformed("two neurons have the same hotkey.", twice);
        }
    }

    private ChainException Malformed(string what, Exception cause) =>
        new(ChainFailure.Malformed, $"The answer about netuid {options.Netuid} is malformed: {what}", cause);

    private static void FailOthers(NodeGroup nodes, string about, IReadOnlyList<NodeMember> others)
    {
        foreach (var node in others)
        {
            nodes.Fail(node, new ChainException(
                ChainFailure.Disagreement, $"The node {node} gives another answer about {about} than the other nodes."));
        }
    }

    private string LagText(ulong lag) => $"The chain's finalized block is {lag} blocks behind its best block."
        + (options.Head == MetagraphHead.Finalized
            ? " If finality does not resume, the server refuses all signed requests once the finalized block is older than "
                + "METAGRAPH_MAX_STALENESS. METAGRAPH_HEAD=best-N reads blocks that are not finalized."
            : string.Empty);

    /// <param name="Chain">The chain's name.</param>
    /// <param name="Number">The number of the newest block that the server may read.</param>
    /// <param name="FinalityLag">How many blocks the finalized block is behind the best one.</param>
    private sealed record NodeHead(string Chain, ulong Number, ulong FinalityLag);

    /// <summary>The facts about a block that the nodes must agree about before the server reads the subnet.</summary>
    private sealed record BlockFacts(string Chain, HexBytes Genesis, HexBytes Hash, uint SpecVersion, DateTimeOffset Time);
}

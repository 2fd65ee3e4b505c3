namespace S3Auth.Infrastructure.Chain;

/// <summary>Reads a subnet at the chain's newest finalized block from one node.</summary>
internal sealed class SubnetReader(ChainOptions options, TimeProvider time)
{
    /// <summary>Reads the subnet from a node.</summary>
    /// <exception cref="ChainException">The node's answer is invalid, or the chain has no such subnet.</exception>
    internal async Task<SubnetAnswer> ReadAsync(NodeConnection node, CancellationToken cancellationToken)
    {
        var chain = await node.GetChainAsync(cancellationToken);

        // The time before the call, so that the age is never too low.
        var readAt = time.GetUtcNow();
        var block = await node.GetFinalizedHeadAsync(cancellationToken);
        var header = await node.GetHeaderAsync(block, cancellationToken);
        var state = await node.CallRuntimeAsync(
            SubnetState.Function, new HexBytes(SubnetState.Argument(options.Netuid)), block, cancellationToken);

        return Decode(chain, node.Endpoint.Fingerprint, header.Number, readAt, state.Bytes);
    }

    /// <summary>Decodes an answer.</summary>
    /// <exception cref="ChainException">The answer is invalid, or the chain has no such subnet.</exception>
    internal SubnetAnswer Decode(string chain, string endpoint, ulong block, DateTimeOffset readAt, ReadOnlyMemory<byte> state)
    {
        try
        {
            var neurons = SubnetState.Decode(state.Span, options.Netuid);
            return new SubnetAnswer(
                new Metagraph(options.Network.NameFor(chain), options.Netuid, block, readAt, neurons), chain, endpoint, state);
        }
        catch (ScaleException wrong)
        {
            // Public: the message contains only names of lists and numbers.
            throw new ChainException(
                ChainFailure.Malformed,
                $"The answer about netuid {options.Netuid} is malformed: {wrong.Message}",
                wrong);
        }
        catch (ArgumentException twice)
        {
            throw new ChainException(
                ChainFailure.Malformed, $"The answer about netuid {options.Netuid} is malformed: two neurons have the same hotkey.", twice);
        }
    }
}

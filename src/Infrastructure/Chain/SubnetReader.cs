namespace S3Auth.Infrastructure.Chain;

/// <summary>Reads a subnet as it is at the chain's newest finalized block, from one node.</summary>
internal sealed class SubnetReader(ChainOptions options, TimeProvider time)
{
    /// <exception cref="ChainException">The node gives no usable answer, or the chain has no such subnet.</exception>
    internal async Task<SubnetAnswer> ReadAsync(NodeConnection node, CancellationToken cancellationToken)
    {
        var chain = await node.GetChainAsync(cancellationToken);

        // Before the question: the answer is at least as old as it.
        var readAt = time.GetUtcNow();
        var block = await node.GetFinalizedHeadAsync(cancellationToken);
        var header = await node.GetHeaderAsync(block, cancellationToken);
        var state = await node.CallRuntimeAsync(
            SubnetState.Function, new HexBytes(SubnetState.Argument(options.Netuid)), block, cancellationToken);

        return Understand(chain, node.Endpoint.Fingerprint, header.Number, readAt, state.Bytes);
    }

    /// <summary>The same of an answer that was kept.</summary>
    /// <exception cref="ChainException">It is none of this subnet, or says that there is no such subnet.</exception>
    internal SubnetAnswer Understand(string chain, string endpoint, ulong block, DateTimeOffset readAt, ReadOnlyMemory<byte> state)
    {
        try
        {
            var neurons = SubnetState.Decode(state.Span, options.Netuid);
            return new SubnetAnswer(
                new Metagraph(options.Network.NameFor(chain), options.Netuid, block, readAt, neurons), chain, endpoint, state);
        }
        catch (ScaleException wrong)
        {
            // Its message speaks of lists and bytes, nothing else.
            throw new ChainException(ChainFailure.Malformed, $"The answer about netuid {options.Netuid} cannot be read: {wrong.Message}", wrong);
        }
        catch (ArgumentException twice)
        {
            throw new ChainException(ChainFailure.Malformed, $"The answer about netuid {options.Netuid} cannot be: two neurons have one hotkey.", twice);
        }
    }
}

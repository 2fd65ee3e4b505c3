namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// One way to read the neurons of a subnet from a runtime. Reading and decoding are separate, so that the server can compare the answers of
/// several nodes before it decodes one.
/// </summary>
internal abstract class SubnetSource
{
    /// <summary>What the operator should know about this source; empty if there is nothing.</summary>
    internal virtual IReadOnlyList<string> Warnings => [];

    /// <summary>The number of fields in the answer that the server does not know.</summary>
    internal virtual int UnknownFields => 0;

    /// <summary>Reads the bytes from which <see cref="Decode"/> makes the neurons. Nodes with the same state give the same bytes.</summary>
    /// <exception cref="ChainException">The node does not answer, the runtime refuses, or the chain has no such subnet.</exception>
    /// <exception cref="ScaleException">A value is malformed.</exception>
    internal abstract Task<HexBytes> ReadAsync(NodeConnection node, ushort netuid, HexBytes block, CancellationToken cancellationToken);

    /// <summary>Returns the neurons, in order of their uids.</summary>
    /// <exception cref="ScaleException">The bytes are malformed.</exception>
    /// <exception cref="ChainException">The chain has no such subnet.</exception>
    internal abstract IReadOnlyCollection<Neuron> Decode(ReadOnlySpan<byte> answer, ushort netuid);
}

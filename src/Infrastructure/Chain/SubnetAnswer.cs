namespace S3Auth.Infrastructure.Chain;

/// <summary>One answer of the chain about a subnet.</summary>
/// <param name="Metagraph">The decoded answer.</param>
/// <param name="Chain">The chain's own name.</param>
/// <param name="Endpoint">The <see cref="NodeEndpoint.Fingerprint"/> of the node that gave it.</param>
/// <param name="State">The answer's bytes, in SCALE.</param>
internal sealed record SubnetAnswer(Metagraph Metagraph, string Chain, string Endpoint, ReadOnlyMemory<byte> State);

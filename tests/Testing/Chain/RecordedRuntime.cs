namespace S3Auth.Testing.Chain;

/// <summary>A runtime whose <c>SubnetState</c> has another layout, and its answer.</summary>
/// <param name="Name">How the layout differs from today's.</param>
/// <param name="SpecVersion">The runtime's version.</param>
/// <param name="Netuid">The subnet that was asked for.</param>
/// <param name="Metadata">What the node answers to <c>Metadata_metadata_at_version(15)</c>, in hex.</param>
/// <param name="Answer">What the node answers to <c>SubnetInfoRuntimeApi_get_subnet_state</c>, in hex.</param>
/// <param name="Neurons">The neurons in the answer. None is active if the layout has no such list. Null if it must be refused.</param>
/// <param name="Error">A part of the refusal's message; null if the answer is good.</param>
/// <param name="Unknown">The fields that today's layout does not have, in the order of the layout.</param>
public sealed record RecordedRuntime(
    string Name,
    uint SpecVersion,
    ushort Netuid,
    string Metadata,
    string Answer,
    IReadOnlyList<RecordedNeuron>? Neurons,
    string? Error,
    IReadOnlyList<string> Unknown)
{
    public byte[] MetadataBytes => Convert.FromHexString(Metadata);

    public byte[] AnswerBytes => Convert.FromHexString(Answer);

    public override string ToString() => Name;
}

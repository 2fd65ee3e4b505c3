using System.Text.Json.Serialization;

namespace S3Auth.Testing.Chain;

/// <summary>The storage of a subnet under runtime 218, as Answers/make-storage.mjs encoded it with @polkadot/types.</summary>
/// <param name="Netuid">The subnet.</param>
/// <param name="Pairs">Keys and values, in hex with 0x.</param>
/// <param name="Neurons">The neurons that follow from them.</param>
public sealed record RecordedSubnetStorage(
    ushort Netuid, IReadOnlyList<IReadOnlyList<string>> Pairs, IReadOnlyList<RecordedNeuron> Neurons)
{
    /// <summary>The subnet of 250 neurons, with parent and child hotkeys.</summary>
    [JsonIgnore]
    public static RecordedSubnetStorage Subnet => AnswerFiles.Read<RecordedSubnetStorage>("storage.json");

    /// <summary>Puts the storage into a node, together with the metadata of the runtime. The runtime's function stays as it is.</summary>
    public void PutInto(TestNode node)
    {
        (node.SpecVersion, node.Netuid, node.Metadata) = (218, Netuid, RecordedAnswers.Subtensor218Metadata());
        foreach (var pair in Pairs)
        {
            node.Storage[pair[0]] = Convert.FromHexString(pair[1].AsSpan(2));
        }
    }
}

namespace S3Auth.Testing.Chain;

/// <summary>What @polkadot/types reads in the metadata of a real chain.</summary>
/// <param name="Version">The metadata's version.</param>
/// <param name="Types">The number of types.</param>
/// <param name="Kinds">
/// The number of types of each kind: composite, variant, sequence, array, tuple, primitive, compact, bitsequence.
/// </param>
/// <param name="Methods">All methods of the runtime's interfaces, in order. Version 14 has none.</param>
/// <param name="Storage">All storage entries of the pallets, in order.</param>
public sealed record RecordedMetadata(
    int Version,
    int Types,
    IReadOnlyDictionary<string, int> Kinds,
    IReadOnlyList<RecordedMethod> Methods,
    IReadOnlyList<RecordedStorage> Storage)
{
    /// <summary>The Polkadot relay chain's metadata as raw bytes, of version 14 or 15.</summary>
    public static byte[] PolkadotBytes(int version) => AnswerFiles.Unpack(FormattableString.Invariant($"polkadot-v{version}.scale.gz"));

    /// <summary>What is in it.</summary>
    public static RecordedMetadata Polkadot(int version) =>
        AnswerFiles.Read<RecordedMetadata>(FormattableString.Invariant($"polkadot-v{version}.json"));
}

/// <param name="Api">The interface's name.</param>
/// <param name="Name">The method's name.</param>
/// <param name="Inputs">The types of its arguments.</param>
/// <param name="Output">The type of its result.</param>
public sealed record RecordedMethod(string Api, string Name, IReadOnlyList<int> Inputs, int Output);

/// <param name="Pallet">The pallet's name.</param>
/// <param name="Prefix">The prefix of its storage.</param>
/// <param name="Name">The entry's name.</param>
/// <param name="Modifier">Optional, Default or Required.</param>
/// <param name="Hashers">The hashers of a map's keys; none for a plain value.</param>
/// <param name="Key">The type of a map's key; null for a plain value.</param>
/// <param name="Value">The type of the value.</param>
public sealed record RecordedStorage(
    string Pallet,
    string Prefix,
    string Name,
    string Modifier,
    IReadOnlyList<string> Hashers,
    int? Key,
    int Value);

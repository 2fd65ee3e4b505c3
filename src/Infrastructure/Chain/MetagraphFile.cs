using System.Text.Json.Serialization;

namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// Reads a metagraph from JSON: <c>{"netuid", "block", "neurons": [{"uid", "hotkey", "coldkey", "validator_permit",
/// "alpha_stake"}]}</c>, stakes in alpha. Every member except <c>active</c> is required. An unknown member is an error, because a misspelt
/// <c>validator_permit</c> would lock a validator out.
/// </summary>
internal static class MetagraphFile
{
    /// <exception cref="InvalidDataException">
    /// The text contains no metagraph of this subnet. The message tells the operator why.
    /// </exception>
    internal static Metagraph Parse(ReadOnlySpan<byte> json, string network, ushort netuid, DateTimeOffset readAt)
    {
        var file = OperatorJson.Parse(json, MetagraphFileJson.Default.Content);
        try
        {
            return file.Netuid == netuid
                ? new Metagraph(network, netuid, file.Block, readAt, [.. file.Neurons.Select(ToNeuron)])
                : throw new InvalidDataException($"It is for netuid {file.Netuid}, but NET_UID is {netuid}.");
        }
        catch (ArgumentException impossible)
        {
            throw OperatorJson.Of(impossible);
        }
    }

    /// <exception cref="InvalidDataException">The row is null or contains an invalid address.</exception>
    internal static Neuron ToNeuron(Row? row) => row is null
        ? throw new InvalidDataException("One of its neurons is null.")
        : new Neuron(
            row.Uid,
            ToAccount(row, "hotkey", row.Hotkey),
            ToAccount(row, "coldkey", row.Coldkey),
            row.ValidatorPermit,
            AlphaAmount.FromAlpha(row.AlphaStake),
            row.Active);

    internal static Row ToRow(Neuron neuron) => new(
        neuron.Uid,
        neuron.Hotkey.ToString(),
        neuron.Coldkey.ToString(),
        neuron.ValidatorPermit,
        neuron.AlphaStake.ToDecimal(),
        neuron.Active);

    private static AccountId ToAccount(Row row, string member, string address) =>
        Ss58.TryDecode(address, out var account, out var error)
            ? account
            : throw new InvalidDataException($"The {member} of uid {row.Uid} is not an SS58 address with prefix 42 ({error}).");

    internal sealed record Content(ushort Netuid, ulong Block, IReadOnlyList<Row> Neurons);

    internal sealed record Row(ushort Uid, string Hotkey, string Coldkey, bool ValidatorPermit, decimal AlphaStake, bool Active = true);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip)]
[JsonSerializable(typeof(MetagraphFile.Content))]
internal sealed partial class MetagraphFileJson : JsonSerializerContext;

namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// The format of <see cref="SnapshotFile"/> before version 2. It contains the node's answer in the fixed structure, the time of the reading
/// instead of the block's time, and no genesis hash.
/// </summary>
internal static class LegacySnapshot
{
    /// <summary>Converts a file of this format; returns null for a file of a newer one.</summary>
    /// <exception cref="JsonException">The file is malformed.</exception>
    /// <exception cref="InvalidDataException">The node's answer in the file is malformed.</exception>
    /// <exception cref="ChainException">The node's answer in the file contains no subnet.</exception>
    internal static SnapshotFile.Content? TryUpgrade(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        using (var document = JsonDocument.ParseValue(ref reader))
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("subnet_state", out _))
            {
                return null;
            }
        }

        var old = JsonSerializer.Deserialize(json, SnapshotFileJson.Default.LegacySnapshotContent)!;
        try
        {
            return new SnapshotFile.Content(
                Version: 2,
                old.Network,
                old.Endpoint,
                Genesis: null,
                old.Chain,
                old.Netuid,
                SpecVersion: null,
                old.Block,
                BlockTime: old.ReadAt,
                old.ReadAt,
                [
                    .. SubnetStateDecoder.DecodeFirst(FixedSubnetState.Compiled.Decoders, old.SubnetState.Span, old.Netuid)
                        .Select(MetagraphFile.ToRow),
                ],
                NodesThatAgreed: 1);
        }
        catch (ScaleException malformed)
        {
            throw new InvalidDataException(malformed.Message, malformed);
        }
    }

    internal sealed record Content(
        string Network, string Endpoint, string Chain, ushort Netuid, ulong Block, DateTimeOffset ReadAt, ReadOnlyMemory<byte> SubnetState);
}

using System.Text.Json.Serialization;

namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// Bytes that are a hex string with <c>0x</c> in JSON. They are read without an intermediate string, because answers have megabytes.
/// </summary>
[JsonConverter(typeof(Converter))]
internal readonly record struct HexBytes(ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Whether both are the same bytes.</summary>
    public bool Equals(HexBytes other) => Bytes.Span.SequenceEqual(other.Bytes.Span);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Bytes.Span);
        return hash.ToHashCode();
    }

    /// <summary>The bytes in hex, with <c>0x</c>.</summary>
    public override string ToString() => "0x" + Convert.ToHexStringLower(Bytes.Span);

    private sealed class Converter : JsonConverter<HexBytes>
    {
        public override HexBytes Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.String || reader.HasValueSequence || !reader.ValueSpan.StartsWith("0x"u8))
            {
                throw new JsonException("The bytes are not a hex string with 0x.");
            }

            var digits = reader.ValueSpan["0x"u8.Length..];
            var bytes = new byte[digits.Length / 2];
            return Convert.FromHexString(digits, bytes, out _, out _) == OperationStatus.Done
                ? new HexBytes(bytes)
                : throw new JsonException("The bytes contain something other than hex digits.");
        }

        public override void Write(Utf8JsonWriter writer, HexBytes value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}

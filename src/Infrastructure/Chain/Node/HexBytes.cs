using System.Text.Json.Serialization;

namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// Bytes that are a hex string with <c>0x</c> in JSON. They are read without an intermediate string, because answers have megabytes.
/// </summary>
[JsonConverter(typeof(Converter))]
internal readonly record struct HexBytes(ReadOnlyMemory<byte> Bytes)
{
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
            writer.WriteStringValue("0x" + Convert.ToHexStringLower(value.Bytes.Span));
    }
}

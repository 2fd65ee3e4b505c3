using System.Text.Json.Serialization;

namespace S3Auth.Infrastructure.Chain;

/// <summary>The part of a block's header that the server reads.</summary>
/// <param name="Number">The block's number. In JSON it is a hex string with <c>0x</c>.</param>
internal sealed record BlockHeader(
    [property: JsonPropertyName("number"), JsonRequired, JsonConverter(typeof(BlockHeader.HexNumber))] ulong Number)
{
    internal sealed class HexNumber : JsonConverter<ulong>
    {
        public override ulong Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String
            && reader.GetString() is ['0', 'x', .. var digits]
            && ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw new JsonException("The block's number is not a hex string with 0x.");

        public override void Write(Utf8JsonWriter writer, ulong value, JsonSerializerOptions options) =>
            writer.WriteStringValue(string.Create(CultureInfo.InvariantCulture, $"0x{value:x}"));
    }
}

namespace S3Auth.Api.Json;

/// <summary>Numbers of requests are whole and fit 64 bits; a fraction, an exponent or a string is not rounded or read into one.</summary>
internal sealed class WholeNumberConverter : JsonConverter<long>
{
    public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number)
            ? number
            : throw new MalformedMemberException("Send a whole number (not a string, no fraction) that fits 64 bits.");

    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}

namespace S3Auth.Api.Json;

/// <summary>Sources are short lowercase names on the wire; whether one is configured is the validator's question.</summary>
internal sealed class SourceConverter : JsonConverter<Source>
{
    public override Source Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Source.TryParse(reader.GetString(), out var source)
            ? source
            : throw new MalformedMemberException("Send a source's name: up to 32 lowercase letters, digits, '_' and '-'.");

    public override void Write(Utf8JsonWriter writer, Source value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Name);
}

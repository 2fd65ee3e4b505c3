namespace S3Auth.Api.Json;

/// <summary>Names of files are one segment of a key.</summary>
internal sealed class FileNameConverter : JsonConverter<FileName>
{
    public override FileName Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && FileName.TryParse(reader.GetString(), out var name)
            ? name
            : throw new MalformedMemberException(
                $"Send a file's name without any folder: 1 to {FileName.MaxBytes} bytes of UTF-8, no '/', no '\\', no control characters, not '.' or '..', no '${{filename}}'.");

    public override void Write(Utf8JsonWriter writer, FileName value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Name);
}

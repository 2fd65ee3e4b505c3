namespace S3Auth.Api.Json;

/// <summary>An audience is a host, with a port if that is not 443, or an SS58 address.</summary>
internal sealed class AudienceConverter : JsonConverter<Audience>
{
    public override Audience Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Audience.TryParse(reader.GetString(), out var audience)
            ? audience
            : throw new MalformedMemberException(
                "Send the host of the URL that you call, with its port unless that is 443: s3-auth.example.com, localhost:8000; or an SS58 address.");

    public override void Write(Utf8JsonWriter writer, Audience value, JsonSerializerOptions options) => writer.WriteStringValue(value.Text);
}

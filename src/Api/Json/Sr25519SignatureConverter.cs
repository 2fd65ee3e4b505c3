namespace S3Auth.Api.Json;

/// <summary>Signatures are hex on the wire: 64 bytes, or 65 with a leading 01.</summary>
internal sealed class Sr25519SignatureConverter : JsonConverter<Sr25519Signature>
{
    public override Sr25519Signature Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Sr25519Signature.TryParseHex(reader.GetString(), out var signature)
            ? signature
            : throw new MalformedMemberException("Send the signature as a string of hex: 64 bytes (128 digits), or 65 with a leading 01; 0x may precede it.");

    public override void Write(Utf8JsonWriter writer, Sr25519Signature value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}

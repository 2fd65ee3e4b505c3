namespace S3Auth.Api.Json;

/// <summary>Reads and writes signatures as hex.</summary>
internal sealed class Sr25519SignatureConverter : JsonConverter<Sr25519Signature>
{
    // 0x and 65 bytes. An escaped character takes up to six bytes.
    private const int MaxTextLength = (2 + (2 * (Sr25519Signature.Size + 1))) * 6;

    public override Sr25519Signature Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String || reader.HasValueSequence || reader.ValueSpan.Length > MaxTextLength)
        {
            throw Malformed();
        }

        Span<char> text = stackalloc char[MaxTextLength];
        var length = reader.CopyString(text);
        return Sr25519Signature.TryParseHex(text[..length], out var signature) ? signature : throw Malformed();
    }

    public override void Write(Utf8JsonWriter writer, Sr25519Signature value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());

    private static MalformedMemberException Malformed() =>
        new("Send the signature as a string of hex: 64 bytes (128 digits), or 65 with a leading 01; 0x may precede it.");
}

namespace S3Auth.Api.Json;

/// <summary>Reads and writes accounts as SS58 addresses. Refuses everything but the canonical address of an account.</summary>
internal sealed class AccountIdConverter : JsonConverter<AccountId>
{
    // An address has at most 48 characters, and an escaped character takes up to six bytes.
    private const int MaxTextLength = 48 * 6;

    public override AccountId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw new MalformedMemberException("Send an SS58 address as a string.");
        }

        if (reader.ValueSpan.Length > MaxTextLength || reader.HasValueSequence)
        {
            throw Malformed(Ss58Error.WrongLength);
        }

        Span<char> text = stackalloc char[MaxTextLength];
        var length = reader.CopyString(text);
        return Ss58.TryDecode(text[..length], out var account, out var error) ? account : throw Malformed(error);
    }

    public override void Write(Utf8JsonWriter writer, AccountId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());

    private static MalformedMemberException Malformed(Ss58Error error) => new(error.Describe());
}

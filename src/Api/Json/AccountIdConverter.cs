namespace S3Auth.Api.Json;

/// <summary>Accounts are SS58 addresses on the wire. Anything that is no canonical address ends here, whatever it was for.</summary>
internal sealed class AccountIdConverter : JsonConverter<AccountId>
{
    // No address is longer than 48 characters; an escaped character takes up to six bytes.
    private const int LongestText = 48 * 6;

    public override AccountId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw new MalformedMemberException("Send an SS58 address as a string.");
        }

        if (reader.ValueSpan.Length > LongestText || reader.HasValueSequence)
        {
            throw Malformed(Ss58Error.WrongLength);
        }

        Span<char> text = stackalloc char[LongestText];
        var length = reader.CopyString(text);
        return Ss58.TryDecode(text[..length], out var account, out var error) ? account : throw Malformed(error);
    }

    public override void Write(Utf8JsonWriter writer, AccountId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());

    private static MalformedMemberException Malformed(Ss58Error error) => new(error.Describe());
}

namespace S3Auth.Api.Json;

/// <summary>Reads whole numbers of 64 bits. Refuses strings, fractions and exponents instead of rounding them.</summary>
internal sealed class WholeNumberConverter : JsonConverter<long>
{
    public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number)
            ? number
            : throw new MalformedMemberException("Send a whole number (not a string, no fraction) that fits 64 bits.");

    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}

/// <summary>
/// Writes times as ISO 8601 in UTC with a numeric offset and whole seconds, <c>2026-11-24T06:21:01+00:00</c>. Older Python clients can read
/// neither a <c>Z</c> nor fractions of a second with seven digits.
/// </summary>
internal sealed class WholeSecondsConverter : JsonConverter<DateTimeOffset>
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss'+00:00'";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Requests contain times as Unix seconds.");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<char> text = stackalloc char[32];
        value.UtcDateTime.TryFormat(text, out var length, Format, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }
}

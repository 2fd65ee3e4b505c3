namespace S3Auth.Api.Json;

/// <summary>
/// Moments of responses are ISO 8601 in UTC with a numeric offset and whole seconds, <c>2026-11-24T06:21:01+00:00</c>: older
/// Python clients read neither a <c>Z</c> nor seven decimals.
/// </summary>
internal sealed class WholeSecondsConverter : JsonConverter<DateTimeOffset>
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss'+00:00'";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Requests carry times as Unix seconds.");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<char> text = stackalloc char[32];
        value.UtcDateTime.TryFormat(text, out var length, Format, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }
}

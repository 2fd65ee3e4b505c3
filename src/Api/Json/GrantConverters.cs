using System.Buffers;

namespace S3Auth.Api.Json;

/// <summary>Writes URLs of grants, and signs them on the way, without making a string of each.</summary>
internal sealed class GrantUrlConverter : JsonConverter<GrantUrl>
{
    // Enough for most URLs.
    private const int Room = 4096;

    public override GrantUrl Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Requests contain no URLs of grants.");

    public override void Write(Utf8JsonWriter writer, GrantUrl value, JsonSerializerOptions options)
    {
        for (var room = Room; ; room *= 2)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(room);
            var isWritten = value.TryWrite(buffer, out var length);
            if (isWritten)
            {
                writer.WriteStringValue(buffer.AsSpan(0, length));
            }

            ArrayPool<byte>.Shared.Return(buffer);
            if (isWritten)
            {
                return;
            }
        }
    }
}

/// <summary>Writes the fields of upload forms, and signs them on the way.</summary>
internal sealed class FormFieldsConverter : JsonConverter<FormFields>
{
    public override FormFields Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Requests contain no forms.");

    public override void Write(Utf8JsonWriter writer, FormFields value, JsonSerializerOptions options) => value.Write(writer);
}

/// <summary>Writes addresses, which are not made anew for each answer.</summary>
internal sealed class AccountAddressConverter : JsonConverter<AccountAddress>
{
    public override AccountAddress Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException($"Requests contain {nameof(AccountId)}.");

    public override void Write(Utf8JsonWriter writer, AccountAddress value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Text);
}

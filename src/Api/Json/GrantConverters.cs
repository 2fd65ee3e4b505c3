using System.Buffers;

namespace S3Auth.Api.Json;

/// <summary>Signs each URL while it writes it, without a string.</summary>
internal sealed class GrantUrlConverter : JsonConverter<GrantUrl>
{
    // Enough for most URLs.
    private const int FirstSize = 4096;

    public override GrantUrl Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Requests contain no URLs of grants.");

    public override void Write(Utf8JsonWriter writer, GrantUrl value, JsonSerializerOptions options)
    {
        var size = FirstSize;
        while (!TryWrite(writer, value, size))
        {
            size *= 2;
        }
    }

    private static bool TryWrite(Utf8JsonWriter writer, GrantUrl url, int size)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            if (!url.TryWrite(buffer, out var length))
            {
                return false;
            }

            writer.WriteStringValue(buffer.AsSpan(0, length));
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

/// <summary>Signs each form while it writes its fields.</summary>
internal sealed class FormFieldsConverter : JsonConverter<FormFields>
{
    public override FormFields Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Requests contain no forms.");

    public override void Write(Utf8JsonWriter writer, FormFields value, JsonSerializerOptions options) => value.Write(writer);
}

/// <summary>Writes an address that is already text.</summary>
internal sealed class AccountAddressConverter : JsonConverter<AccountAddress>
{
    public override AccountAddress Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException($"Only answers contain it; requests contain {nameof(AccountId)}.");

    public override void Write(Utf8JsonWriter writer, AccountAddress value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Text);
}

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace S3Auth.Cli.Output;

/// <summary>Writes JSON without reflection. Escapes only what JSON requires, because the text goes to programs, not into HTML.</summary>
internal static class JsonText
{
    internal static string Write<T>(T value, JsonTypeInfo<T> type, bool isIndented = false)
    {
        using var text = new MemoryStream();
        var options = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = isIndented };
        using (var writer = new Utf8JsonWriter(text, options))
        {
            JsonSerializer.Serialize(writer, value, type);
        }

        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }
}

using System.Text.Json;

namespace S3Auth.S3;

/// <summary>The fields of a form, in the order to send them. A subclass makes them each time they are written.</summary>
public abstract class FormFields
{
    /// <summary>No fields.</summary>
    public static FormFields None { get; } = new NoFields();

    /// <summary>Writes the fields as a JSON object of strings.</summary>
    public void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        WriteMembers(json);
        json.WriteEndObject();
    }

    /// <summary>Returns the fields by their names, from the JSON. For programs that send a form themselves.</summary>
    public IReadOnlyDictionary<string, string> ToDictionary()
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
        {
            Write(json);
        }

        using var document = JsonDocument.Parse(text.WrittenMemory);
        return document.RootElement.EnumerateObject()
            .ToDictionary(field => field.Name, field => field.Value.GetString()!, StringComparer.Ordinal);
    }

    /// <summary>Writes the fields as members of a JSON object.</summary>
    protected abstract void WriteMembers(Utf8JsonWriter json);

    private sealed class NoFields : FormFields
    {
        protected override void WriteMembers(Utf8JsonWriter json)
        {
        }
    }
}

using System.Text;

namespace S3Auth.Domain;

/// <summary>
/// The name of one uploaded file: one segment of a key, 1 to 255 bytes of UTF-8, without control characters and without anything
/// that somebody on the file's way takes for a step (<c>/</c>, <c>\</c>, <c>.</c> and <c>..</c>) or for a variable
/// (<c>${filename}</c>, which POST forms replace).
/// </summary>
public readonly record struct FileName
{
    /// <summary>The longest name, in bytes of UTF-8.</summary>
    public const int MaxBytes = 255;

    private const string FormVariable = "${filename}";

    private readonly string? _name;

    private FileName(string name) => _name = name;

    /// <summary>The name, as it was sent: nothing is decoded or normalised.</summary>
    public string Name => _name ?? throw new InvalidOperationException("A file has a name.");

    /// <summary>Reads a name; false when it has another form.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out FileName name)
    {
        name = default;

        // As a key it is valid Unicode.
        if (!ObjectName.TryParse(text, out _)
            || Encoding.UTF8.GetByteCount(text) > MaxBytes
            || text is "." or ".."
            || text.AsSpan().ContainsAny('/', '\\')
            || text.Any(char.IsControl)
            || text.Contains(FormVariable, StringComparison.Ordinal))
        {
            return false;
        }

        name = new FileName(text);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

using System.Text;

namespace S3Auth.Domain;

/// <summary>
/// The name of one uploaded file: one segment of a key, 1 to 255 bytes of UTF-8. It has no control characters, no path separator
/// (<c>/</c> or <c>\</c>), and no <c>${filename}</c>, which stores replace in POST forms. It is not <c>.</c> or <c>..</c>.
/// </summary>
public readonly record struct FileName
{
    /// <summary>The longest name, in bytes of UTF-8.</summary>
    public const int MaxBytes = 255;

    private const string FormVariable = "${filename}";

    private readonly string? _name;

    private FileName(string name) => _name = name;

    /// <summary>The name exactly as the client sent it.</summary>
    public string Name => _name ?? throw new InvalidOperationException("The file name was not parsed.");

    /// <summary>Parses a name; false if it is not valid.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out FileName name)
    {
        name = default;

        // ObjectName checks that the text is valid Unicode.
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

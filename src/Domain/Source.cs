namespace S3Auth.Domain;

/// <summary>Where the data of a file comes from, such as <c>x</c> or <c>reddit</c>. Matches <c>[a-z0-9][a-z0-9_-]{0,31}</c>.</summary>
public readonly record struct Source
{
    private const int MaxLength = 32;

    private readonly string? _name;

    private Source(string name) => _name = name;

    /// <summary>The name. Safe to use as a segment of an object's key.</summary>
    public string Name => _name ?? throw new InvalidOperationException("The source was not parsed.");

    /// <summary>Parses a name; false if it is not valid.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Source source)
    {
        source = default;
        if (text is null || text.Length is 0 or > MaxLength || text[0] is '_' or '-')
        {
            return false;
        }

        foreach (var c in text)
        {
            if (c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '_' or '-'))
            {
                return false;
            }
        }

        source = new Source(text);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

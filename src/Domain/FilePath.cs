namespace S3Auth.Domain;

/// <summary>
/// The path of one uploaded file below a miner's folder: one or more <see cref="FileName"/>s with <c>/</c> between them. It has no U+FFFE
/// and no U+FFFF, because XML cannot contain them: the server could not read an answer of a store that repeats the key.
/// </summary>
public readonly record struct FilePath
{
    private readonly string? _path;

    private FilePath(string path) => _path = path;

    /// <summary>What a valid path is, for a client whose path is not valid.</summary>
    public static string Requirement { get; } =
        $"Send a path of names with '/' between them. Each name has 1 to {FileName.MaxBytes} bytes of UTF-8, no '\\', no control "
        + "characters, no U+FFFE or U+FFFF, is not '.' or '..', and contains no '${filename}'.";

    /// <summary>The path exactly as the client sent it.</summary>
    public string Path => _path ?? throw new InvalidOperationException("The path was not parsed.");

    /// <summary>Parses a path; false if a segment is not a valid name, or the path is longer than a key may be.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out FilePath path)
    {
        path = default;
        if (text is not { Length: > 0 and <= ObjectName.MaxBytes } || text.AsSpan().ContainsAny('\uFFFE', '\uFFFF'))
        {
            return false;
        }

        foreach (var segment in text.Split('/'))
        {
            if (!FileName.TryParse(segment, out _))
            {
                return false;
            }
        }

        path = new FilePath(text);
        return true;
    }

    /// <summary>A path of one segment.</summary>
    public static FilePath Of(FileName name) => new(name.Name);

    /// <inheritdoc/>
    public override string ToString() => Path;
}

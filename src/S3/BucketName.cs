using System.Diagnostics.CodeAnalysis;

namespace S3Auth.S3;

/// <summary>
/// The rules for names of buckets: 3 to 63 of <c>a-z 0-9 - .</c>, beginning and ending with a letter or digit, without two dots in a
/// row. Specification: "General purpose bucket naming rules", Amazon S3 User Guide.
/// </summary>
public static class BucketName
{
    private static readonly SearchValues<char> Characters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-.");

    /// <summary>Whether a text is a valid name. A valid name is also safe as the name of a folder and as part of a host name.</summary>
    public static bool IsValid([NotNullWhen(true)] string? name) =>
        name is { Length: >= 3 and <= 63 }
        && !name.AsSpan().ContainsAnyExcept(Characters)
        && char.IsAsciiLetterOrDigit(name[0])
        && char.IsAsciiLetterOrDigit(name[^1])
        && !name.Contains("..", StringComparison.Ordinal);
}

namespace S3Auth.Infrastructure.Chain;

/// <summary>Prepares messages for logs and public answers.</summary>
internal static class PublicText
{
    private const int MaxLength = 80;

    /// <summary>Removes digits, so that messages can be compared that differ only in a block's number or an age.</summary>
    internal static string WithoutNumbers(string text) => string.Concat(text.Where(c => !char.IsAsciiDigit(c)));

    /// <summary>Makes text from a node safe: replaces characters that do not occur in names and types, and shortens long text.</summary>
    internal static string Clean(string text) => string.Concat(
        text.Take(MaxLength).Select(c => char.IsAsciiLetterOrDigit(c) || "_:<>[]();, …".Contains(c, StringComparison.Ordinal) ? c : '?'));
}

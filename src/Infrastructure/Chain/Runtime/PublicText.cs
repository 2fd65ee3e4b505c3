namespace S3Auth.Infrastructure.Chain;

/// <summary>Makes text from a node safe for logs and public answers: few characters, and no control characters or markup.</summary>
internal static class PublicText
{
    private const int MaxLength = 80;

    /// <summary>Replaces all characters that do not occur in names and types, and shortens long text.</summary>
    internal static string Clean(string text) => string.Concat(
        text.Take(MaxLength).Select(c => char.IsAsciiLetterOrDigit(c) || "_:<>[]();, …".Contains(c, StringComparison.Ordinal) ? c : '?'));
}

namespace S3Auth.Infrastructure.Chain;

/// <summary>Prepares messages for logs and public answers.</summary>
internal static class PublicText
{
    private const int MaxLength = 80;

    /// <summary>Removes digits, so that messages that differ only in a block's number or an age are equal.</summary>
    internal static string WithoutNumbers(string text) => string.Concat(text.Where(c => !char.IsAsciiDigit(c)));

    /// <summary>Makes a name or type from a node safe: replaces other characters with <c>?</c>, and cuts it after 80 characters.</summary>
    internal static string Clean(string text) => string.Concat(
        text.Take(MaxLength).Select(c => char.IsAsciiLetterOrDigit(c) || "_:<>[]();, …".Contains(c, StringComparison.Ordinal) ? c : '?'));
}

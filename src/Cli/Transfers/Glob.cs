using System.IO.Enumeration;

namespace S3Auth.Cli.Transfers;

/// <summary>
/// A pattern for paths with <c>/</c> between segments: <c>*</c> and <c>?</c> match characters within a segment, <c>**</c> matches any
/// number of segments, also none. A pattern that ends with <c>/</c> matches everything below.
/// </summary>
internal sealed class Glob(string pattern)
{
    private const string AnySegments = "**";

    private readonly string[] _segments = (pattern.EndsWith('/') ? pattern + AnySegments : pattern).Split('/');

    /// <summary>Whether a text contains wildcards.</summary>
    internal static bool IsPattern(string text) => text.AsSpan().ContainsAny('*', '?');

    internal bool Matches(string path) => Matches(_segments, path.Split('/'));

    // Dynamic programming instead of backtracking, so that no pattern takes long. isMatch[i] is whether the segments read so far match the
    // first i segments of the pattern.
    private static bool Matches(ReadOnlySpan<string> pattern, string[] path)
    {
        var isMatch = new bool[pattern.Length + 1];
        isMatch[0] = true;
        for (var i = 0; i < pattern.Length; i++)
        {
            isMatch[i + 1] = isMatch[i] && pattern[i] == AnySegments;
        }

        foreach (var segment in path)
        {
            var next = new bool[pattern.Length + 1];
            for (var i = 0; i < pattern.Length; i++)
            {
                next[i + 1] = pattern[i] == AnySegments
                    ? isMatch[i + 1] || next[i]
                    : isMatch[i] && FileSystemName.MatchesSimpleExpression(pattern[i], segment, ignoreCase: false);
            }

            isMatch = next;
        }

        return isMatch[^1];
    }
}

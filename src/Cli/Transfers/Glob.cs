using System.IO.Enumeration;

namespace S3Auth.Cli.Transfers;

/// <summary>
/// A pattern for paths with <c>/</c> between their segments: <c>*</c> and <c>?</c> stand for characters within a segment, <c>**</c> for any
/// number of segments, also none; with a <c>/</c> at its end it means all that lies below.
/// </summary>
internal sealed class Glob(string pattern)
{
    private const string AnySegments = "**";

    private readonly string[] _segments = (pattern.EndsWith('/') ? pattern + AnySegments : pattern).Split('/');

    /// <summary>Whether a text is more than the name of one thing.</summary>
    internal static bool IsPattern(string text) => text.AsSpan().ContainsAny('*', '?');

    internal bool Matches(string path) => Matches(_segments, path.Split('/'));

    // One row of a table: whether what was read of the path is like the pattern's first segments. Nothing is tried twice, so that no
    // pattern takes long.
    private static bool Matches(ReadOnlySpan<string> pattern, string[] path)
    {
        var isLike = new bool[pattern.Length + 1];
        isLike[0] = true;
        for (var i = 0; i < pattern.Length; i++)
        {
            isLike[i + 1] = isLike[i] && pattern[i] == AnySegments;
        }

        foreach (var segment in path)
        {
            var next = new bool[pattern.Length + 1];
            for (var i = 0; i < pattern.Length; i++)
            {
                next[i + 1] = pattern[i] == AnySegments
                    ? isLike[i + 1] || next[i]
                    : isLike[i] && FileSystemName.MatchesSimpleExpression(pattern[i], segment, ignoreCase: false);
            }

            isLike = next;
        }

        return isLike[^1];
    }
}

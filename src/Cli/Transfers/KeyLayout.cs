namespace S3Auth.Cli.Transfers;

/// <summary>How a deployment's keys are made: the miner's folder, then the path of the file in it.</summary>
/// <param name="structure">The deployment.</param>
internal sealed class KeyLayout(Structure structure)
{
    private const string SourcePlaceholder = "{source}";

    private readonly string[] _folder = structure.Folder_structure.TrimEnd('/').Split('/');

    /// <summary>The number of segments of a miner's folder. It is the same for every miner.</summary>
    internal int FolderSegments => _folder.Length;

    /// <summary>Whether a miner can have several folders, one for each source.</summary>
    internal bool HasSeveralSources => structure.Sources.Count > 1 && SourceIndex >= 0;

    private int SourceIndex => Array.FindIndex(_folder, segment => segment.Contains(SourcePlaceholder, StringComparison.Ordinal));

    /// <summary>Returns the path of a file in the miner's folder; the whole key if it has too few segments.</summary>
    internal string PathOf(string key) => WithoutSegments(key, FolderSegments);

    /// <summary>Returns the source of a key, and then its path in the miner's folder.</summary>
    internal string SourceAndPathOf(string key)
    {
        var segments = key.Split('/');
        if (SourceIndex < 0 || segments.Length <= FolderSegments)
        {
            return PathOf(key);
        }

        var (template, segment) = (_folder[SourceIndex], segments[SourceIndex]);
        var start = template.IndexOf(SourcePlaceholder, StringComparison.Ordinal);
        var end = template.Length - start - SourcePlaceholder.Length;
        var source = segment.Length > start + end ? segment[start..^end] : segment;

        // A part of a safe segment need not be safe: "s=...v1" has the part "..". So any other text keeps the whole segment.
        return $"{(IsSafeSource(source) ? source : segment)}/{PathOf(key)}";
    }

    // The server names the sources, too.
    private bool IsSafeSource(string source) =>
        source.Length > 0 && structure.Sources.Contains(source) && LocalName.Of(source, out var isMapped) == source && !isMapped;

    /// <summary>Removes segments at the start; returns the whole text if it has no more than these.</summary>
    internal static string WithoutSegments(string text, int count)
    {
        var start = 0;
        for (var i = 0; i < count; i++)
        {
            var slash = text.IndexOf('/', start);
            if (slash < 0)
            {
                return text;
            }

            start = slash + 1;
        }

        return text[start..];
    }
}

namespace S3Auth.Cli.Output;

/// <summary>Fits texts into the columns of a terminal.</summary>
internal static class DisplayText
{
    // Ranges of Unicode that most terminals show two columns wide (UAX #11: wide and fullwidth).
    private static readonly (int First, int Last)[] Wide =
    [
        (0x1100, 0x115F), (0x2E80, 0x303E), (0x3041, 0xA4CF), (0xA960, 0xA97F), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFE30, 0xFE6F),
        (0xFF00, 0xFF60), (0xFFE0, 0xFFE6), (0x1F300, 0x1F64F), (0x1F680, 0x1F6FF), (0x1F900, 0x1F9FF), (0x20000, 0x3FFFD),
    ];

    /// <summary>Pads a text to a number of columns, or cuts its start, because most names differ at the end.</summary>
    internal static string Fit(string text, int columns)
    {
        var width = WidthOf(text);
        if (width <= columns)
        {
            return text + new string(' ', columns - width);
        }

        var runes = text.EnumerateRunes().ToList();
        var (start, left) = (runes.Count, columns - 1);
        while (start > 0 && WidthOf(runes[start - 1]) is var next && next <= left)
        {
            (start, left) = (start - 1, left - next);
        }

        return $"…{string.Concat(runes.Skip(start))}{new string(' ', Math.Max(left, 0))}";
    }

    internal static int WidthOf(string text) => text.EnumerateRunes().Sum(WidthOf);

    private static int WidthOf(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark
            ? 0
            : Array.Exists(Wide, range => rune.Value >= range.First && rune.Value <= range.Last) ? 2 : 1;
}

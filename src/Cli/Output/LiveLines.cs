namespace S3Auth.Cli.Output;

/// <summary>
/// Lines at the bottom of a terminal that are drawn again and again. Other output goes above them. Not thread-safe.
/// </summary>
/// <param name="terminal">The terminal.</param>
internal sealed class LiveLines(TextWriter terminal)
{
    private const char Escape = '\u001b';

    // Turns automatic line breaks off. Otherwise a name that the terminal shows wider than expected would move the lines below.
    private const string CutLines = "\u001b[?7l";
    private const string BreakLines = "\u001b[?7h";

    private IReadOnlyList<string> _drawn = [];

    /// <summary>Draws lines in place of the last ones.</summary>
    internal void Draw(IReadOnlyList<string> lines) => Write(above: null, lines);

    /// <summary>Writes a line above the drawn ones. The text may be several lines long.</summary>
    internal void WriteAbove(string text) => Write(text, _drawn);

    /// <summary>Removes the lines.</summary>
    internal void Clear() => Write(above: null, []);

    // Writes the frame with one call, so that the terminal shows no half of it.
    private void Write(string? above, IReadOnlyList<string> lines)
    {
        var frame = new StringBuilder();
        if (_drawn.Count > 0)
        {
            frame.Append(CultureInfo.InvariantCulture, $"{Escape}[{_drawn.Count}A\r");
        }

        if (above is not null)
        {
            frame.Append(CultureInfo.InvariantCulture, $"{Escape}[J").Append(above).Append('\n');
        }

        frame.Append(CutLines);
        foreach (var line in lines)
        {
            frame.Append(line).Append(CultureInfo.InvariantCulture, $"{Escape}[K\n");
        }

        frame.Append(CultureInfo.InvariantCulture, $"{Escape}[J").Append(BreakLines);
        terminal.Write(frame.ToString());
        terminal.Flush();
        _drawn = lines;
    }
}

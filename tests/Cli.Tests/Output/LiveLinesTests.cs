namespace S3Auth.Cli.Tests.Output;

public sealed class LiveLinesTests
{
    private StringWriter _terminal = null!;
    private LiveLines _lines = null!;

    [SetUp]
    public void SetUp()
    {
        _terminal = new StringWriter();
        _lines = new LiveLines(_terminal);
    }

    [TearDown]
    public void TearDown() => _terminal.Dispose();

    [Test]
    public void Second_frame_replaces_the_first()
    {
        _lines.Draw(["a", "b"]);
        _lines.Draw(["c"]);

        Assert.That(Screen(), Is.EqualTo("c\n"));
    }

    [Test]
    public void Message_goes_above_the_lines()
    {
        _lines.Draw(["a", "b"]);
        _lines.WriteAbove("message");
        _lines.Draw(["c", "d"]);

        Assert.That(Screen(), Is.EqualTo("message\nc\nd\n"));
    }

    [Test]
    public void Nothing_is_left_at_the_end()
    {
        _lines.Draw(["a", "b"]);
        _lines.WriteAbove("message");
        _lines.Clear();

        Assert.That(Screen(), Is.EqualTo("message\n"));
    }

    [Test]
    public void Line_breaks_at_the_right_edge_are_on_after_each_frame()
    {
        _lines.Draw(["a"]);

        Assert.That(_terminal.ToString(), Does.EndWith("\u001b[?7h"));
    }

    /// <summary>What a terminal shows: understands only the sequences that are used.</summary>
    private string Screen()
    {
        var rows = new List<string> { "" };
        var row = 0;
        var text = _terminal.ToString();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\u001b')
            {
                var end = text.AsSpan(i + 2).IndexOfAnyExceptInRange('0', '?') + i + 2;
                switch (text[end])
                {
                    case 'A':
                        row -= int.Parse(text.AsSpan(i + 2, end - i - 2), System.Globalization.CultureInfo.InvariantCulture);
                        break;
                    case 'J':
                        rows.RemoveRange(row, rows.Count - row);
                        rows.Add("");
                        break;
                }

                i = end;
            }
            else if (text[i] == '\n')
            {
                row++;
                if (row == rows.Count)
                {
                    rows.Add("");
                }
            }
            else if (text[i] == '\r')
            {
                rows[row] = "";
            }
            else
            {
                rows[row] = text[i - 1] is 'l' or '\n' or '\r' or 'K' or 'J' ? text[i].ToString() : rows[row] + text[i];
            }
        }

        return string.Join('\n', rows);
    }
}

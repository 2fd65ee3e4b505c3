using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace S3Auth.Cli.Output;

/// <summary>
/// What the user sees: results on stdout, everything about the work on stderr. With <c>--json</c> stdout has one JSON object a line and
/// nothing else; with <c>--quiet</c> nothing but failures is said.
/// </summary>
internal sealed class Report
{
    private static readonly JsonSerializerOptions SnakeCase = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly Lock _gate = new();
    private readonly bool _json;
    private readonly bool _quiet;
    private Action<string>? _aboveDisplay;

    internal Report(bool json, bool quiet)
    {
        _json = json;
        _quiet = quiet;
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        Terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
    }

    /// <summary>Where progress is drawn.</summary>
    internal IAnsiConsole Terminal { get; }

    /// <summary>Whether somebody watches.</summary>
    internal bool IsLive => !_quiet && !_json && !Console.IsErrorRedirected && Terminal.Profile.Capabilities.Ansi;

    internal bool IsQuiet => _quiet;

    internal bool IsJson => _json;

    /// <summary>A result for people.</summary>
    internal void Line(string text)
    {
        if (!_quiet && !_json)
        {
            Write(Console.Out, text);
        }
    }

    /// <summary>A result for programs.</summary>
    internal void Record<T>(T record)
    {
        if (_json)
        {
            lock (_gate)
            {
                Console.Out.WriteLine(JsonSerializer.Serialize(record, SnakeCase));
            }
        }
    }

    /// <summary>How the work goes on.</summary>
    internal void Note(string text)
    {
        if (!_quiet && !_json)
        {
            Write(Console.Error, text);
        }
    }

    /// <summary>What should not be so, said in every mode.</summary>
    internal void Warn(string text) => Write(Console.Error, "warning: " + text);

    /// <summary>What failed, said in every mode.</summary>
    internal void Fail(string text) => Write(Console.Error, "error: " + text);

    /// <summary>While progress is drawn, lines go above it.</summary>
    internal void Redirect(Action<string>? aboveDisplay)
    {
        lock (_gate)
        {
            _aboveDisplay = aboveDisplay;
        }
    }

    /// <summary>
    /// A text from elsewhere, for a terminal: a miner chooses keys, and one with control characters or marks that turn the writing round
    /// would show validators what is not there.
    /// </summary>
    internal static string Safe(string text)
    {
        var safe = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse)
            {
                safe.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:X}}}");
            }
            else
            {
                safe.Append(rune.ToString());
            }
        }

        return safe.ToString();
    }

    private void Write(TextWriter writer, string text)
    {
        lock (_gate)
        {
            if (_aboveDisplay is { } above)
            {
                above(text);
            }
            else
            {
                writer.WriteLine(text);
            }
        }
    }
}

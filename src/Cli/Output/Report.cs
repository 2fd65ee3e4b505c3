using System.Text.Json.Serialization.Metadata;
using Spectre.Console;

namespace S3Auth.Cli.Output;

/// <summary>
/// The output of a command: results on stdout, messages on stderr. With <c>--json</c>, stdout has only JSON, one object per line. With
/// <c>--quiet</c>, only warnings and errors are printed. Thread-safe.
/// </summary>
internal sealed class Report
{
    private readonly Lock _gate = new();
    private readonly bool _json;
    private readonly bool _quiet;
    private readonly bool _oneLine;
    private Action<string>? _aboveDisplay;

    /// <param name="json">Whether stdout has only JSON.</param>
    /// <param name="quiet">Whether only warnings and errors are printed.</param>
    /// <param name="oneLine">Whether a failure and its advice are one line, and nothing else is printed on stderr.</param>
    internal Report(bool json, bool quiet, bool oneLine = false)
    {
        _json = json;
        _quiet = quiet;
        _oneLine = oneLine;
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        Terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
    }

    /// <summary>The terminal that shows progress.</summary>
    internal IAnsiConsole Terminal { get; }

    /// <summary>Whether progress is drawn on a terminal.</summary>
    internal bool IsLive => !_quiet && !_json && !Console.IsErrorRedirected && Terminal.Profile.Capabilities.Ansi;

    internal bool IsQuiet => _quiet;

    internal bool IsJson => _json;

    /// <summary>Prints a result for people.</summary>
    internal void Line(string text)
    {
        if (!_quiet && !_json)
        {
            Write(Console.Out, text);
        }
    }

    /// <summary>Prints the result of the command, also with <c>--quiet</c>.</summary>
    internal void Result(string text) => Write(Console.Out, text);

    /// <summary>Prints a result for programs.</summary>
    /// <param name="record">The result. Its first member is its type.</param>
    /// <param name="type">How to write it, from <see cref="ToolJson"/>.</param>
    internal void Record<T>(T record, JsonTypeInfo<T> type)
    {
        if (_json)
        {
            var line = JsonText.Write(record, type);
            lock (_gate)
            {
                Console.Out.WriteLine(line);
            }
        }
    }

    /// <summary>Prints a message about the progress.</summary>
    internal void Note(string text)
    {
        if (!_quiet && !_json)
        {
            Write(Console.Error, text);
        }
    }

    /// <summary>Prints a warning, also with <c>--json</c> and <c>--quiet</c>.</summary>
    internal void Warn(string text)
    {
        if (!_oneLine)
        {
            Write(Console.Error, "warning: " + text);
        }
    }

    /// <summary>Prints an error, in every mode.</summary>
    internal void Fail(string text) => Write(Console.Error, "error: " + text);

    /// <summary>Prints a failure that ends the command, with advice. Returns its exit code.</summary>
    internal ExitCode Fail(Failure failure)
    {
        Fail(_oneLine ? $"{failure.Message} {failure.Advice}".TrimEnd() : failure.Message);
        if (failure.Advice is { } advice && !_oneLine)
        {
            Write(Console.Error, "hint: " + advice);
        }

        Record(new ErrorRecord("error", failure.Code, failure.Detail, failure.RequestId, failure.Advice), ToolJson.Default.ErrorRecord);
        return failure.ExitCode;
    }

    /// <summary>Sets where lines go while progress is drawn; null to print them as usual.</summary>
    internal void Redirect(Action<string>? aboveDisplay)
    {
        lock (_gate)
        {
            _aboveDisplay = aboveDisplay;
        }
    }

    /// <summary>
    /// Makes a text safe for a terminal. Miners choose their keys, and a key with control characters or marks of text direction could show
    /// a validator something false.
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

    internal sealed record ErrorRecord(string Type, string Code, string Detail, string? RequestId, string? WhatToDo);
}

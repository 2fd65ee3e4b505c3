using System.Text.Json.Serialization.Metadata;

namespace S3Auth.Cli.Output;

/// <summary>
/// The output of a command: results on stdout, messages on stderr. With <c>--json</c>, stdout has only JSON, one object per line. With
/// <c>--quiet</c>, only warnings and errors are printed. A log file gets every message, but no result: results may be secret. Messages are
/// safe for a terminal (<see cref="Safe"/>). Thread-safe.
/// </summary>
internal sealed class Report
{
    private readonly Lock _gate = new();
    private readonly OutputSettings _settings;
    private readonly LogFile? _log;
    private LiveLines? _live;
    private bool _isMuted;

    /// <exception cref="UsageException">The log file cannot be written.</exception>
    internal Report(OutputSettings settings)
    {
        _settings = settings;
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        _log = settings.LogFile is { } path ? new LogFile(path, TimeProvider.System) : null;
        IsLive = !settings.IsJson && !settings.IsOneLine && (settings.IsProgressForced
            || (!settings.IsQuiet && settings.StatsInterval is null && AnsiTerminal.IsWatched()));
    }

    internal Report(bool json, bool quiet, bool oneLine = false)
        : this(new OutputSettings { IsJson = json, IsQuiet = quiet, IsOneLine = oneLine })
    {
    }

    /// <summary>Whether progress is drawn on a terminal.</summary>
    internal bool IsLive { get; }

    /// <summary>Whether an option asks for progress. Without it, a command that writes a file to stdout shows no progress.</summary>
    internal bool IsProgressWanted => _settings.IsProgressForced || _settings.StatsInterval > TimeSpan.Zero;

    internal bool IsQuiet => _settings.IsQuiet;

    internal bool IsJson => _settings.IsJson;

    /// <summary>The time between two lines about progress; zero for none; null for the default.</summary>
    internal TimeSpan? StatsInterval => _settings.StatsInterval;

    /// <summary>Prints a result for people.</summary>
    internal void Line(string text)
    {
        if (!IsQuiet && !IsJson)
        {
            Write(Console.Out, Safe(text));
        }
    }

    /// <summary>Prints the result of the command, also with <c>--quiet</c>.</summary>
    internal void Result(string text) => Write(Console.Out, text);

    /// <summary>Prints a result for programs.</summary>
    /// <param name="record">The result. Its first member is its type.</param>
    /// <param name="type">How to write it, from <see cref="ToolJson"/>.</param>
    internal void Record<T>(T record, JsonTypeInfo<T> type)
    {
        if (IsJson)
        {
            var line = JsonText.Write(record, type);
            lock (_gate)
            {
                Console.Out.WriteLine(line);
            }
        }
    }

    /// <summary>Prints what was done to one file. While progress is drawn, only the log file gets it.</summary>
    internal void FileDone(string text)
    {
        Log("info", text);
        if (!IsLive)
        {
            Line(Safe(text));
        }
    }

    /// <summary>Prints what the whole run did.</summary>
    internal void Summary(string text)
    {
        Log("info", text);
        Line(Safe(text));
    }

    /// <summary>Prints a message about the progress.</summary>
    internal void Note(string text)
    {
        Log("info", text);
        if (!IsQuiet && !IsJson && !_isMuted)
        {
            Write(Console.Error, Safe(text));
        }
    }

    /// <summary>
    /// Prints no more notes. stdout has the content of a file, and notes would disturb the program that shows it.
    /// </summary>
    internal void MuteNotes() => _isMuted = true;

    /// <summary>Prints a line about the progress, unless progress is drawn.</summary>
    internal void Progress(string text)
    {
        Log("info", text);
        if (!IsLive && !IsQuiet && !IsJson)
        {
            Write(Console.Error, Safe(text));
        }
    }

    /// <summary>Prints what the command waits for, also with <c>--json</c>.</summary>
    internal void Waiting(string text)
    {
        Log("waiting", text);
        if (!IsQuiet && !_settings.IsOneLine)
        {
            Write(Console.Error, Safe(text));
        }
    }

    /// <summary>Prints a warning, also with <c>--json</c> and <c>--quiet</c>.</summary>
    internal void Warn(string text)
    {
        Log("warning", text);
        if (!_settings.IsOneLine)
        {
            Write(Console.Error, "warning: " + Safe(text));
        }
    }

    /// <summary>Prints an error, in every mode.</summary>
    internal void Fail(string text)
    {
        Log("error", text);
        Write(Console.Error, "error: " + Safe(text));
    }

    /// <summary>Prints a failure that ends the command, with advice. Returns its exit code.</summary>
    internal ExitCode Fail(Failure failure)
    {
        Fail(_settings.IsOneLine ? $"{failure.Message} {failure.Advice}".TrimEnd() : failure.Message);
        if (failure.Advice is { } advice && !_settings.IsOneLine)
        {
            Log("hint", advice);
            Write(Console.Error, "hint: " + Safe(advice));
        }

        Record(new ErrorRecord("error", failure.Code, failure.Detail, failure.RequestId, failure.Advice), ToolJson.Default.ErrorRecord);
        return failure.ExitCode;
    }

    /// <summary>Draws lines about the progress below all other output.</summary>
    internal void Draw(IReadOnlyList<string> lines)
    {
        lock (_gate)
        {
            _live ??= new LiveLines(Console.Error);
            _live.Draw(lines);
        }
    }

    /// <summary>Removes the lines about the progress.</summary>
    internal void EndDrawing()
    {
        lock (_gate)
        {
            _live?.Clear();
            _live = null;
        }
    }

    /// <summary>Writes a message into the log file only.</summary>
    internal void Log(string level, string text)
    {
        if (_log?.Write(level, text) is { } problem)
        {
            Write(Console.Error, "warning: " + Safe(problem));
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
            // The lines about the progress are on stderr. Output that goes elsewhere cannot disturb them.
            if (_live is { } live && (ReferenceEquals(writer, Console.Error) || !Console.IsOutputRedirected))
            {
                live.WriteAbove(text);
            }
            else
            {
                writer.WriteLine(text);
            }
        }
    }

    internal sealed record ErrorRecord(string Type, string Code, string Detail, string? RequestId, string? WhatToDo);
}

using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace S3Auth.Api.Tests;

/// <summary>Keeps what is logged.</summary>
internal sealed class LogEntries : ILoggerProvider
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _entries = new();

    internal IEnumerable<(LogLevel Level, string Text)> AboveInformation => _entries.Where(entry => entry.Level > LogLevel.Information);

    internal string Text => string.Join(Environment.NewLine, _entries.Select(entry => entry.Text));

    public ILogger CreateLogger(string categoryName) => new Logger(_entries);

    public void Dispose()
    {
        // Nothing is held.
    }

    private sealed class Logger(ConcurrentQueue<(LogLevel Level, string Text)> entries) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            // The web server of the embedded store says this after its thread was paused for a second.
            if (eventId.Name != "HeartbeatSlow")
            {
                entries.Enqueue((logLevel, $"{formatter(state, exception)} {exception}"));
            }
        }
    }
}

namespace S3Auth.Infrastructure.Tests;

/// <summary>Collects log messages.</summary>
internal sealed class Log : ILoggerProvider, ILogger
{
    private readonly List<(LogLevel Level, string Text)> _entries = [];

    internal string Text
    {
        get
        {
            lock (_entries)
            {
                return string.Join('\n', _entries.Select(entry => entry.Text));
            }
        }
    }

    internal int Count(LogLevel level)
    {
        lock (_entries)
        {
            return _entries.Count(entry => entry.Level == level);
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        lock (_entries)
        {
            _entries.Add((logLevel, formatter(state, exception)));
        }
    }

    public void Dispose()
    {
        // There is nothing to dispose.
    }
}

using Microsoft.Extensions.Logging;

namespace S3Auth.DevelopmentStore;

/// <summary>
/// The host's log for the store's web server, from Warning upwards. Otherwise the web server would log its start like a second application,
/// and every request with its presigned query, which is a secret until it expires.
/// </summary>
internal sealed class ServerLog(ILoggerFactory host) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new Logger(host.CreateLogger(categoryName));

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("The host configures its log.");

    public void Dispose()
    {
        // The host owns its log.
    }

    private sealed class Logger(ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning && inner.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                inner.Log(logLevel, eventId, state, exception, formatter);
            }
        }
    }
}

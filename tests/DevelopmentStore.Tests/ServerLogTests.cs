using Microsoft.Extensions.Logging;
using Moq;
using S3Auth.DevelopmentStore;

namespace S3Auth.DevelopmentStore.Tests;

internal sealed class ServerLogTests
{
    [TestCase(LogLevel.Trace, false)]
    [TestCase(LogLevel.Information, false)]
    [TestCase(LogLevel.Warning, true)]
    [TestCase(LogLevel.Critical, true)]
    public void Server_log_forwards_warnings_and_errors(LogLevel level, bool passed)
    {
        var host = new Recorder();
        using var log = new ServerLog(Mock.Of<ILoggerFactory>(factory => factory.CreateLogger("server") == host));

        log.CreateLogger("server").Log(level, default, "text", exception: null, (state, _) => state);

        Assert.That(host.Written, passed ? Is.EqualTo(new[] { level }) : Is.Empty);
    }

    private sealed class Recorder : ILogger
    {
        public List<LogLevel> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            Written.Add(logLevel);
    }
}

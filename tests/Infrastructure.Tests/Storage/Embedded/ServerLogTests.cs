using Microsoft.Extensions.Logging;
using Moq;
using S3Auth.Infrastructure.Storage.Embedded;

namespace S3Auth.Infrastructure.Tests.Storage.Embedded;

internal sealed class ServerLogTests
{
    [TestCase(LogLevel.Trace, false)]
    [TestCase(LogLevel.Information, false)]
    [TestCase(LogLevel.Warning, true)]
    [TestCase(LogLevel.Critical, true)]
    public void Server_log_passes_on_warnings_and_worse(LogLevel level, bool passed)
    {
        var written = new List<LogLevel>();
        var inner = new Mock<ILogger>();
        inner.Setup(logger => logger.IsEnabled(It.IsAny<LogLevel>())).Returns(true);
        inner.Setup(logger => logger.Log(
                It.IsAny<LogLevel>(), It.IsAny<EventId>(), It.IsAny<It.IsAnyType>(), It.IsAny<Exception?>(), It.IsAny<Func<It.IsAnyType, Exception?, string>>()))
            .Callback(new InvocationAction(call => written.Add((LogLevel)call.Arguments[0])));
        using var log = new ServerLog(Mock.Of<ILoggerFactory>(host => host.CreateLogger("server") == inner.Object));

        log.CreateLogger("server").Log(level, default, "text", null, (state, _) => state);

        Assert.That(written, passed ? Is.EqualTo(new[] { level }) : Is.Empty);
    }
}

using System.Net.Sockets;

namespace S3Auth.Api.Tests;

public sealed class HealthCheckTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Test]
    public async Task Service_that_lives_is_healthy_and_liveness_is_what_is_asked()
    {
        using var server = new OneAnswer("200 OK");
        using var output = new StringWriter();

        var code = await HealthCheck.RunAsync(server.Port, Patience, output);

        Assert.That((code, Lines(output)), Is.EqualTo((0, 1)), output.ToString());
        Assert.That(
            await server.RequestLineAsync(),
            Is.EqualTo("GET /healthz HTTP/1.1"),
            "draining, and a chain that does not answer, must not get a process replaced");
    }

    [TestCase("503 Service Unavailable")]
    [TestCase("404 Not Found")]
    [TestCase("204 No Content")]
    public async Task Other_answer_is_unhealthy_and_told(string status)
    {
        using var server = new OneAnswer(status);
        using var output = new StringWriter();

        var code = await HealthCheck.RunAsync(server.Port, Patience, output);

        Assert.That((code, Lines(output)), Is.EqualTo((1, 1)));
        Assert.That(output.ToString(), Does.Contain(status[..3]));
    }

    [Test]
    public async Task Nobody_there_is_unhealthy_and_told()
    {
        using var output = new StringWriter();

        var code = await HealthCheck.RunAsync(FreePort.Next(), Patience, output);

        Assert.That((code, Lines(output)), Is.EqualTo((1, 1)));
        Assert.That(output.ToString(), Does.Contain("cannot be reached"));
    }

    [Test]
    public async Task Service_that_hangs_is_unhealthy_and_told()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var output = new StringWriter();

        var code = await HealthCheck.RunAsync(((IPEndPoint)listener.LocalEndpoint).Port, TimeSpan.FromMilliseconds(200), output);

        Assert.That((code, Lines(output)), Is.EqualTo((1, 1)));
        Assert.That(output.ToString(), Does.Contain("does not answer within 0.2 s"));
    }

    [Test]
    public async Task Port_is_the_one_that_the_service_would_take()
    {
        // Several attempts, because the timeout here is three seconds.
        await Wait.UntilAsync(async () =>
        {
            using var server = new OneAnswer("200 OK");
            using var output = new StringWriter();

            var code = await HealthCheck.RunAsync([$"--PORT={server.Port.ToString(CultureInfo.InvariantCulture)}"], output);

            Assert.That(output.ToString(), Does.StartWith(FormattableString.Invariant($"http://127.0.0.1:{server.Port}/healthz ")));
            return code == 0;
        });
    }

    [Test]
    public async Task Port_that_is_none_is_told_in_one_line()
    {
        using var output = new StringWriter();

        var code = await HealthCheck.RunAsync(["--PORT=70000"], output);

        Assert.That((code, Lines(output)), Is.EqualTo((1, 1)));
        Assert.That(output.ToString(), Does.StartWith("PORT is '70000'"));
    }

    private static int Lines(StringWriter output) => output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;

    /// <summary>Answers one request with that status.</summary>
    private sealed class OneAnswer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Task<string> _asked;

        internal OneAnswer(string status)
        {
            _listener.Start();
            _asked = AnswerAsync(status);
        }

        internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public void Dispose() => _listener.Dispose();

        internal async Task<string> RequestLineAsync() => (await _asked).Split("\r\n")[0];

        private async Task<string> AnswerAsync(string status)
        {
            using var client = await _listener.AcceptTcpClientAsync();
            var buffer = new byte[4096];
            var read = await client.GetStream().ReadAsync(buffer);
            await client
                .GetStream()
                .WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
            return Encoding.ASCII.GetString(buffer, 0, read);
        }
    }
}

using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace S3Auth.Api.Tests;

/// <summary>One client has a share of the connections.</summary>
public sealed class ConnectionLimitTests
{
    private static readonly IPAddress Proxy = IPAddress.Parse("10.0.0.1");

    [Test]
    public async Task Connections_of_one_client_above_its_limit_are_closed_and_those_of_others_are_not()
    {
        var limit = new ConnectionLimit(3, Proxy.Equals, NullLogger.Instance);
        var held = new TaskCompletionSource();

        var first = Enumerable.Range(0, 5).Select(_ => Open(limit, "192.0.2.1", held.Task)).ToList();
        var network = Enumerable.Range(0, 5).Select(i => Open(limit, $"2001:db8:1:2::{i}", held.Task)).ToList();
        var others = Enumerable.Range(0, 5).Select(i => Open(limit, $"192.0.2.{i + 2}", held.Task)).ToList();
        var proxies = Enumerable.Range(0, 5).Select(_ => Open(limit, "10.0.0.1", held.Task)).ToList();

        Assert.That(first.Concat(network).Concat(others).Concat(proxies).Select(one => one.IsClosed), Is.EqualTo(new[]
        {
            false, false, false, true, true, false, false, false, true, true, false, false, false, false, false, false, false, false, false,
            false,
        }));

        held.SetResult();
        await Task.WhenAll(first.Select(one => one.Run));
        Assert.That(Open(limit, "192.0.2.1", Task.CompletedTask).IsClosed, Is.False, "what was closed makes room");
    }

    [TestCase(120, 240)]
    [TestCase(5, 100)]
    [TestCase(10_000_000, 20_000_000)]
    public void Share_follows_the_rate_of_requests(int requestsPerMinute, int share) =>
        Assert.That(ConnectionLimit.MaxPerClientOf(requestsPerMinute), Is.EqualTo(share));

    private static (Task Run, bool IsClosed) Open(ConnectionLimit limit, string address, Task until)
    {
        var connection = new DefaultConnectionContext { RemoteEndPoint = new IPEndPoint(IPAddress.Parse(address), 1234) };
        var served = false;
        var run = limit.OnConnectionAsync(connection, _ =>
        {
            served = true;
            return until;
        });
        return (run, !served);
    }
}

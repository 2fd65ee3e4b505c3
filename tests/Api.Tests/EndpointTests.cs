using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace S3Auth.Api.Tests;

/// <summary>What the server applies to every endpoint that it listens on.</summary>
public sealed class EndpointTests
{
    [Test]
    public async Task Endpoint_closes_connections_when_their_client_has_its_share()
    {
        using var service =
            new Service { Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["RATE_LIMIT_PER_MINUTE"] = "5" } };
        var (held, served) = (new TaskCompletionSource(), 0);
        var endpoint = Listen(service);
        endpoint.Use(_ => _ =>
        {
            served++;
            return held.Task;
        });
        var serve = ((IConnectionBuilder)endpoint).Build();

        var connections = Enumerable.Range(0, 101)
            .Select(_ => serve(new DefaultConnectionContext { RemoteEndPoint = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 1234) }))
            .ToList();

        Assert.That(served, Is.EqualTo(100));
        held.SetResult();
        await Task.WhenAll(connections);
    }

    [Test]
    public void Endpoint_has_one_answer_at_a_time_when_a_client_connects()
    {
        using var service = new Service();

        Assert.That(Listen(service).Protocols, Is.EqualTo(HttpProtocols.Http1));
    }

    private static ListenOptions Listen(Service service)
    {
        ListenOptions? endpoint = null;
        service.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.ListenLocalhost(1, options => endpoint = options);
        return endpoint!;
    }
}

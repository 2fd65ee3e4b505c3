using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>
/// Stands in for a store that does not run here: a proxy in front of a real store that adds the faults a test chooses. It has the keys of
/// the bucket's owner, to sign requests that it changes. It reads each body into memory.
/// </summary>
internal sealed class StoreStandIn : IAsyncDisposable
{
    // Kestrel moves the length that a client states beside chunks into this header.
    private const string StatedLength = "X-Content-Length";

    private static readonly string[] OfTheConnection = ["Connection", "Keep-Alive", "Transfer-Encoding", "Content-Length"];

    private readonly WebApplication _app;
    private readonly Bucket _store;
    private volatile IReadOnlyList<StoreFault> _faults;

    private StoreStandIn(WebApplication app, Bucket store, IReadOnlyList<StoreFault> faults)
    {
        _app = app;
        _store = store;
        _faults = faults;
    }

    /// <summary>The endpoint for clients.</summary>
    public Uri Endpoint => new(_app.Urls.Single());

    /// <summary>The bucket at this endpoint.</summary>
    public Bucket Bucket => new(Endpoint, _store.Region, _store.Name, _store.Keys);

    /// <summary>The faults. The first one sees a request first and its answer last. May be changed at any time.</summary>
    public IReadOnlyList<StoreFault> Faults
    {
        get => _faults;
        set => _faults = value;
    }

    /// <summary>The operations that clients asked for, in their order.</summary>
    public ConcurrentQueue<StoreOperation> Asked { get; } = new();

    /// <summary>Starts one in front of a bucket's store.</summary>
    public static async Task<StoreStandIn> StartAsync(Bucket store, params StoreFault[] faults)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, port: 0);
        });
        var app = builder.Build();
        var standIn = new StoreStandIn(app, store, faults);
        app.Run(standIn.ServeAsync);
        await app.StartAsync();
        return standIn;
    }

    public async ValueTask DisposeAsync()
    {
        // Do not wait for clients whose requests are never answered.
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task ServeAsync(HttpContext context)
    {
        var request = await ReadAsync(context.Request);
        Asked.Enqueue(request.Operation);
        var handle = _faults.Reverse().Aggregate<StoreFault, Func<StandInRequest, Task<S3Answer?>>>(
            async changed => await changed.Sent.SendAsync(_store.Endpoint),
            (next, fault) => changed => fault.Handle(changed, next));
        if (await handle(request) is { } answer)
        {
            await WriteAsync(context.Response, answer);
        }
        else
        {
            context.Abort();
        }
    }

    private async Task<StandInRequest> ReadAsync(HttpRequest request)
    {
        var hasBody = request.ContentLength is not null || request.Headers.TransferEncoding.Count > 0;
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        var target = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var sent = new S3Request(request.Method, request.Host.Value ?? "", target)
        {
            Headers =
            [
                .. request.Headers.Where(header => header.Key is not ("Host" or StatedLength)
                    && !OfTheConnection.Contains(header.Key, StringComparer.OrdinalIgnoreCase)).SelectMany(
                        header => header.Value.Select(value => KeyValuePair.Create(header.Key, value ?? ""))),
            ],
            Body = hasBody ? body.ToArray() : null,
            IsChunked = hasBody && request.ContentLength is null,
        };
        return new StandInRequest(sent, _store)
        {
            StatedLength = request.Headers[StatedLength] is [{ } stated] ? stated : null,
            Left = request.HttpContext.RequestAborted,
        };
    }

    private static async Task WriteAsync(HttpResponse response, S3Answer answer)
    {
        response.StatusCode = (int)answer.Status;
        foreach (var (name, value) in answer.Headers.Where(one => !OfTheConnection.Contains(one.Key, StringComparer.OrdinalIgnoreCase)))
        {
            response.Headers.Append(name, value);
        }

        if (response.HttpContext.Request.Method == "HEAD")
        {
            response.Headers.ContentLength = long.TryParse(
                answer.Header("Content-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                ? length
                : null;
        }
        else if (answer.Status is not (HttpStatusCode.NoContent or HttpStatusCode.NotModified))
        {
            response.ContentLength = answer.Body.Length;
            await response.Body.WriteAsync(answer.Body);
        }
    }
}

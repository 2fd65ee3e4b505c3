using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace S3Auth.DevelopmentStore;

/// <summary>
/// An S3-compatible object store for development in this process, with its own port and its files on disk. It enforces what a real store
/// enforces: signatures (Signature Version 4 in header, query and POST form), policies, sizes and expiries. It does not start in
/// Production. Its web server shares only the log with the host.
/// </summary>
/// <param name="options">Port, folder, bucket and keys.</param>
/// <param name="environment">The environment of the host. Production is refused.</param>
/// <param name="time">The clock for expiries.</param>
/// <param name="loggers">The host's log.</param>
public sealed partial class EmbeddedStore(
    EmbeddedStoreOptions options,
    IHostEnvironment environment,
    TimeProvider time,
    ILoggerFactory loggers) : IHostedService, IAsyncDisposable
{
    /// <summary>The maximum size of an object in bytes: 5 GiB, the limit of S3 for one PUT or POST.</summary>
    public const long MaxObjectBytes = 5L * 1024 * 1024 * 1024;

    // The object with the fields of a form, or with the overhead of aws-chunked.
    private const long MaxBodyBytes = MaxObjectBytes + (256L * 1024 * 1024);

    private const int MaxConnections = 1000;

    private readonly ILogger<EmbeddedStore> _logger = loggers.CreateLogger<EmbeddedStore>();
    private WebApplication? _server;
    private ObjectFiles? _files;
    private Uri? _endpoint;

    /// <summary>The URL of the store: <c>http://address:port/</c>.</summary>
    /// <exception cref="InvalidOperationException">The store is not started.</exception>
    public Uri Endpoint => _endpoint ?? throw new InvalidOperationException("The embedded object store is not started.");

    /// <summary>Opens the data folder and starts to listen.</summary>
    /// <exception cref="InvalidOperationException">The environment is Production, the settings are not valid, or it was started
    /// before.</exception>
    /// <exception cref="IOException">The folder is in use, or the port is taken.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (environment.IsProduction())
        {
            throw new InvalidOperationException(
                "The embedded object store is for development and does not start in the Production environment. Configure a real S3 store, "
                + "or set ASPNETCORE_ENVIRONMENT to another environment.");
        }

        if (options.Problems() is { Count: > 0 } problems)
        {
            throw new InvalidOperationException("The embedded object store's settings are not valid. " + string.Join(' ', problems));
        }

        if (_files is not null)
        {
            throw new InvalidOperationException("The embedded object store was started before.");
        }

        _files = new ObjectFiles(options.DataFolder, options.Bucket, time, loggers.CreateLogger<ObjectFiles>());
        try
        {
            var uploads = new MultipartUploads(_files, time, loggers.CreateLogger<MultipartUploads>());
            _server = await BuildApartAsync(new S3Requests(options, _files, uploads, time, loggers.CreateLogger<S3Requests>()));
            await _server.StartAsync(cancellationToken);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }

        _endpoint = new Uri(
            _server.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());
        LogListening(_endpoint, options.Bucket);
    }

    /// <summary>Stops listening, waits for running requests until the token is cancelled, and releases the folder.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_server is not null)
        {
            await _server.StopAsync(cancellationToken);
        }

        await DisposeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
            _server = null;
        }

        _files?.Dispose();
        _endpoint = null;
    }

    // Without the caller's execution context. WebApplicationFactory waits there for the host of the service, and could take this host for
    // it and give it a test server, which does not listen.
    private Task<WebApplication> BuildApartAsync(S3Requests requests)
    {
        using (ExecutionContext.SuppressFlow())
        {
            return Task.Run(() => Build(requests));
        }
    }

    private WebApplication Build(S3Requests requests)
    {
        var builder = WebApplication.CreateEmptyBuilder(
            new WebApplicationOptions { ApplicationName = typeof(EmbeddedStore).Assembly.GetName().Name });
        builder.Services.AddSingleton<ILoggerFactory>(new ServerLog(loggers));
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Limits.MaxRequestLineSize = 16 * 1024; // A percent-encoded key of 1,024 bytes and a signed query.
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
            kestrel.ResponseHeaderEncodingSelector = _ => System.Text.Encoding.UTF8;
            kestrel.Listen(IPAddress.Parse(options.BindAddress), options.Port, listen => listen.Protocols = HttpProtocols.Http1);
        });

        var server = builder.Build();
        server.Run(requests.HandleAsync);
        return server;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The embedded object store listens on {Endpoint} with bucket {Bucket}")]
    private partial void LogListening(Uri endpoint, string bucket);

    /// <summary>Ignores signals of the process, because the host stops this server.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

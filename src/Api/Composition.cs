using Microsoft.AspNetCore.Server.Kestrel.Core;
using S3Auth.Api.Configuration;
using S3Auth.Api.Errors;
using S3Auth.Api.Json;
using S3Auth.Api.OpenApi;
using S3Auth.Application;
using S3Auth.Domain;
using S3Auth.Infrastructure;
using S3Auth.Infrastructure.Storage;

namespace S3Auth.Api;

/// <summary>Puts the service together: the only place that knows which adapter stands behind which port.</summary>
internal static partial class Composition
{
    // Bodies beyond what is read (WireJsonFormatter.MaxBytes) are refused unread. Up to this size the server then takes in and drops the
    // rest, so that a client which is still sending gets to see the refusal; beyond it the connection is cut.
    private const long MaxDrainedBytes = 16 * 1024 * 1024;

    /// <exception cref="ConfigurationException">Anything in the configuration is missing or does not parse.</exception>
    internal static WebApplication Build(string[] args)
    {
        // Settings lie beside the program; what it writes goes below the folder it was started in.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });

        var reader = new ServiceOptionsReader(builder.Configuration, builder.Environment);
        var options = reader.Read();

        builder.Logging.SetMinimumLevel(options.LogLevel);
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, options));
        AddServices(builder.Services, options);

        var app = builder.Build();
        StartChecks(app, options);
        UsePipeline(app);
        Announce(app, options, reader.WithoutEffect);
        return app;
    }

    private static void AddServices(IServiceCollection services, ServiceOptions options)
    {
        services.AddSingleton(AccessWindow.Default);
        services.AddSingleton(options.Layout);
        services.AddSingleton(options.Rules);
        services.AddApplication(TimeProvider.System);

        services.AddSignatures();
        if (options.Chain is { } chain)
        {
            services.AddChainMetagraph(chain);
        }
        else
        {
            services.AddStaticMetagraph(options.MetagraphFile, options.Netuid);
        }

        if (options.Store is { } store)
        {
            services.AddS3Storage(store);
        }
        else
        {
            services.AddEmbeddedStore(options.EmbeddedStorePort, Path.Combine(options.DataFolder, "objects"), options.StoreUsage);
        }

        services.AddControllers().AddWireJson();
        services.AddServiceDocument();
    }

    private static void Listen(KestrelServerOptions kestrel, ServiceOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = MaxDrainedBytes;
        if (options.LoopbackOnly)
        {
            kestrel.ListenLocalhost(options.Port);
        }
        else
        {
            kestrel.ListenAnyIP(options.Port);
        }
    }

    // A metagraph file that cannot be used is a mistake in the configuration, told like all others.
    private static void StartChecks(WebApplication app, ServiceOptions options)
    {
        try
        {
            app.Services.GetRequiredService<Application.Ports.IMetagraph>();
        }
        catch (Exception unusable) when (unusable is InvalidDataException or IOException)
        {
            throw new ConfigurationException([$"METAGRAPH_FILE {options.MetagraphFile} cannot be used: {unusable.Message}"]);
        }
    }

    private static void UsePipeline(WebApplication app)
    {
        app.UseRequestId();
        app.Use((context, next) =>
        {
            // Answers are what their content type says, also to a browser that thinks it knows better.
            context.Response.Headers.XContentTypeOptions = "nosniff";
            return next(context);
        });
        app.UseMiddleware<ProblemMiddleware>();
        app.UseServiceDocument();
        app.MapControllers();
        app.MapGet("/", () => Results.Redirect("docs/")).ExcludeFromDescription();
    }

    private static void Announce(WebApplication app, ServiceOptions options, IReadOnlyList<string> withoutEffect)
    {
        foreach (var name in withoutEffect)
        {
            LogWithoutEffect(app.Logger, name);
        }

        foreach (var endpoint in options.Chain?.Network.Endpoints.Where(endpoint => endpoint.IsOpenToForgery) ?? [])
        {
            LogForgeable(app.Logger, endpoint.Origin);
        }

        app.Lifetime.ApplicationStarted.Register(() => LogStarted(app.Logger, options.Port, options.Netuid, options.Layout.Name));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Name} is set, but has no effect here")]
    private static partial void LogWithoutEffect(ILogger logger, string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The node {Endpoint} is read without TLS: whoever controls the network in between decides who is registered")]
    private static partial void LogForgeable(ILogger logger, string endpoint);

    [LoggerMessage(Level = LogLevel.Information, Message = "S3Auth listens on port {Port} for netuid {Netuid}, layout {Layout}; see http://localhost:{Port}/docs")]
    private static partial void LogStarted(ILogger logger, int port, ushort netuid, string layout);
}

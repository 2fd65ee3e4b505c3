using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace S3Auth.Api;

/// <summary>Composes the service. Only this class knows which adapter implements which port.</summary>
internal static class Composition
{
    // The most that the setting accepts.
    private const int MaxRequestsPerMinute = 10_000_000;

    /// <summary>Runs the service until it is told to stop, or a background service fails. Returns false in the second case.</summary>
    /// <exception cref="ConfigurationException">The service cannot start, for a reason that the operator can correct.</exception>
    internal static async Task<bool> RunAsync(string[] args)
    {
        // appsettings.json lies beside the program. Relative paths in settings are relative to the folder that the program was started in.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        var reader = new ServiceOptionsReader(builder.Configuration, builder.Environment);
        var options = reader.Read();

        await using var app = Build(builder, options);
        StartLog.Write(app.Logger, options, reader, builder.Configuration.GetChildren().Select(variable => variable.Key));
        var started = app.Lifetime.ApplicationStarted;
        started.Register(() => StartLog.LogStarted(app.Logger, options.Port, options.Netuid, options.Layout.Name));
        try
        {
            return await RunAsync(app);
        }
        catch (Exception failure) when (!started.IsCancellationRequested && StartChecks.Describe(failure, options) is { } problem)
        {
            throw new ConfigurationException([problem]);
        }
    }

    /// <summary>Runs a host until it stops. Returns false if a background service failed: the host then throws no exception.</summary>
    internal static async Task<bool> RunAsync(IHost host)
    {
        var services = host.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToList();
        await host.RunAsync();
        return !services.Exists(service => service.ExecuteTask is { IsFaulted: true });
    }

    /// <summary>Examines the store without running the service. Returns null if a setting of the store cannot be used.</summary>
    internal static async Task<StoreReport?> ExamineStoreAsync(ServiceOptionsReader reader)
    {
        if (reader.ReadStorage() is not { } store)
        {
            return null;
        }

        await using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(store.Layout)
            .AddSingleton(store.FileSizes)
            .AddS3Storage(store.Storage, store.Sessions)
            .BuildServiceProvider();
        return await services.GetRequiredService<IStoreDoctor>().ExamineAsync(CancellationToken.None);
    }

    /// <summary>
    /// Composes a copy of the service for the warm-up. It has the same middleware, pipeline and use cases. Outside the process, it uses
    /// only a port of the loopback interface and, if configured, the service's Redis, to which it sends commands that write nothing. It
    /// accepts only the hotkeys of the given metagraph, and no store knows the keys that it signs with.
    /// </summary>
    internal static WebApplication BuildPrivateCopy(
        IServiceProvider service, ServiceOptions options, Metagraph metagraph, IReadOnlyList<string> folders)
    {
        var unlimited = options with
        {
            Audiences = Audiences.Unknown,
            DailyLimits = new DailyLimits(int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue),
            InFlight = new InFlightLimit(int.MaxValue),
            ListingRedirect = ListingRedirect.Off,
            RequestsPerMinute = MaxRequestsPerMinute,
            Window = AccessWindow.Default,
        };

        // Reads no settings, and logs nothing.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            Limit(kestrel, unlimited);
            kestrel.Listen(IPAddress.Loopback, port: 0);
        });
        builder.WebHost.UseSockets(ServerLimits.Apply);
        AddParts(builder.Services, unlimited);
        builder.Services.AddWarmUpAdapters(service, metagraph, folders);
        builder.Services.AddWarmUpTelemetry();

        var app = builder.Build();
        UsePipeline(app, unlimited);
        return app;
    }

    private static WebApplication Build(WebApplicationBuilder builder, ServiceOptions options)
    {
        var isStarted = false;
        builder.Logging.SetMinimumLevel(options.LogLevel);
        StartChecks.HideStackTraces(builder.Logging, () => isStarted);
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, options));
        builder.WebHost.UseSockets(ServerLimits.Apply);
        AddServices(builder.Services, options);
        builder.Services.AddTelemetry(builder.Configuration);

        var app = builder.Build();
        app.Lifetime.ApplicationStarted.Register(() => isStarted = true);
        StartChecks.Run(app.Services, options);
        UsePipeline(app, options);
        return app;
    }

    private static void AddServices(IServiceCollection services, ServiceOptions options)
    {
        if (options.HasWarmUp)
        {
            // First, so that it runs while the other services wait for the chain and the store.
            services.AddSingleton(options);
            services.AddHostedService<WarmUpService>();
        }

        AddParts(services, options);
        AddAdapters(services, options);
        services.AddSingleton<IHostedService>(provider => new Drain(
            provider.GetRequiredService<ServiceStop>(), options.DrainTime, provider.GetRequiredService<TimeProvider>()));
        services.Configure<HostOptions>(host => host.ShutdownTimeout = Drain.MaxStopTime);
    }

    // Everything except the adapters of what is outside of the process.
    private static void AddParts(IServiceCollection services, ServiceOptions options)
    {
        services.AddSingleton(options.Window);
        services.AddSingleton(options.DailyLimits);
        services.AddSingleton(new BurstLimit(options.RequestsPerMinute));
        services.AddSingleton(options.SessionRules);
        services.AddSingleton(options.FileSizes);
        services.AddSingleton(options.InFlight);
        services.AddSingleton(ResponseMemoryBudget.OfThisProcess());
        services.AddSingleton(SlowReaderQueue.OfThisProcess());
        services.AddSingleton(options.Layout);
        services.AddSingleton(options.Rules);
        services.AddSingleton(options.Audiences);
        services.AddSingleton(options.ListingRedirect);
        services.AddApplication(TimeProvider.System);
        services.AddSingleton(provider => new ClientAddress(options.TrustedProxies, provider.GetRequiredService<ILogger<ClientAddress>>()));
        services.AddBurstLimiter();
        services.AddCorsOrigins(options.CorsOrigins);
        AddControllers(services).AddApiExplorer().AddWireJson();
        services.AddPage(
            options.PublicUrl,
            options.Port,
            new PageOptions(options.ProjectUrl, options.ToolUrl, options.HasDevelopmentAccounts, options.Sessions.Mode != SessionMode.Off));
    }

    private static IMvcCoreBuilder AddControllers(IServiceCollection services)
    {
        // MVC uses a registered manager instead of one that searches all assemblies.
        var parts = new ApplicationPartManager();
        parts.ApplicationParts.Add(new ControllerPart());
        services.AddSingleton(parts);
        return services.AddMvcCore();
    }

    private static void AddAdapters(IServiceCollection services, ServiceOptions options)
    {
        services.AddSignatures();
        services.AddHotkeyPreparation();
        services.AddAccessRules(options.AccessFile);
        services.AddLimits(options.Limits);
        services.AddSealing(options.SealKey, isShared: options.ListingRedirect.Server is not null && options.Limits.Redis is not null);
        services.AddAudit(new AuditOptions(options.AuditFolder));
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
            services.AddS3Storage(store, options.Sessions);
        }
        else
        {
            AddDevelopmentStore(services, options);
        }
    }

    private static void AddDevelopmentStore(IServiceCollection services, ServiceOptions options)
    {
        var store = DevelopmentStorage.Store(options.EmbeddedStorePort, options.DataFolder, options.EmbeddedStoreAs);
        services.AddEmbeddedStore(store);
        services.AddS3Storage(DevelopmentStorage.Storage(store, options.StoreUsage, options.CorsOrigins), SessionIssuerOptions.Off);
    }

    private static void Listen(KestrelServerOptions kestrel, ServiceOptions options)
    {
        Limit(kestrel, options);
        if (options.LoopbackOnly)
        {
            kestrel.ListenLocalhost(options.Port);
        }
        else
        {
            kestrel.ListenAnyIP(options.Port);
        }
    }

    private static void Limit(KestrelServerOptions kestrel, ServiceOptions options)
    {
        ServerLimits.Apply(kestrel, options.MaxConnections);
        var connections = new ConnectionLimit(
            ConnectionLimit.MaxPerClientOf(options.RequestsPerMinute),
            kestrel.ApplicationServices.GetRequiredService<ClientAddress>().IsTrusted,
            kestrel.ApplicationServices.GetRequiredService<ILogger<ConnectionLimit>>());
        kestrel.ConfigureEndpointDefaults(endpoint =>
        {
            // HTTP/1.1 sends one answer at a time on each connection. HTTP/2 sends many, and a client could stall all of them.
            endpoint.Protocols = HttpProtocols.Http1;
            endpoint.Use(next => connection => connections.OnConnectionAsync(connection, next));
        });
    }

    // The steps that each request passes before the pipeline of its command. All refusals leave as problem+json.
    private static void UsePipeline(WebApplication app, ServiceOptions options)
    {
        var addresses = app.Services.GetRequiredService<ClientAddress>();
        app.Use((context, next) =>
        {
            addresses.Apply(context);
            return next(context);
        });
        app.UseRequestId();
        app.UseSlowReaderTimeouts();
        app.UseResponseHeaders();
        app.UseMiddleware<ProblemMiddleware>();
        app.UseBurstLimiter();
        app.UseCorsOrigins(options.CorsOrigins);
        app.UseTelemetry(options.MetricsToken);
        app.MapControllers();
        app.MapServiceDocument();
        app.MapDocsPage();
        app.MapPageAssets();
    }
}

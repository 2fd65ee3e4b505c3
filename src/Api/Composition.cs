using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace S3Auth.Api;

/// <summary>Puts the service together: the only place that knows which adapter stands behind which port.</summary>
internal static partial class Composition
{
    /// <exception cref="ConfigurationException">Anything in the configuration is missing or does not parse.</exception>
    internal static WebApplication Build(string[] args)
    {
        // Settings lie beside the program; what it writes goes below the folder it was started in.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });

        var reader = new ServiceOptionsReader(builder.Configuration, builder.Environment);
        var options = reader.Read();

        builder.Logging.SetMinimumLevel(options.LogLevel);
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, options));
        builder.WebHost.UseSockets(ServerLimits.Apply);
        AddServices(builder.Services, options);
        builder.Services.AddTelemetry(builder.Configuration);

        var app = builder.Build();
        StartChecks(app, options);
        UsePipeline(app, options);
        Announce(app, options, reader.WithoutEffect);
        return app;
    }

    private static void AddServices(IServiceCollection services, ServiceOptions options)
    {
        services.AddSingleton(options.Window);
        services.AddSingleton(options.DailyLimits);
        services.AddSingleton(new BurstLimit(options.RequestsPerMinute));
        services.AddSingleton(options.InFlight);
        services.AddSingleton(AnswerMemory.OfThisProcess());
        services.AddSingleton(WaitingReaders.OfThisProcess());
        services.AddSingleton(options.Layout);
        services.AddSingleton(options.Rules);
        services.AddSingleton(options.Audiences);
        services.AddApplication(TimeProvider.System);

        services.AddSignatures();
        services.AddLimits(options.Limits);
        services.AddSingleton(options.ListingRedirect);
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
            services.AddS3Storage(store);
        }
        else
        {
            AddDevelopmentStore(services, options);
        }

        services.AddSingleton<IHostedService>(provider => new Drain(
            provider.GetRequiredService<ServiceStop>(), options.DrainTime, provider.GetRequiredService<TimeProvider>()));
        services.Configure<HostOptions>(host => host.ShutdownTimeout = Drain.Longest);
        services.AddSingleton(provider => new ClientAddress(options.TrustedProxies, provider.GetRequiredService<ILogger<ClientAddress>>()));
        services.AddBurstLimiter(options.RequestsPerMinute);
        services.AddOtherOrigins(options.CorsOrigins);
        services.AddMvcCore().AddApiExplorer().AddWireJson();
        services.AddServiceDocument();
        services.AddPage(options.PublicUrl, options.Port, new PageOptions(options.ProjectUrl, options.HasDevelopmentAccounts));
    }

    // The keys are public: the embedded store listens on loopback and refuses to start in Production.
    private static void AddDevelopmentStore(IServiceCollection services, ServiceOptions options)
    {
        var store = new EmbeddedStoreOptions
        {
            Port = options.EmbeddedStorePort,
            DataFolder = Path.Combine(options.DataFolder, "objects"),
            AccessKey = "s3auth-dev",
            SecretKey = "s3auth-dev-secret",
        };

        services.AddEmbeddedStore(store);
        services.AddS3Storage(new StorageOptions
        {
            Bucket = store.Bucket,
            Region = store.Region,
            Endpoint = new UriBuilder(Uri.UriSchemeHttp, store.BindAddress, store.Port).Uri,
            Credentials = new SigningCredentials(store.AccessKey, store.SecretKey),
            Usage = options.StoreUsage,
        });
    }

    private static void Listen(KestrelServerOptions kestrel, ServiceOptions options)
    {
        ServerLimits.Apply(kestrel, options.MostConnections);
        var connections = new ConnectionLimit(
            ConnectionLimit.ShareOf(options.RequestsPerMinute),
            kestrel.ApplicationServices.GetRequiredService<ClientAddress>().IsTrusted,
            kestrel.ApplicationServices.GetRequiredService<ILogger<ConnectionLimit>>());
        kestrel.ConfigureEndpointDefaults(endpoint =>
        {
            // One answer at a time on each connection: HTTP/2 has many, and lets a client hold them all back.
            endpoint.Protocols = HttpProtocols.Http1;
            endpoint.Use(next => connection => connections.OnConnectionAsync(connection, next));
        });
        if (options.LoopbackOnly)
        {
            kestrel.ListenLocalhost(options.Port);
        }
        else
        {
            kestrel.ListenAnyIP(options.Port);
        }
    }

    // What is counted is shown from the start on, also before the first request. A metagraph file that cannot be used is a mistake in the
    // configuration, told like all others.
    private static void StartChecks(WebApplication app, ServiceOptions options)
    {
        app.Services.GetRequiredService<Application.Ports.IReplayGuard>();
        app.Services.GetRequiredService<Application.Ports.IQuota>();
        try
        {
            app.Services.GetRequiredService<Application.Ports.IMetagraph>();
        }
        catch (Exception unusable) when (unusable is InvalidDataException or IOException)
        {
            throw new ConfigurationException([$"METAGRAPH_FILE {options.MetagraphFile} cannot be used: {unusable.Message}"]);
        }

        try
        {
            if (options.AuditFolder is { } folder)
            {
                Directory.CreateDirectory(folder);
            }
        }
        catch (Exception unusable) when (unusable is UnauthorizedAccessException or IOException)
        {
            throw new ConfigurationException([$"AUDIT_DIR {options.AuditFolder} cannot be used: {unusable.Message}"]);
        }
    }

    // What a request passes before the pipeline of its command. Whatever is refused here or there leaves as one form of problem.
    private static void UsePipeline(WebApplication app, ServiceOptions options)
    {
        var addresses = app.Services.GetRequiredService<ClientAddress>();
        app.Use((context, next) =>
        {
            addresses.Apply(context);
            return next(context);
        });
        app.UseRequestId();
        app.UsePacedAnswers();
        app.UseResponseHeaders();
        app.UseMiddleware<ProblemMiddleware>();
        app.UseRateLimiter();
        app.UseOtherOrigins(options.CorsOrigins);
        app.UseTelemetry(options.MetricsToken);
        app.MapControllers();
        app.MapServiceDocument();
        app.MapDocsPage();
        app.MapPageAssets();
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

        if (options.Limits.Redis is { IsVerified: false } redis)
        {
            LogUnverifiedRedis(app.Logger, redis);
        }

        if (options.PublicUrl is null && !options.LoopbackOnly)
        {
            LogNoPublicUrl(app.Logger, Settings.PublicUrl.Name);
        }

        if (options.Audiences.Own.Count == 0)
        {
            LogNoAudience(app.Logger, options.LoopbackOnly ? LogLevel.Information : LogLevel.Warning);
        }

        if (options is { ListingRedirect.Server: not null, SealKey: null, Limits.Redis: null })
        {
            LogOwnSealKey(app.Logger);
        }

        app.Lifetime.ApplicationStarted.Register(() => LogStarted(app.Logger, options.Port, options.Netuid, options.Layout.Name));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Name} is set, but has no effect here")]
    private static partial void LogWithoutEffect(ILogger logger, string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The node {Endpoint} is read without TLS: whoever controls the network in between decides who is registered")]
    private static partial void LogForgeable(ILogger logger, string endpoint);

    [LoggerMessage(Level = LogLevel.Warning, Message = "REDIS_URL has ssl_cert_reqs=none: an attacker on the network between this server and Redis at {Address} can read its password and change the counts")]
    private static partial void LogUnverifiedRedis(ILogger logger, RedisAddress address);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Name} is not set: the page at / shows people the address that they came by, with https unless it is this machine's own")]
    private static partial void LogNoPublicUrl(ILogger logger, string name);

    [LoggerMessage(Message = "This server was told no audience of its own, so it also accepts requests that were signed for another server and relayed: set PUBLIC_URL to the address that clients call")]
    private static partial void LogNoAudience(ILogger logger, LogLevel level);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Neither SEAL_KEY nor REDIS_URL is set: listing links stop working when this process ends, and other instances reject them")]
    private static partial void LogOwnSealKey(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "S3Auth listens on port {Port} for netuid {Netuid}, layout {Layout}; see http://localhost:{Port}")]
    private static partial void LogStarted(ILogger logger, int port, ushort netuid, string layout);
}

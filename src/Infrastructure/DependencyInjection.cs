using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace S3Auth.Infrastructure;

/// <summary>Registers this layer: an adapter for every port of the application.</summary>
public static class DependencyInjection
{
    /// <summary>Adds the verifier of sr25519 signatures.</summary>
    public static IServiceCollection AddSignatures(this IServiceCollection services) => services
        .AddSingleton<Sr25519SignatureVerifier>()
        .AddSingleton<ISignatureVerifier>(provider => provider.GetRequiredService<Sr25519SignatureVerifier>());

    /// <summary>Adds the service that prepares the verifier for the registered hotkeys.</summary>
    public static IServiceCollection AddHotkeyPreparation(this IServiceCollection services) =>
        services.AddHostedService<HotkeyPreparation>();

    /// <summary>Adds a metagraph from a file or of the development accounts, without a chain.</summary>
    /// <param name="services">The services.</param>
    /// <param name="file">The metagraph's file; null for the development accounts.</param>
    /// <param name="netuid">The subnet.</param>
    public static IServiceCollection AddStaticMetagraph(this IServiceCollection services, string? file, ushort netuid)
    {
        services.AddSingleton(provider => new StaticMetagraph(
            file, netuid, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<StaticMetagraph>>()));
        services.AddSingleton<IMetagraph>(provider => provider.GetRequiredService<StaticMetagraph>());
        services.AddHostedService(provider => provider.GetRequiredService<StaticMetagraph>());
        return services;
    }

    /// <summary>Adds the operator's access rules.</summary>
    /// <param name="services">The services.</param>
    /// <param name="file">The file with the rules; null for no rules.</param>
    public static IServiceCollection AddAccessRules(this IServiceCollection services, string? file)
    {
        if (file is null)
        {
            return services.AddSingleton<IAccessRules, NoAccessRules>();
        }

        services.AddSingleton(provider => new WatchedAccessRules(
            file, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<WatchedAccessRules>>()));
        services.AddSingleton<IAccessRules>(provider => provider.GetRequiredService<WatchedAccessRules>());
        services.AddHostedService(provider => provider.GetRequiredService<WatchedAccessRules>());
        return services;
    }

    /// <summary>Adds the metagraph of a chain, read from its nodes.</summary>
    public static IServiceCollection AddChainMetagraph(this IServiceCollection services, ChainOptions options)
    {
        services.AddMetrics();
        services.AddSingleton(options);
        services.AddSingleton<ChainMetrics>();
        services.AddSingleton<NodePool>();
        services.AddSingleton<RuntimeCatalog>();
        services.AddSingleton<SubnetReader>();
        services.AddSingleton<SnapshotFile>();
        services.AddSingleton<MetagraphSynchroniser>();
        services.AddSingleton<IMetagraph>(provider => provider.GetRequiredService<MetagraphSynchroniser>());
        services.AddHostedService(provider => provider.GetRequiredService<MetagraphSynchroniser>());
        return services;
    }

    /// <summary>Adds the replay guard and the quota: in Redis if one is configured, otherwise in this process.</summary>
    public static IServiceCollection AddLimits(this IServiceCollection services, LimitOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);

        services.AddMetrics();
        services.AddSingleton(options);
        services.AddSingleton<LimitMetrics>();
        services.AddSingleton(provider =>
        {
            var guard = new MemoryReplayGuard(provider.GetRequiredService<TimeProvider>());
            provider.GetRequiredService<LimitMetrics>().Observe(guard);
            return guard;
        });
        services.AddSingleton(provider =>
        {
            var quota = new MemoryQuota();
            provider.GetRequiredService<LimitMetrics>().Observe(
                quota, provider.GetRequiredService<DailyLimits>(), provider.GetRequiredService<TimeProvider>());
            return quota;
        });
        if (options.Redis is null)
        {
            services.AddSingleton<ISharedLimits, SingleInstanceLimits>();
            services.AddSingleton<ISharedAnswers, SingleInstanceAnswers>();
            services.AddSingleton<IReplayGuard>(provider => provider.GetRequiredService<MemoryReplayGuard>());
            services.AddSingleton<IQuota>(provider => provider.GetRequiredService<MemoryQuota>());
            return services;
        }

        services.AddSingleton<RedisLink>();
        services.AddSingleton<ISharedLimits>(provider => provider.GetRequiredService<RedisLink>());
        services.AddHostedService(provider => provider.GetRequiredService<RedisLink>());
        services.AddSingleton<RedisAnswerCounts>();
        services.AddSingleton<ISharedAnswers>(provider => provider.GetRequiredService<RedisAnswerCounts>());

        // After the link, because services stop in reverse order, and this one still writes to Redis when it stops.
        services.AddHostedService(provider => provider.GetRequiredService<RedisAnswerCounts>());
        services.AddSingleton<RedisCommands>();
        services.AddSingleton<IReplayGuard, RedisReplayGuard>();
        services.AddSingleton<IQuota, RedisQuota>();
        return services;
    }

    /// <summary>
    /// Adds the sealer of links: with the operator's key, with a key that all instances share through Redis, or with a key of this process.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="key">The operator's key; null for none.</param>
    /// <param name="isShared">Whether instances share a key through the Redis of <see cref="AddLimits"/> if the operator gave none.</param>
    public static IServiceCollection AddSealing(this IServiceCollection services, SealKey? key, bool isShared)
    {
        services.AddSingleton(new SealKeys(key ?? SealKey.Create()));
        services.AddSingleton<ISealer, AesGcmSealer>();
        if (key is null && isShared)
        {
            services.AddHostedService<RedisSealKey>();
        }

        return services;
    }

    /// <summary>Adds the audit log: on standard output, and in daily files if a folder is configured.</summary>
    public static IServiceCollection AddAudit(this IServiceCollection services, AuditOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);

        services.AddSingleton<IAuditSink>(_ => new StandardOutput(Console.OpenStandardOutput()));
        if (options.Folder is { } folder)
        {
            services.AddSingleton<IAuditSink>(new DailyFile(folder));
        }

        return services.AddAuditWriter();
    }

    /// <summary>Adds the audit log without a sink.</summary>
    internal static IServiceCollection AddAuditWriter(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<AuditMetrics>();
        services.AddSingleton<AuditWriter>();
        services.AddSingleton<IAuditLog>(provider => provider.GetRequiredService<AuditWriter>());
        services.AddHostedService(provider => provider.GetRequiredService<AuditWriter>());
        return services;
    }

    /// <summary>
    /// Adds the signer and the client of a bucket, the checks of the store, and the renewal of credentials if they are not fixed.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="options">The bucket.</param>
    /// <param name="sessions">The temporary credentials.</param>
    /// <exception cref="ArgumentException">Bucket, region or endpoint cannot be part of a URL or of a signature.</exception>
    public static IServiceCollection AddS3Storage(this IServiceCollection services, StorageOptions options, SessionIssuerOptions sessions)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(sessions);

        services.TryAddSingleton(TimeProvider.System);
        services.AddSigner(options);
        services.AddSingleton<StoreClient>();
        services.AddSingleton<StoreCalls>();
        services.AddSingleton<S3ObjectStore>();
        services.AddSingleton<IMultipartStore, S3MultipartStore>();
        services.AddSingleton<IObjectStore>(provider =>
        {
            var store = new MeteredObjectStore(provider.GetRequiredService<S3ObjectStore>(), provider.GetRequiredService<StoreMetrics>());
            return options.Usage.ListingLifetime > TimeSpan.Zero
                ? new CachedObjectStore(store, options.Usage.ListingLifetime, provider.GetRequiredService<TimeProvider>())
                : store;
        });
        services.AddSingleton(sessions);
        if (sessions.Mode == SessionMode.Off)
        {
            services.AddSingleton<ISessionIssuer, NoSessions>();
        }
        else
        {
            _ = sessions.Mode == SessionMode.Sts
                ? services.AddSingleton<ISessionSource, StsSessionSource>()
                : services.AddSingleton<ISessionSource, R2SessionSource>();
            services.AddSingleton<SessionGuard>();
            services.AddSingleton<SessionProbe>();
            services.AddSingleton<SessionCheck>();
            services.AddSingleton<ISessionIssuer, SessionIssuer>();
        }

        if (options.Credentials is null)
        {
            services.AddSingleton<ICredentialProvider, AwsCredentialChain>();
            services.AddHostedService<CredentialRefresher>();
        }

        // After the credentials, because the checks need them.
        services.AddSingleton<StoreSurveyor>();
        services.AddSingleton<IStoreDoctor>(provider => new StoreDoctor(
            options,
            provider.GetRequiredService<StoreEndpoints>(),
            provider.GetRequiredService<StoreSurveyor>(),
            provider.GetRequiredService<CredentialSource>(),
            provider.GetService<ICredentialProvider>(),
            provider.GetRequiredService<FolderLayout>(),
            provider.GetRequiredService<FileSizeLimits>(),
            options.CorsOrigins,
            provider.GetService<SessionCheck>(),
            provider.GetRequiredService<TimeProvider>()));
        if (sessions.Mode != SessionMode.Off)
        {
            // Before the monitor of the store, so that both start with their first check.
            services.AddHostedService<SessionMonitor>();
        }

        services.AddHostedService<StoreMonitor>();
        services.AddHostedService<StoreReporter>();
        return services;
    }

    /// <summary>Adds the signer of a bucket, and the findings about its store that decide what is signed.</summary>
    /// <exception cref="ArgumentException">Bucket, region or endpoint cannot be part of a URL or of a signature.</exception>
    internal static IServiceCollection AddSigner(this IServiceCollection services, StorageOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(new CredentialSource(options.Credentials));
        services.AddSingleton<PutGuard>();
        services.AddSingleton<StoreState>();
        services.AddSingleton<IStoreState>(provider => provider.GetRequiredService<StoreState>());
        services.AddMetrics();
        services.AddSingleton<StoreMetrics>();

        // Throws here, not at the first request, for options that cannot be part of a URL.
        services.AddSingleton(new StoreEndpoints(options));
        services.AddSingleton<S3UrlSigner>();
        return services.AddSingleton<IUrlSigner>(provider => new MeteredUrlSigner(
            provider.GetRequiredService<S3UrlSigner>(), provider.GetRequiredService<StoreMetrics>()));
    }
}

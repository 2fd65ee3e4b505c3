using Microsoft.Extensions.DependencyInjection;

namespace S3Auth.Infrastructure.WarmUp;

/// <summary>
/// Registers the adapters of the warm-up. Uses the same classes as the service for the signer, the replay guard, the quota and the
/// audit records, because the warm-up must run their code. With Redis, <see cref="WarmUpRedisCommands"/> sends commands that write nothing.
/// </summary>
public static class DependencyInjection
{
    private const int SecretBytes = 32;

    /// <summary>
    /// Adds a fixed metagraph, a store in memory, limits in memory, audit lines that go nowhere, and a signer whose keys no store knows.
    /// They use nothing outside the process, with one exception: if the service has a Redis, they send it commands that write nothing.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="service">The service provider of the real service.</param>
    /// <param name="metagraph">The metagraph.</param>
    /// <param name="folders">The prefixes of all folders in the store.</param>
    public static IServiceCollection AddWarmUpAdapters(
        this IServiceCollection services, IServiceProvider service, Metagraph metagraph, IReadOnlyList<string> folders)
    {
        services.AddSignatures();
        services.AddSingleton<IMetagraph>(new FixedMetagraph(metagraph));
        services.AddAccessRules(file: null);
        services.AddLimits(new LimitOptions { Scope = "warm-up" });
        if (service.GetService<RedisLink>() is { } redis)
        {
            services.AddSingleton<RedisCommands>(new WarmUpRedisCommands(redis));
            services.AddSingleton<IReplayGuard, RedisReplayGuard>();
            services.AddSingleton<IQuota, RedisQuota>();
        }

        services.AddSealing(key: null, isShared: false);
        services.AddAuditWriter();
        services.AddSingleton<IAuditSink>(_ => new StandardOutput(Stream.Null));
        services.AddSigner(new StorageOptions
        {
            Bucket = "warm-up",
            Region = "warm-up",
            Endpoint = new Uri("http://warm-up.invalid"),
            Credentials = new SigningCredentials("warm-up", RandomNumberGenerator.GetHexString(SecretBytes)),
        });

        // Simulates a store whose PUT test passed.
        services.AddSingleton(provider => new PutGuard(provider.GetRequiredService<TimeProvider>())
        {
            Finding = new PutFinding(PutUploads.Safe),
        });
        services.AddSingleton<IObjectStore>(new FixedStore(folders));
        return services;
    }
}

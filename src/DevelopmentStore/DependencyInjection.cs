using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace S3Auth.DevelopmentStore;

/// <summary>Registers the embedded store.</summary>
public static class DependencyInjection
{
    /// <summary>Adds an embedded store that starts with the host and listens on its own port.</summary>
    public static IServiceCollection AddEmbeddedStore(this IServiceCollection services, EmbeddedStoreOptions options)
    {
        services.AddSingleton(provider => new EmbeddedStore(
            options,
            provider.GetRequiredService<IHostEnvironment>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>()));
        return services.AddHostedService(provider => provider.GetRequiredService<EmbeddedStore>());
    }
}

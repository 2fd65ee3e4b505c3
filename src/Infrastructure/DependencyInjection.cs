using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using S3Auth.Application.Ports;
using S3Auth.Domain;
using S3Auth.Infrastructure.Chain;
using S3Auth.Infrastructure.Chain.Node;
using S3Auth.Infrastructure.Signatures;
using S3Auth.Infrastructure.Storage;
using S3Auth.Infrastructure.Storage.Credentials;
using S3Auth.Infrastructure.Storage.Embedded;
using S3Auth.Infrastructure.Storage.SigV4;

namespace S3Auth.Infrastructure;

/// <summary>Registers this layer: an adapter for every port of the application.</summary>
public static class DependencyInjection
{
    // What the embedded store and the clients of a development machine agree on; everyone knows it, and it opens nothing else.
    private const string EmbeddedAccessKey = "s3auth-dev";
    private const string EmbeddedSecretKey = "s3auth-dev-secret";

    /// <summary>sr25519.</summary>
    public static IServiceCollection AddSignatures(this IServiceCollection services) =>
        services.AddSingleton<ISignatureVerifier, Sr25519SignatureVerifier>();

    /// <summary>A metagraph that no chain stands behind.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="file">Its file; null for the development accounts.</param>
    /// <param name="netuid">The subnet.</param>
    public static IServiceCollection AddStaticMetagraph(this IServiceCollection services, string? file, ushort netuid)
    {
        services.AddSingleton(provider => new StaticMetagraph(
            file, netuid, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<StaticMetagraph>>()));
        services.AddSingleton<IMetagraph>(provider => provider.GetRequiredService<StaticMetagraph>());
        services.AddHostedService(provider => provider.GetRequiredService<StaticMetagraph>());
        return services;
    }

    /// <summary>The metagraph of a chain, read from its nodes.</summary>
    public static IServiceCollection AddChainMetagraph(this IServiceCollection services, ChainOptions options)
    {
        services.AddMetrics();
        services.AddSingleton(options);
        services.AddSingleton<ChainMetrics>();
        services.AddSingleton<NodePool>();
        services.AddSingleton<SubnetReader>();
        services.AddSingleton<SnapshotFile>();
        services.AddSingleton<MetagraphSynchroniser>();
        services.AddSingleton<IMetagraph>(provider => provider.GetRequiredService<MetagraphSynchroniser>());
        services.AddHostedService(provider => provider.GetRequiredService<MetagraphSynchroniser>());
        return services;
    }

    /// <summary>
    /// A bucket: what signs for it, what asks it, and, where no fixed credentials are given, what loads and renews them.
    /// </summary>
    /// <param name="services">Where to.</param>
    /// <param name="options">The bucket.</param>
    /// <exception cref="ArgumentException">Bucket, region or endpoint cannot be part of a URL or of a signature.</exception>
    public static IServiceCollection AddS3Storage(this IServiceCollection services, StorageOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        var credentials = new CredentialSource(options.Credentials);
        services.AddSingleton(credentials);
        var puts = new PutGuard();
        services.AddSingleton(puts);
        services.AddSingleton<IUrlSigner>(new S3UrlSigner(options, credentials, puts));
        services.AddSingleton<S3ObjectStore>();
        services.AddSingleton<IObjectStore>(provider => options.Usage.ListingLifetime > TimeSpan.Zero
            ? new CachedObjectStore(provider.GetRequiredService<S3ObjectStore>(), options.Usage.ListingLifetime, provider.GetRequiredService<TimeProvider>())
            : provider.GetRequiredService<S3ObjectStore>());
        if (options.Credentials is null)
        {
            services.AddSingleton<ICredentialProvider, AwsCredentialChain>();
            services.AddHostedService<CredentialRefresher>();
        }

        // After the credentials, which it signs with.
        if (options.Usage.UploadMethod == UploadMethod.Put)
        {
            services.AddHostedService<PutProbe>();
        }

        return services;
    }

    /// <summary>The embedded store on its own port, and everything that signs for it.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="port">The store's port.</param>
    /// <param name="folder">Where its files go.</param>
    /// <param name="usage">How it is used.</param>
    public static IServiceCollection AddEmbeddedStore(this IServiceCollection services, int port, string folder, StoreUsage usage)
    {
        var store = new EmbeddedStoreOptions
        {
            Port = port,
            DataFolder = folder,
            AccessKey = EmbeddedAccessKey,
            SecretKey = EmbeddedSecretKey,
        };

        services.AddSingleton(provider => new EmbeddedStore(
            store,
            provider.GetRequiredService<IHostEnvironment>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>()));
        services.AddHostedService(provider => provider.GetRequiredService<EmbeddedStore>());

        return services.AddS3Storage(new StorageOptions
        {
            Bucket = store.Bucket,
            Region = store.Region,
            Endpoint = new UriBuilder(Uri.UriSchemeHttp, store.BindAddress, port).Uri,
            Credentials = new SigningCredentials(store.AccessKey, store.SecretKey),
            Usage = usage,
        });
    }
}

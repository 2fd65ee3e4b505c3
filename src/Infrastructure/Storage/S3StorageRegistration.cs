using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using S3Auth.Application.Ports;
using S3Auth.Infrastructure.Storage.Credentials;

namespace S3Auth.Infrastructure.Storage;

/// <summary>Registers everything that speaks to, or signs for, the object store.</summary>
public static class S3StorageRegistration
{
    /// <summary>
    /// Registers <see cref="IUrlSigner"/> and <see cref="IObjectStore"/> for a bucket, and where no fixed credentials are given the
    /// service that loads and renews them.
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
        services.AddSingleton<IUrlSigner>(new S3UrlSigner(options, credentials));
        services.AddSingleton<IObjectStore, S3ObjectStore>();
        if (options.Credentials is null)
        {
            services.AddSingleton<ICredentialProvider, AwsCredentialChain>();
            services.AddHostedService<CredentialRefresher>();
        }

        return services;
    }
}

namespace S3Auth.Api.Configuration;

/// <summary>
/// The options of the embedded store, and the options with which the server uses it. Its keys are public: it listens only on loopback and
/// does not start in Production.
/// </summary>
internal static class DevelopmentStorage
{
    /// <summary>Returns the options of the embedded store.</summary>
    internal static EmbeddedStoreOptions Store(int port, string dataFolder, StoreBehaviour behaviour) => new()
    {
        Port = port,
        Behaviour = behaviour,
        DataFolder = Path.Combine(dataFolder, "objects"),
        AccessKey = "s3auth-dev",
        SecretKey = "s3auth-dev-secret",
    };

    /// <summary>Returns the options with which the server uses it.</summary>
    internal static StorageOptions Storage(EmbeddedStoreOptions store, StoreUsage usage, IReadOnlyList<string> corsOrigins) => new()
    {
        Bucket = store.Bucket,
        Region = store.Region,
        Endpoint = new UriBuilder(Uri.UriSchemeHttp, store.BindAddress, store.Port).Uri,
        Credentials = new SigningCredentials(store.AccessKey, store.SecretKey),
        CorsOrigins = corsOrigins,
        Usage = usage,
    };
}

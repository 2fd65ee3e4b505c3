namespace S3Auth.Infrastructure.Storage;

/// <summary>The part of the configuration that a refusal of the store is about.</summary>
internal enum StoreSubject
{
    /// <summary>The address: there is no S3 store.</summary>
    Endpoint,

    /// <summary>The region of the signature.</summary>
    Region,

    /// <summary>The keys, or their permissions.</summary>
    Credentials,

    /// <summary>The bucket.</summary>
    Bucket,

    /// <summary>The clock of this server or of the store.</summary>
    Clock,
}

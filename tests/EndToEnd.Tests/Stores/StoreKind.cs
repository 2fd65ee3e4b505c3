namespace S3Auth.EndToEnd.Tests.Stores;

/// <summary>Which object store a deployment stands on.</summary>
public enum StoreKind
{
    /// <summary>The development store inside the service's own process.</summary>
    Embedded,

    /// <summary>A real S3 server.</summary>
    Real,
}

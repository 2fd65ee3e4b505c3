namespace S3Auth.EndToEnd.Tests.Stores;

/// <summary>The object store of a deployment.</summary>
public enum StoreKind
{
    /// <summary>The embedded store.</summary>
    Embedded,

    /// <summary>A real S3 server.</summary>
    Real,
}

namespace S3Auth.EndToEnd.Tests.Stores;

/// <summary>The object store of a deployment.</summary>
public enum StoreKind
{
    /// <summary>The embedded store.</summary>
    Embedded,

    /// <summary>The server that the environment names, else MinIO, else Ceph's gateway.</summary>
    Real,

    /// <summary>OpenStack Swift behind nginx: a store without upload forms.</summary>
    Swift,
}

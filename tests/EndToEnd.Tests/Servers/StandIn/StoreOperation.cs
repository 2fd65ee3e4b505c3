namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>What a request asks of a store.</summary>
internal enum StoreOperation
{
    /// <summary>Anything that is not named here.</summary>
    Other,

    /// <summary>ListBuckets.</summary>
    ListBuckets,

    /// <summary>HeadBucket.</summary>
    HeadBucket,

    /// <summary>ListObjects and ListObjectsV2.</summary>
    List,

    /// <summary>GetObject and HeadObject.</summary>
    Get,

    /// <summary>PutObject.</summary>
    Put,

    /// <summary>CopyObject.</summary>
    Copy,

    /// <summary>PostObject: an upload by a form.</summary>
    Form,

    /// <summary>DeleteObject and DeleteObjects.</summary>
    Delete,

    /// <summary>Everything about a multipart upload.</summary>
    Multipart,

    /// <summary>ListMultipartUploads.</summary>
    ListUploads,

    /// <summary>GetBucketPolicy and GetBucketPolicyStatus.</summary>
    ReadPolicy,

    /// <summary>GetBucketCors.</summary>
    ReadCors,

    /// <summary>GetBucketVersioning.</summary>
    ReadVersioning,

    /// <summary>GetBucketLifecycleConfiguration.</summary>
    ReadLifecycle,

    /// <summary>GetBucketAcl and GetObjectAcl.</summary>
    ReadAcl,

    /// <summary>GetPublicAccessBlock.</summary>
    ReadPublicAccessBlock,

    /// <summary>GetBucketLocation.</summary>
    ReadLocation,

    /// <summary>PutBucketAcl and PutObjectAcl.</summary>
    WriteAcl,

    /// <summary>AssumeRole and its relatives at the security token service.</summary>
    AssumeRole,
}

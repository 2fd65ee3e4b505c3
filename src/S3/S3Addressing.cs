namespace S3Auth.S3;

/// <summary>Where the URL of an object has the bucket's name.</summary>
public enum S3Addressing
{
    /// <summary>In the path: <c>https://host/bucket/key</c>.</summary>
    Path,

    /// <summary>In the host: <c>https://bucket.host/key</c>.</summary>
    Virtual,
}

namespace S3Auth.EndToEnd.Tests.Stores;

/// <summary>The purpose of a deployment. Cases that would disturb each other use different kinds.</summary>
public enum DeploymentKind
{
    /// <summary>For most cases.</summary>
    Common,

    /// <summary>A bucket with thousands of folders and files.</summary>
    Large,

    /// <summary>A bucket with few files, all readable. The server requires its audience in each proof.</summary>
    Few,

    /// <summary>With <c>UPLOAD_METHOD=PUT</c>.</summary>
    Put,

    /// <summary>
    /// With <c>SESSION_CREDENTIALS=sts</c>, at a real store only. The store refuses public access to the buckets, where it can.
    /// </summary>
    Sessions,

    /// <summary>A bucket with keys that a miner chose to do harm. Not all of them can be removed.</summary>
    Hostile,
}

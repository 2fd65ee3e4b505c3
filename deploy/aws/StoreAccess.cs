using Amazon.CDK.AWS.IAM;

namespace S3Auth.Deploy.Aws;

/// <summary>
/// The permissions of the signing identity, which limit what a grant can allow: put and get below the prefix of the layout in one
/// bucket, and list the bucket. No delete, no ACL, no other bucket. The doctor needs the rest: it tries a multipart upload, which it
/// aborts, and reads how the bucket is configured.
/// </summary>
internal static class StoreAccess
{
    /// <param name="settings">The settings, which name the bucket and its layout.</param>
    /// <param name="principal">The principal, if the policy is not the identity's own.</param>
    internal static IEnumerable<PolicyStatement> On(DeploymentSettings settings, IPrincipal? principal = null)
    {
        var bucketArn = DataBucket.ArnOf(settings.Environment);
        IPrincipal[] principals = principal is null ? [] : [principal];
        yield return new PolicyStatement(new PolicyStatementProps
        {
            Sid = "Objects",
            Principals = principals,
            Actions = ["s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
            Resources = [$"{bucketArn}/{settings.Layout.Root}*"],
        });

        // No condition on s3:prefix. With this permission S3 answers 404 instead of 403 for a missing key, which the server needs to tell a
        // new file from an existing one. That request and the server's check of the store have no prefix, so a condition would refuse
        // them. Every signed listing has its prefix in the signature.
        yield return new PolicyStatement(new PolicyStatementProps
        {
            Sid = "Bucket",
            Principals = principals,
            Actions = ["s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:GetBucketVersioning", "s3:GetLifecycleConfiguration"],
            Resources = [bucketArn],
        });
    }

    /// <summary>
    /// The permissions of the role of sessions: what any session may do at most. The server narrows each session to one miner's folders, or
    /// to reading. Miners may not choose a storage class, because the owner of the bucket pays for it.
    /// </summary>
    internal static IEnumerable<PolicyStatement> OfSessions(DeploymentSettings settings)
    {
        var bucketArn = DataBucket.ArnOf(settings.Environment);
        var objects = $"{bucketArn}/{settings.Layout.Root}*";
        yield return new PolicyStatement(new PolicyStatementProps
        {
            Sid = "Write",
            Actions = ["s3:PutObject"],
            Resources = [objects],
            Conditions = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["StringEqualsIfExists"] = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["s3:x-amz-storage-class"] = "STANDARD",
                },
            },
        });
        yield return new PolicyStatement(new PolicyStatementProps
        {
            Sid = "Objects",
            Actions = ["s3:GetObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
            Resources = [objects],
        });
        yield return new PolicyStatement(new PolicyStatementProps
        {
            Sid = "Bucket",
            Actions = ["s3:ListBucket"],
            Resources = [bucketArn],
        });
    }
}

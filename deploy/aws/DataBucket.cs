using Amazon.CDK;
using Amazon.CDK.AWS.S3;

namespace S3Auth.Deploy.Aws;

/// <summary>The bucket with the miners' data. It stays when the stack is removed.</summary>
internal sealed class DataBucket : Construct
{
    private const int CorsSeconds = 3600;

    internal DataBucket(Construct scope, DeploymentSettings settings)
        : base(scope, "Data")
    {
        Bucket = new Bucket(this, "Bucket", new BucketProps
        {
            BucketName = settings.Environment.Bucket,
            RemovalPolicy = RemovalPolicy.RETAIN,
            BlockPublicAccess = BlockPublicAccess.BLOCK_ALL,
            EnforceSSL = true,
            Encryption = BucketEncryption.S3_MANAGED,
            Versioned = true,

            // Every upload form says acl=private, which a bucket without ACLs refuses. Public ACLs are refused by the block above, and
            // because the form allows no other ACL.
            ObjectOwnership = ObjectOwnership.BUCKET_OWNER_PREFERRED,
            LifecycleRules =
            [
                new LifecycleRule { Id = "unfinished-uploads", AbortIncompleteMultipartUploadAfter = Duration.Days(7) },

                // Keeps replaced versions for a month, so that they can be restored.
                new LifecycleRule
                {
                    Id = "replaced-objects",
                    NoncurrentVersionExpiration = Duration.Days(30),
                    ExpiredObjectDeleteMarker = true,
                },
            ],
            Cors = settings.CorsOrigins.Count == 0 ? null :
            [
                new CorsRule
                {
                    AllowedOrigins = [.. settings.CorsOrigins],
                    AllowedMethods = [HttpMethods.GET, HttpMethods.HEAD, HttpMethods.POST, HttpMethods.PUT],
                    AllowedHeaders = ["*"],
                    ExposedHeaders = ["ETag"],
                    MaxAge = CorsSeconds,
                },
            ],
        });
    }

    internal Bucket Bucket { get; }

    /// <summary>The bucket's ARN as a text, which policies can use before the bucket exists.</summary>
    internal static string ArnOf(DeploymentEnvironment environment) => $"arn:aws:s3:::{environment.Bucket}";
}

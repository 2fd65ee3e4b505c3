using Amazon.CDK;
using Amazon.CDK.AWS.S3;

namespace S3Auth.Deploy.Aws;

/// <summary>The miners' data. It outlives the stack.</summary>
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

            // Every upload form names the ACL private. A bucket that knows no ACLs would refuse each of them, that one too; public ones are
            // refused all the same, by the block above and because the form allows no other.
            ObjectOwnership = ObjectOwnership.BUCKET_OWNER_PREFERRED,
            LifecycleRules =
            [
                new LifecycleRule { Id = "unfinished-uploads", AbortIncompleteMultipartUploadAfter = Duration.Days(1) },

                // A miner that uploads a key again has replaced it; what it replaced can be brought back for a month.
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

    /// <summary>The bucket's ARN, written out: policies name it whether or not this stack made it first.</summary>
    internal static string ArnOf(DeploymentEnvironment environment) => $"arn:aws:s3:::{environment.Bucket}";
}

using Amazon.CDK;
using Amazon.CDK.AWS.ECR;

namespace S3Auth.Deploy.Aws;

/// <summary>
/// The image repository, one for the account. It exists before any service, and all environments use it, so an image that was tested in one
/// environment is the image that runs in the next.
/// </summary>
public sealed class ImagesStack : Stack
{
    /// <summary>The repository's name.</summary>
    public const string RepositoryName = "s3auth";

    public ImagesStack(Construct scope, string region)
        : base(scope, "S3Auth-images", new StackProps
        {
            Env = new Amazon.CDK.Environment { Region = region },
            Description = "S3Auth: the repository of its images",
            TerminationProtection = true,
        })
    {
        _ = new Repository(this, "Repository", new RepositoryProps
        {
            RepositoryName = RepositoryName,
            ImageTagMutability = TagMutability.IMMUTABLE,
            ImageScanOnPush = true,
            Encryption = RepositoryEncryption.AES_256,
            RemovalPolicy = RemovalPolicy.RETAIN,
            LifecycleRules =
            [
                new LifecycleRule
                {
                    RulePriority = 1,
                    Description = "What no tag names",
                    TagStatus = TagStatus.UNTAGGED,
                    MaxImageAge = Duration.Days(7),
                },
                new LifecycleRule
                {
                    RulePriority = 2,
                    Description = "What a rollback may need",
                    TagStatus = TagStatus.ANY,
                    MaxImageCount = 100,
                },
            ],
        });
    }
}

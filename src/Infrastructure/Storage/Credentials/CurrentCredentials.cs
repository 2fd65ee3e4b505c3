using Amazon.Runtime;

namespace S3Auth.Infrastructure.Storage;

/// <summary>The current credentials for the AWS SDK, so that its requests never wait for new ones.</summary>
internal sealed class CurrentCredentials(CredentialSource source) : AWSCredentials
{
    public override ImmutableCredentials GetCredentials() =>
        source.Current is { } current
            ? new ImmutableCredentials(current.AccessKey, current.SecretKey, current.SessionToken)
            : throw new AmazonClientException("There are no credentials for the object store yet.");
}

using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.S3;

namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Loads credentials from the AWS SDK's default chain: environment, web identity, profile, ECS task role, EC2 instance profile. Resolves
/// the chain anew each time, so that a changed profile or a rotated role takes effect. Also returns when temporary credentials end.
/// </summary>
internal sealed class AwsCredentialChain : ICredentialProvider
{
    // Longer than the lifetime of any temporary credentials. So the SDK renews them at each call instead of shortly before their end, with
    // which every grant ends too, and does not cut the credentials of an EC2 instance to 75 minutes.
    private static readonly TimeSpan LongerThanAnyLifetime = TimeSpan.FromDays(2);

    public async Task<SigningCredentials> LoadAsync(CancellationToken cancellationToken)
    {
        // A new resolver each time, because a resolver caches what it found first, including the keys of a profile.
        using var chain = new DefaultAWSCredentialsIdentityResolver();
        var found = await chain.ResolveIdentityAsync(new AmazonS3Config(), cancellationToken);
        switch (found)
        {
            case RefreshingAWSCredentials refreshing:
                return await RenewAsync(refreshing, cancellationToken);

            case EnvironmentVariablesAWSCredentials:
                return Convert(await found.GetCredentialsAsync().WaitAsync(cancellationToken), EndInEnvironment());

            case BasicAWSCredentials or SessionAWSCredentials:
                return Convert(await found.GetCredentialsAsync().WaitAsync(cancellationToken), found.Expiration);

            default:
                // The class that the chain uses for instance profiles does not expose the end. This public class does, with the same
                // endpoint. A new instance each time, because a used one invents a new end while the endpoint is down. Task.Run, because
                // its constructor requests the name of the role.
                var creation = Task.Run(
                    () => new InstanceProfileAWSCredentials { PreemptExpiryTime = LongerThanAnyLifetime },
                    cancellationToken);
                using (var instance = await creation.WaitAsync(cancellationToken))
                {
                    return await RenewAsync(instance, cancellationToken);
                }
        }
    }

    private static async Task<SigningCredentials> RenewAsync(RefreshingAWSCredentials refreshing, CancellationToken cancellationToken)
    {
        // Otherwise the SDK reports an end that is a minute too early.
        refreshing.ExpirationBuffer = TimeSpan.Zero;
        var keys = await refreshing.GetCredentialsAsync(LongerThanAnyLifetime).WaitAsync(cancellationToken);
        return Convert(keys, refreshing.Expiration);
    }

    private static SigningCredentials Convert(ImmutableCredentials keys, DateTime? ends) => new(
        keys.AccessKey,
        keys.SecretKey,
        keys.Token,
        keys.UseToken && ends is { } end && end < DateTime.MaxValue.AddDays(-1) ? new DateTimeOffset(end.ToUniversalTime()) : null);

    // `aws configure export-credentials --format env` writes this variable beside the keys.
    private static DateTime? EndInEnvironment() => DateTimeOffset.TryParseExact(
        Environment.GetEnvironmentVariable("AWS_CREDENTIAL_EXPIRATION"),
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
        CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowWhiteSpaces,
        out var end) ? end.UtcDateTime : null;
}

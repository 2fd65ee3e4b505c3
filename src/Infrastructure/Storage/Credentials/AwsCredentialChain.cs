using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.S3;

namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// The AWS SDK's default chain: environment, web identity, profile, ECS task role, EC2 instance profile. It asks again each
/// time, so that a changed profile or a rotated role is noticed, and says when temporary credentials end.
/// </summary>
internal sealed class AwsCredentialChain : ICredentialProvider
{
    // Longer than any temporary credentials live: the SDK then renews them at each call rather than shortly before their end,
    // which every grant they sign would share, and does not cut an instance's to 75 minutes.
    private static readonly TimeSpan LongerThanAny = TimeSpan.FromDays(2);

    public async Task<SigningCredentials> LoadAsync(CancellationToken cancellationToken)
    {
        // A chain stays with what it found first, a profile's keys included: a new one looks again.
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
                // The chain's own class for instance profiles does not say when they end; its public sibling, which asks the same
                // endpoint, does. A new one each time: one that has had credentials makes up a new end for them when the endpoint is
                // away. It asks for the role's name while it is made.
                using (var instance = await Task.Run(
                    () => new InstanceProfileAWSCredentials { PreemptExpiryTime = LongerThanAny }, cancellationToken).WaitAsync(cancellationToken))
                {
                    return await RenewAsync(instance, cancellationToken);
                }
        }
    }

    private static async Task<SigningCredentials> RenewAsync(RefreshingAWSCredentials refreshing, CancellationToken cancellationToken)
    {
        // The SDK would otherwise call the end a minute earlier than it is.
        refreshing.ExpirationBuffer = TimeSpan.Zero;
        var keys = await refreshing.GetCredentialsAsync(LongerThanAny).WaitAsync(cancellationToken);
        return Convert(keys, refreshing.Expiration);
    }

    private static SigningCredentials Convert(ImmutableCredentials keys, DateTime? ends) => new(
        keys.AccessKey,
        keys.SecretKey,
        keys.Token,
        keys.UseToken && ends is { } end && end < DateTime.MaxValue.AddDays(-1) ? new DateTimeOffset(end.ToUniversalTime()) : null);

    // `aws configure export-credentials --format env` writes it beside the keys.
    private static DateTime? EndInEnvironment() => DateTimeOffset.TryParseExact(
        Environment.GetEnvironmentVariable("AWS_CREDENTIAL_EXPIRATION"),
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
        CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowWhiteSpaces,
        out var end) ? end.UtcDateTime : null;
}

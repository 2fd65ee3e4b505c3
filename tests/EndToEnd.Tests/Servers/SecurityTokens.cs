using Amazon.Runtime;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;

namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>The security token service (STS) of a real store, through Amazon's client.</summary>
internal static class SecurityTokens
{
    /// <summary>
    /// Requests temporary keys of the store's role. Skips the test, with the reason, if the store refuses the duration.
    /// </summary>
    public static async Task<TemporaryKeys> AssumeRoleAsync(RealStore store, TimeSpan duration)
    {
        using var sts = new AmazonSecurityTokenServiceClient(
            new BasicAWSCredentials(store.Keys.Id, store.Keys.Secret),
            new AmazonSecurityTokenServiceConfig { ServiceURL = store.Endpoint.AbsoluteUri, AuthenticationRegion = store.Region });
        try
        {
            var answer = await sts.AssumeRoleAsync(new AssumeRoleRequest
            {
                RoleArn = store.RoleArn, RoleSessionName = "s3auth", DurationSeconds = (int)duration.TotalSeconds,
            });
            var given = answer.Credentials;
            return new TemporaryKeys(
                new AccessKeys(given.AccessKeyId, given.SecretAccessKey),
                given.SessionToken,
                new DateTimeOffset(given.Expiration?.ToUniversalTime() ?? throw new InvalidOperationException("The keys have no end.")));
        }
        catch (AmazonServiceException refused) when (!store.IsOurs || duration < TimeSpan.FromMinutes(15))
        {
            Assert.Ignore($"Skipped because {store.Name} gives no temporary keys for {duration.TotalSeconds} s: {refused.ErrorCode}.");
            throw;
        }
    }
}

using Amazon.Runtime;
using Amazon.SecurityToken.Model;

namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Whether the store issues temporary credentials (STS AssumeRole). Requests a role that does not exist: a store with STS answers with an
/// error of STS, a store without it with another one. If a store issues credentials all the same, they expire.
/// </summary>
internal sealed class TemporaryCredentialCheck : IStoreCheck
{
    private const int MinLifetimeSeconds = 900;

    private static readonly string[] ErrorsOfSts =
    [
        "AccessDenied", "NoSuchEntity", "ValidationError", "InvalidParameterValue", "InvalidClientTokenId",
        "MalformedPolicyDocument", "RegionDisabledException", "UnsupportedOperation",
    ];

    public string Name => "sts";

    public async Task<StoreCheck> RunAsync(StoreExam exam, CancellationToken cancellationToken)
    {
        var works = await AskAsync(exam, cancellationToken);
        exam.Capabilities = exam.Capabilities with { TemporaryCredentials = works };
        return new StoreCheck(
            Name,
            StoreCheckResult.Ok,
            works switch
            {
                true => "The store has STS, which issues temporary credentials.",
                false => "The store has no STS at its endpoint, so it issues no temporary credentials.",
                _ => "The store's STS did not answer.",
            });
    }

    private static async Task<bool?> AskAsync(StoreExam exam, CancellationToken cancellationToken)
    {
        var options = exam.Options;
        using var sts = StsClient.Create(options.Region, StsClient.EndpointOf(options), exam.Credentials, new StsClient.OwnConnections());
        var request = new AssumeRoleRequest
        {
            RoleArn = "arn:aws:iam::000000000000:role/s3auth-doctor-no-such-role",
            RoleSessionName = "s3auth-doctor",
            DurationSeconds = MinLifetimeSeconds,
        };

        // The SDK's own timeout ends when the answer begins.
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(options.Usage.RequestTimeout);
        try
        {
            await sts.AssumeRoleAsync(request, timeout.Token).WaitAsync(timeout.Token);
            return true;
        }
        catch (AmazonServiceException refused)
        {
            return refused.StatusCode >= HttpStatusCode.InternalServerError && refused.StatusCode != HttpStatusCode.NotImplemented
                ? null
                : ErrorsOfSts.Contains(refused.ErrorCode);
        }
        catch (Exception failure)
            when (failure is AmazonClientException or HttpRequestException or IOException or OperationCanceledException
                    or System.Xml.XmlException
                && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}

using Amazon.Runtime;
using Amazon.SecurityToken.Model;

namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Issues sessions with AssumeRole of the store's Security Token Service. The session has the hotkey as its name, so that the store's log
/// and policies can name it, and a session policy that allows its scope only. Calls are bounded in number and time and share nothing with
/// other requests, so a slow STS delays only those who ask for a session.
/// </summary>
#pragma warning disable CA1001 // Does not dispose the semaphore, because calls in flight still release it.
internal sealed partial class StsSessionIssuer(
    StorageOptions storage,
    SessionIssuerOptions options,
    CredentialSource credentials,
    TimeProvider time,
    ILogger<StsSessionIssuer> log) : ISessionIssuer, IDisposable
#pragma warning restore CA1001
{
    private readonly SemaphoreSlim _calls = new(options.StsCallsAtOnce);
    private readonly StsClient.SharedConnections _connections = new();

    public SessionMode Mode => SessionMode.Sts;

    public bool CanIssue(SessionScope scope) => PolicyOf(scope).Length <= SessionPolicy.MaxLength;

    public async Task<Session> IssueAsync(SessionScope scope, TimeSpan duration, CancellationToken cancellationToken)
    {
        var keys = credentials.Current ?? throw RefusedException.StorageUnavailable();
        using var late = new CancellationTokenSource(options.StsTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            await _calls.WaitAsync(either.Token);
            return await AssumeRoleAsync(keys, scope, duration, either.Token).WaitAsync(either.Token);
        }
        catch (Exception failure) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            LogTimeout();
            throw RefusedException.StorageTimeout(failure);
        }
        catch (Exception failure) when (failure is AmazonServiceException or AmazonClientException or HttpRequestException or IOException
            && !cancellationToken.IsCancellationRequested)
        {
            LogFailed((failure as AmazonServiceException)?.ErrorCode ?? failure.GetType().Name);
            throw RefusedException.StorageUnavailable(failure);
        }
    }

    public bool IsCurrent(Session session) => true;

    public void Dispose() => _connections.Dispose();

    private async Task<Session> AssumeRoleAsync(
        SigningCredentials keys, SessionScope scope, TimeSpan duration, CancellationToken cancellationToken)
    {
        try
        {
            using var sts = StsClient.Create(storage.Region, options.StsEndpoint ?? storage.Endpoint, keys, _connections);
            var start = time.GetUtcNow();
            var answer = await sts.AssumeRoleAsync(
                new AssumeRoleRequest
                {
                    RoleArn = options.RoleArn,
                    RoleSessionName = scope.Hotkey.ToString(),
                    DurationSeconds = (int)duration.TotalSeconds,
                    Policy = PolicyOf(scope),
                },
                cancellationToken);
            var issued = answer.Credentials;
            return new Session(
                issued.AccessKeyId,
                issued.SecretAccessKey,
                issued.SessionToken,
                start,
                new DateTimeOffset(issued.Expiration!.Value.ToUniversalTime()));
        }
        finally
        {
            _calls.Release();
        }
    }

    private string PolicyOf(SessionScope scope) => SessionPolicy.Create(storage.Bucket, scope.Prefixes, scope.MayWrite);

    [LoggerMessage(LogLevel.Warning, "The store's STS did not answer in time.")]
    private partial void LogTimeout();

    [LoggerMessage(LogLevel.Warning, "The store's STS issued no session: {Code}.")]
    private partial void LogFailed(string code);
}

using Amazon.Runtime;
using Amazon.SecurityToken.Model;

namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Issues sessions with AssumeRole of the store's Security Token Service. The session has the hotkey as its name, so that the store's log
/// and policies can name it, and a session policy that allows its prefixes only. Calls are bounded in number, time and size and share
/// nothing with other requests, so a slow STS delays only those who ask for a session.
/// </summary>
#pragma warning disable CA1001 // Does not dispose the semaphore, because calls in flight still release it.
internal sealed class StsSessionSource(
    StorageOptions storage, SessionIssuerOptions options, StoreMetrics metrics, TimeProvider time) : ISessionSource, IDisposable
#pragma warning restore CA1001
{
    /// <summary>The maximum number of calls that wait for a slot. Further ones fail at once, so that they do not pile up.</summary>
    internal const int MaxWaiting = 64;

    // A store that ignores the duration would issue sessions that outlive the operator's limit. Its clock may be a little ahead.
    private static readonly TimeSpan ExpiryTolerance = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _slots = new(options.StsCallsAtOnce);
    private readonly StsClient.SharedConnections _connections = new();
    private readonly string _partition = SessionPolicy.PartitionOf(options.RoleArn);
    private int _waiting;

    public SessionMode Mode => SessionMode.Sts;

    public bool CanIssue(SessionRequest request) => PolicyOf(request).Length <= SessionPolicy.MaxLength;

    public Task<Session> IssueAsync(
        SigningCredentials keys, SessionRequest request, TimeSpan duration, CancellationToken cancellationToken) =>
        metrics.MeasureAsync("assume_role", () => CallAsync(keys, request.Name, PolicyOf(request), duration, cancellationToken));

    public async Task<bool?> IssuesUnlimitedAsync(SigningCredentials session, CancellationToken cancellationToken)
    {
        try
        {
            await CallAsync(
                session, SessionProbe.Name, policy: null, TimeSpan.FromSeconds(SessionProbe.MinSeconds), cancellationToken);
            return true;
        }
        catch (SessionSourceException refused) when (refused.Reason == SessionSourceException.Kind.Refused)
        {
            // Without a cause, the STS issued a session that this server would not use. Other errors could be about the request.
            return refused.InnerException switch
            {
                null => true,
                AmazonServiceException { ErrorCode: "AccessDenied" or "AccessDeniedException" or "InvalidClientTokenId" } => false,
                _ => null,
            };
        }
        catch (SessionSourceException)
        {
            return null;
        }
    }

    // The store knows sessions that it has issued, whatever keys this server has now.
    public bool IsCurrent(Session session, SigningCredentials? keys) => true;

    public void Dispose() => _connections.Dispose();

    private async Task<Session> CallAsync(
        SigningCredentials keys, string name, string? policy, TimeSpan duration, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(options.StsTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            await TakeSlotAsync(either.Token);
            return await AssumeRoleAsync(keys, name, policy, duration, either.Token).WaitAsync(either.Token);
        }
        catch (Exception failure) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new SessionSourceException(
                SessionSourceException.Kind.Timeout,
                "the STS does not answer in time.",
                "Start the STS, or correct STS_ENDPOINT.",
                failure);
        }
        catch (AmazonServiceException failure)
        {
            throw StsErrors.Describe(failure);
        }
        catch (Exception failure) when (
            failure is AmazonClientException or HttpRequestException or IOException or System.Xml.XmlException
            && !cancellationToken.IsCancellationRequested)
        {
            throw new SessionSourceException(
                SessionSourceException.Kind.Unavailable,
                "the STS cannot be reached, or its answer cannot be read.",
                "Start the STS, correct STS_ENDPOINT, or let this server reach it.",
                failure);
        }
    }

    private async Task TakeSlotAsync(CancellationToken cancellationToken)
    {
        if (await _slots.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            return;
        }

        try
        {
            if (Interlocked.Increment(ref _waiting) > MaxWaiting)
            {
                throw new SessionSourceException(SessionSourceException.Kind.Unavailable, "too many calls wait for the STS.");
            }

            await _slots.WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private async Task<Session> AssumeRoleAsync(
        SigningCredentials keys, string name, string? policy, TimeSpan duration, CancellationToken cancellationToken)
    {
        try
        {
            var endpoint = options.StsEndpoint ?? StsClient.EndpointOf(storage);
            using var sts = StsClient.Create(storage.Region, endpoint, keys, _connections);
            var start = time.GetUtcNow();
            var answer = await sts.AssumeRoleAsync(
                new AssumeRoleRequest
                {
                    RoleArn = options.RoleArn,
                    RoleSessionName = name,
                    DurationSeconds = (int)duration.TotalSeconds,
                    Policy = policy,
                },
                cancellationToken);
            return SessionOf(answer.Credentials, keys, start, duration);
        }
        finally
        {
            _slots.Release();
        }
    }

    private Session SessionOf(Credentials? issued, SigningCredentials keys, DateTimeOffset start, TimeSpan duration)
    {
        if (issued is not { Expiration: { } end } || !IsVisible(issued.AccessKeyId) || !IsVisible(issued.SecretAccessKey)
            || !IsVisible(issued.SessionToken))
        {
            throw Unusable("without usable credentials");
        }

        // A test double of an STS may answer so, and these keys have no limits.
        if (issued.AccessKeyId == keys.AccessKey || issued.SecretAccessKey == keys.SecretKey)
        {
            throw Unusable("with the keys that asked for it");
        }

        // Whole seconds, and never later than the store's end.
        var expiry = DateTimeOffset.FromUnixTimeSeconds(new DateTimeOffset(end.ToUniversalTime()).ToUnixTimeSeconds());
        if (expiry <= time.GetUtcNow())
        {
            throw Unusable("that has expired already");
        }

        return expiry <= start + duration + ExpiryTolerance
            ? new Session(issued.AccessKeyId, issued.SecretAccessKey, issued.SessionToken, start, expiry)
            : throw Unusable("that lasts longer than requested");
    }

    private string PolicyOf(SessionRequest request) =>
        SessionPolicy.Create(storage.Bucket, request.Prefixes, request.MayWrite, _partition);

    private static bool IsVisible(string? text) => !string.IsNullOrEmpty(text) && !text.AsSpan().ContainsAnyExceptInRange('!', '~');

    private static SessionSourceException Unusable(string which) => new(
        SessionSourceException.Kind.Refused,
        $"the STS issued a session {which}.",
        "Check the clocks of this server and of the store, and STS_ENDPOINT.");
}

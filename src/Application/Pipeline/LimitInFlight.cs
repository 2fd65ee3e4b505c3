namespace S3Auth.Application.Pipeline;

/// <summary>
/// Fifth step: limits the requests of a hotkey in flight. A request is in flight until its response is written or its connection is closed,
/// so a client that does not read its responses gets no more of them. A refusal by this step comes before the replay check and the quota,
/// so the client may send the same request again.
/// </summary>
public sealed class LimitInFlight<TRequest, TResponse>(RequestsInFlight requests) : IPipelineStep<TRequest, TResponse>
    where TRequest : IRequest<TResponse>, ISignedRequest
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    public async ValueTask<TResponse> HandleAsync(
        TRequest request, Caller caller, FollowingSteps<TRequest, TResponse> next, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);

        if (!caller.Slot.TryAcquire(caller.Hotkey))
        {
            throw TooMany();
        }

        try
        {
            return await next.RunAsync();
        }
        catch
        {
            // Refusals need no slot. Otherwise an attacker who replays a hotkey's proofs and does not read the refusals would take its
            // slots.
            caller.Slot.Dispose();
            throw;
        }
    }

    private RefusedException TooMany() => new(
        RefusalCode.RateLimited,
        string.Create(
            CultureInfo.InvariantCulture,
            $"This hotkey has {requests.MaxPerHotkey} requests in flight, which is the maximum. Read their answers to the end, then send "
                + $"this request again."))
    {
        RetryAfter = Retry,
    };
}

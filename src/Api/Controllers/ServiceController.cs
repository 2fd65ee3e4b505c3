namespace S3Auth.Api.Controllers;

/// <summary>The public endpoints, which need no proof.</summary>
[ApiController]
[Tags("Service")]
public sealed class ServiceController(IMediator mediator) : ControllerBase
{
    /// <summary>Report the health of the service</summary>
    /// <remarks>
    /// Always answers 200. `status` is `degraded` if the object store or Redis does not answer, if a check of the store found a problem
    /// (`store` says which, and what to set), if the metagraph is missing or too old, if the edited access rules are invalid, or if the
    /// audit log cannot be written.
    /// </remarks>
    [HttpGet("/healthcheck", Name = "getHealth")]
    public Task<Health> GetHealth(CancellationToken cancellationToken) =>
        mediator.Send(new GetHealthQuery(), cancellationToken);

    /// <summary>Report that the process is alive</summary>
    [HttpGet("/healthz", Name = "getLiveness")]
    public Liveness GetLiveness() => new("ok");

    /// <summary>Report whether this instance should get requests</summary>
    /// <remarks>
    /// For load balancers. Answers 200 if this instance is ready, and 503 with the reasons if it is not. A server whose store does not
    /// answer stays ready. A server whose store refuses its region, keys, bucket, clock or permissions is not ready. `warnings` name what
    /// the operator should correct.
    /// </remarks>
    [HttpGet("/readyz", Name = "getReadiness")]
    [ProducesResponseType<Readiness>(StatusCodes.Status200OK)]
    [ProducesResponseType<Readiness>(StatusCodes.Status503ServiceUnavailable)]
    public async Task<Readiness> GetReadiness(CancellationToken cancellationToken)
    {
        var readiness = await mediator.Send(new GetReadinessQuery(), cancellationToken);
        Response.StatusCode = readiness.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return readiness;
    }

    /// <summary>Get the limits and how much is left today</summary>
    /// <remarks>
    /// Returns the limits for a hotkey, for all hotkeys together and for a client address, and how many grants are left today.
    /// </remarks>
    [HttpGet("/rate-limits", Name = "getRateLimits")]
    public Task<RateLimits> GetRateLimits(CancellationToken cancellationToken) =>
        mediator.Send(new GetRateLimitsQuery(), cancellationToken);

    /// <summary>Get the texts to sign</summary>
    /// <remarks>Returns the format of every commitment with an example, and how to sign it.</remarks>
    [HttpGet("/commitment-formats", Name = "getCommitmentFormats")]
    public Task<CommitmentFormats> GetCommitmentFormats(CancellationToken cancellationToken) =>
        mediator.Send(new GetCommitmentFormatsQuery(), cancellationToken);

    /// <summary>Get the layout of the bucket and how to upload</summary>
    [HttpGet("/structure-info", Name = "getStructure")]
    public Task<Structure> GetStructure(CancellationToken cancellationToken) =>
        mediator.Send(new GetStructureQuery(), cancellationToken);

    /// <summary>Get the health, limits and recent activity</summary>
    /// <remarks>
    /// Returns what the page at `/` shows: health, limits and their use today, the answers of the last hour and day, and how many miners
    /// have data. Instances that share a Redis count answers together. The miners are counted at most once a minute.
    /// </remarks>
    [HttpGet("/status", Name = "getStatus")]
    public Task<Status> GetStatus(CancellationToken cancellationToken) =>
        mediator.Send(new GetStatusQuery(), cancellationToken);

    /// <summary>Look up a hotkey on the chain</summary>
    /// <remarks>
    /// Returns whether the hotkey is registered on this subnet, its coldkey, validator permit and stake, and what it may do here and why
    /// not. The chain and the operator's access rules are public.
    /// </remarks>
    /// <param name="address">The hotkey's SS58 address.</param>
    /// <param name="cancellationToken">Cancelled when the client disconnects.</param>
    [HttpGet("/hotkeys/{address}", Name = "getHotkey")]
    [Refuses(RefusalCode.InvalidRequest, RefusalCode.RateLimited, RefusalCode.ChainUnavailable, IsSigned = false)]
    public Task<HotkeyStatus> GetHotkey([Address] AccountId address, CancellationToken cancellationToken) =>
        mediator.Send(new GetHotkeyQuery(address), cancellationToken);
}

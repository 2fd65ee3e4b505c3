namespace S3Auth.Api.Controllers;

/// <summary>What anyone may ask, without a proof.</summary>
[ApiController]
[Tags("Service")]
public sealed class ServiceController(IMediator mediator) : ControllerBase
{
    /// <summary>How the service is</summary>
    /// <remarks>Always 200: `status` is `degraded` when the object store or Redis does not answer, the check of the store found a problem (`store` says which and what to set), there is no fresh metagraph, or decisions cannot be recorded.</remarks>
    [HttpGet("/healthcheck", Name = "getHealth")]
    public Task<Health> GetHealth(CancellationToken cancellationToken) => mediator.Send(new GetHealthQuery(), cancellationToken);

    /// <summary>Whether the process lives</summary>
    [HttpGet("/healthz", Name = "getLiveness")]
    public Liveness GetLiveness() => new("ok");

    /// <summary>Whether requests can be decided on and signed</summary>
    /// <remarks>
    /// For load balancers: 200 when ready, else 503 with what is missing. A store that does not answer leaves the server ready; a store that refuses its
    /// region, keys, bucket, clock or rights does not. `warnings` name what the operator should correct meanwhile.
    /// </remarks>
    [HttpGet("/readyz", Name = "getReadiness")]
    [ProducesResponseType<Readiness>(StatusCodes.Status200OK)]
    [ProducesResponseType<Readiness>(StatusCodes.Status503ServiceUnavailable)]
    public async Task<ActionResult<Readiness>> GetReadiness(CancellationToken cancellationToken)
    {
        var readiness = await mediator.Send(new GetReadinessQuery(), cancellationToken);
        return StatusCode(readiness.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, readiness);
    }

    /// <summary>How much may be asked for</summary>
    /// <remarks>The limits of each hotkey, of all together and of each client address, and how much of today's is left.</remarks>
    [HttpGet("/rate-limits", Name = "getRateLimits")]
    public Task<RateLimits> GetRateLimits(CancellationToken cancellationToken) => mediator.Send(new GetRateLimitsQuery(), cancellationToken);

    /// <summary>What to sign</summary>
    /// <remarks>Every commitment with an example, and how to sign it.</remarks>
    [HttpGet("/commitment-formats", Name = "getCommitmentFormats")]
    public Task<CommitmentFormats> GetCommitmentFormats(CancellationToken cancellationToken) =>
        mediator.Send(new GetCommitmentFormatsQuery(), cancellationToken);

    /// <summary>Where files live and how they get there</summary>
    [HttpGet("/structure-info", Name = "getStructure")]
    public Task<Structure> GetStructure(CancellationToken cancellationToken) =>
        mediator.Send(new GetStructureQuery(), cancellationToken);

    /// <summary>How the service is, and what it did lately</summary>
    /// <remarks>
    /// What the page at `/` shows: health, limits and today's use, what was answered in the last hour and day (by all instances that share a
    /// Redis, else by this one), and how many miners have data, which is counted at most once a minute, whoever asks.
    /// </remarks>
    [HttpGet("/status", Name = "getStatus")]
    public Task<Status> GetStatus(CancellationToken cancellationToken) => mediator.Send(new GetStatusQuery(), cancellationToken);

    /// <summary>What the chain says of a hotkey</summary>
    /// <remarks>Whether it is registered on this subnet, who owns it, its permit and stake, and so what it may do here. All of it is public on the chain.</remarks>
    /// <param name="address">The hotkey's SS58 address.</param>
    /// <param name="cancellationToken">The client left.</param>
    [HttpGet("/hotkeys/{address}", Name = "getHotkey")]
    [Refuses(RefusalCode.InvalidRequest, RefusalCode.RateLimited, RefusalCode.ChainUnavailable, IsSigned = false)]
    public Task<HotkeyStatus> GetHotkey([Address] AccountId address, CancellationToken cancellationToken) =>
        mediator.Send(new GetHotkeyQuery(address), cancellationToken);
}

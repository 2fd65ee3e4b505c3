using MediatR;
using Microsoft.AspNetCore.Mvc;
using S3Auth.Application.Service.GetCommitmentFormats;
using S3Auth.Application.Service.GetHealth;
using S3Auth.Application.Service.GetRateLimits;
using S3Auth.Application.Service.GetReadiness;
using S3Auth.Application.Service.GetStructure;

namespace S3Auth.Api.Controllers;

/// <summary>What anyone may ask, without a proof.</summary>
[ApiController]
[Tags("Service")]
public sealed class ServiceController(IMediator mediator) : ControllerBase
{
    /// <summary>How the service is</summary>
    /// <remarks>Always 200: `status` is `degraded` when the object store or Redis does not answer, there is no fresh metagraph, or decisions cannot be recorded.</remarks>
    [HttpGet("/healthcheck", Name = "getHealth")]
    public Task<Health> GetHealth(CancellationToken cancellationToken) => mediator.Send(new GetHealthQuery(), cancellationToken);

    /// <summary>Whether the process lives</summary>
    [HttpGet("/healthz", Name = "getLiveness")]
    public Liveness GetLiveness() => new("ok");

    /// <summary>Whether requests can be decided on and signed</summary>
    /// <remarks>For load balancers: 200 when ready, else 503 with what is missing.</remarks>
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
}

using MediatR;
using Microsoft.AspNetCore.Mvc;
using S3Auth.Api.OpenApi;
using S3Auth.Application.Refusals;
using S3Auth.Application.Validators.GetValidatorAccess;

namespace S3Auth.Api.Controllers;

/// <summary>What validators call.</summary>
[ApiController]
[Tags("Validators")]
public sealed class ValidatorsController(IMediator mediator) : ControllerBase
{
    /// <summary>Find and list every miner's folder</summary>
    /// <remarks>
    /// Finds every miner folder that exists in the bucket, however many there are, and grants a listing of each, of each source,
    /// and of everything. Signed by the validator's hotkey over `s3:validator:access:{timestamp}`.
    /// </remarks>
    [HttpPost("/get-validator-access", Name = "getValidatorAccess")]
    [ResponseCache(NoStore = true)]
    [Refuses(RefusalCode.ExpiryInPast, RefusalCode.NotAValidator, RefusalCode.StorageTimeout)]
    public Task<ValidatorAccess> GetValidatorAccess(GetValidatorAccessCommand command, CancellationToken cancellationToken) =>
        mediator.Send(command, cancellationToken);
}

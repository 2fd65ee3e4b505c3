using MediatR;
using Microsoft.AspNetCore.Mvc;
using S3Auth.Api.OpenApi;
using S3Auth.Application.Refusals;
using S3Auth.Application.Validators.GetFilePresignedUrls;
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

    /// <summary>Download files of one miner</summary>
    /// <remarks>
    /// Grants a download of each named file that lies in the miner's folders; keys outside of them are returned as invalid and never
    /// signed. The miner is named by exactly one of `miner_hotkey` and `miner_coldkey`. Signed by the validator's hotkey over
    /// `s3:validator:files:{miner}:{hotkey}:{timestamp}`.
    /// </remarks>
    [HttpPost("/get-file-presigned-urls", Name = "getFilePresignedUrls")]
    [ResponseCache(NoStore = true)]
    [Refuses(RefusalCode.NotAValidator, RefusalCode.MinerNotFound)]
    public Task<FilePresignedUrls> GetFilePresignedUrls(GetFilePresignedUrlsCommand command, CancellationToken cancellationToken) =>
        mediator.Send(command, cancellationToken);
}

using MediatR;
using Microsoft.AspNetCore.Mvc;
using S3Auth.Api.OpenApi;
using S3Auth.Application.Miners.GetFolderAccess;
using S3Auth.Application.Refusals;

namespace S3Auth.Api.Controllers;

/// <summary>What miners call.</summary>
[ApiController]
[Tags("Miners")]
public sealed class MinersController(IMediator mediator) : ControllerBase
{
    /// <summary>Upload into your own folder</summary>
    /// <remarks>
    /// Grants one S3 POST form with which any number of files can be uploaded below the miner's own folder, and a listing of it.
    /// Copy `fields`, set `key` to `folder` plus your own path, send the file as the last field. Signed by the hotkey over
    /// `s3:data:access:{coldkey}:{hotkey}:{timestamp}`.
    /// </remarks>
    [HttpPost("/get-folder-access", Name = "getFolderAccess")]
    [ResponseCache(NoStore = true)]
    [Refuses(RefusalCode.ExpiryInPast, RefusalCode.ColdkeyMismatch)]
    public Task<FolderAccess> GetFolderAccess(GetFolderAccessCommand command, CancellationToken cancellationToken) =>
        mediator.Send(command, cancellationToken);
}

namespace S3Auth.Api.Controllers;

/// <summary>The endpoints for validators.</summary>
[ApiController]
[Tags("Validators")]
public sealed class ValidatorsController(IMediator mediator) : ControllerBase
{
    /// <summary>Find and list every miner's folder</summary>
    /// <remarks>
    /// Finds every miner's folder in the bucket and returns presigned listings: of each folder, of each source, and of the whole data.
    /// Sign `s3:validator:access:{timestamp}` with the validator's hotkey, or send Tao v2 or Epistula v2 headers. `s3auth
    /// sign validator-access` prints a signed request.
    /// </remarks>
    [HttpPost("/get-validator-access", Name = "getValidatorAccess")]
    [Refuses(RefusalCode.ExpiryInPast, RefusalCode.NotAValidator, RefusalCode.StorageTimeout)]
    public Task<ValidatorAccess> GetValidatorAccess(GetValidatorAccessCommand command, CancellationToken cancellationToken) =>
        mediator.Send(command, cancellationToken);

    /// <summary>List one miner's folders</summary>
    /// <remarks>
    /// Returns a presigned listing of each folder of one miner. Name the miner by exactly one of `miner_hotkey` and `miner_coldkey`. Sign
    /// `s3:validator:miner:{miner}:{timestamp}` with the validator's hotkey, or send Tao v2 or Epistula v2 headers. `s3auth sign
    /// miner --miner SS58` prints a signed request.
    /// </remarks>
    [HttpPost("/get-miner-specific-access", Name = "getMinerSpecificAccess")]
    [Refuses(RefusalCode.ExpiryInPast, RefusalCode.NotAValidator, RefusalCode.MinerNotFound)]
    public Task<MinerSpecificAccess> GetMinerSpecificAccess(GetMinerSpecificAccessCommand command, CancellationToken cancellationToken) =>
        mediator.Send(command, cancellationToken);

    /// <summary>Get one page of one miner's listing</summary>
    /// <remarks>
    /// Presigns one page of up to 1,000 objects. For the next page, send the listing's `NextContinuationToken` as `continuation_token`.
    /// Keys in the page are percent-encoded (`encoding-type=url`). /list-files returns the same as JSON, with download URLs. Sign as for
    /// /get-miner-specific-access: `s3auth sign miner --miner SS58` prints the signature.
    /// </remarks>
    [HttpPost("/get-miner-list", Name = "getMinerList")]
    [Refuses(RefusalCode.NotAValidator, RefusalCode.MinerNotFound)]
    public Task<MinerList> GetMinerList(GetMinerListCommand command, CancellationToken cancellationToken) =>
        mediator.Send(command, cancellationToken);

    /// <summary>List and download one miner's files</summary>
    /// <remarks>
    /// Returns a page of the files in one miner's folders, each with a download URL. `next_cursor` is present if there are more pages.
    /// Sign as for /get-miner-specific-access: `s3auth sign miner --miner SS58` prints the signature.
    /// </remarks>
    [HttpPost("/list-files", Name = "listFiles")]
    [Refuses(RefusalCode.NotAValidator, RefusalCode.MinerNotFound, RefusalCode.StorageTimeout)]
    public Task<FileList> ListFiles(ListFilesCommand command, CancellationToken cancellationToken) =>
        mediator.Send(command, cancellationToken);

    /// <summary>List every miner's job folders</summary>
    /// <remarks>
    /// Finds the `job_id=…/` folders in every miner's folder and returns a presigned listing of each. Folders whose name is not a valid
    /// job id are left out. Sign `s3:validator:folders:{hotkey}:{timestamp}` with the validator's hotkey, or send Tao v2 or Epistula v2
    /// headers. `s3auth sign folders` prints a signed request.
    /// </remarks>
    [HttpPost("/get-folder-presigned-urls", Name = "getFolderPresignedUrls")]
    [Refuses(RefusalCode.ExpiryInPast, RefusalCode.NotAValidator, RefusalCode.StorageTimeout)]
    public Task<FolderPresignedUrls> GetFolderPresignedUrls(GetFolderPresignedUrlsCommand command, CancellationToken cancellationToken) =>
        mediator.Send(command, cancellationToken);

    /// <summary>Download files of one miner</summary>
    /// <remarks>
    /// Returns a download URL for each key in the miner's folders. Other keys are returned as invalid and never signed. Name the miner by
    /// exactly one of `miner_hotkey` and `miner_coldkey`. Sign `s3:validator:files:{miner}:{hotkey}:{timestamp}` with the validator's
    /// hotkey, or send Tao v2 or Epistula v2 headers. `s3auth sign files --miner SS58 --file KEY` prints a signed request.
    /// </remarks>
    [HttpPost("/get-file-presigned-urls", Name = "getFilePresignedUrls")]
    [LargeBody]
    [Refuses(RefusalCode.NotAValidator, RefusalCode.MinerNotFound)]
    public Task<FilePresignedUrls> GetFilePresignedUrls(GetFilePresignedUrlsCommand command, CancellationToken cancellationToken) =>
        mediator.Send(command, cancellationToken);
}

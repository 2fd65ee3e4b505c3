namespace S3Auth.Api.Controllers;

/// <summary>What validators call.</summary>
[ApiController]
[Tags("Validators")]
public sealed class ValidatorsController(IMediator mediator) : ControllerBase
{
    /// <summary>Find and list every miner's folder</summary>
    /// <remarks>
    /// Finds every miner folder that exists in the bucket, however many there are, and grants a listing of each, of each source,
    /// and of everything. Signed by the validator's hotkey over `s3:validator:access:{timestamp}`,
    /// or with Tao v2 headers.
    /// </remarks>
    [HttpPost("/get-validator-access", Name = "getValidatorAccess")]
    [Refuses(RefusalCode.ExpiryInPast, RefusalCode.NotAValidator, RefusalCode.StorageTimeout)]
    public Task<ValidatorAccess> GetValidatorAccess(GetValidatorAccessCommand command, CancellationToken cancellationToken) =>
        mediator.Send(command, cancellationToken);

    /// <summary>List one miner's folders</summary>
    /// <remarks>
    /// Grants a listing of each folder of one miner, which is named by exactly one of `miner_hotkey` and `miner_coldkey`. Signed by the
    /// validator's hotkey over `s3:validator:miner:{miner}:{timestamp}`, or with Tao v2 headers.
    /// </remarks>
    [HttpPost("/get-miner-specific-access", Name = "getMinerSpecificAccess")]
    [Refuses(RefusalCode.ExpiryInPast, RefusalCode.NotAValidator, RefusalCode.MinerNotFound)]
    public Task<MinerSpecificAccess> GetMinerSpecificAccess(GetMinerSpecificAccessCommand command, CancellationToken cancellationToken) =>
        mediator.Send(command, cancellationToken);

    /// <summary>One page of one miner's listing</summary>
    /// <remarks>
    /// Signs one page of up to 1,000 objects. Send the listing's `NextContinuationToken` as `continuation_token` for the page after it.
    /// Keys in the page are percent-encoded (`encoding-type=url`). Signed as /get-miner-specific-access. /list-files gives the same
    /// without XML, with downloads.
    /// </remarks>
    [HttpPost("/get-miner-list", Name = "getMinerList")]
    [Refuses(RefusalCode.NotAValidator, RefusalCode.MinerNotFound)]
    public Task<MinerList> GetMinerList(GetMinerListCommand command, CancellationToken cancellationToken) =>
        mediator.Send(command, cancellationToken);

    /// <summary>List and download one miner's files</summary>
    /// <remarks>
    /// A page of the files in one miner's folders, with a download of each, and a `next_cursor` while there are more. Signed as
    /// /get-miner-specific-access.
    /// </remarks>
    [HttpPost("/list-files", Name = "listFiles")]
    [Refuses(RefusalCode.NotAValidator, RefusalCode.MinerNotFound, RefusalCode.StorageTimeout)]
    public Task<FileList> ListFiles(ListFilesCommand command, CancellationToken cancellationToken) =>
        mediator.Send(command, cancellationToken);

    /// <summary>List every miner's job folders</summary>
    /// <remarks>
    /// Finds the `job_id=…/` folders in every miner's folder and grants a listing of each. A folder whose name no job may have is left out. Signed by the validator's hotkey over
    /// `s3:validator:folders:{hotkey}:{timestamp}`, or with Tao v2 headers.
    /// </remarks>
    [HttpPost("/get-folder-presigned-urls", Name = "getFolderPresignedUrls")]
    [Refuses(RefusalCode.ExpiryInPast, RefusalCode.NotAValidator, RefusalCode.StorageTimeout)]
    public Task<FolderPresignedUrls> GetFolderPresignedUrls(GetFolderPresignedUrlsCommand command, CancellationToken cancellationToken) =>
        mediator.Send(command, cancellationToken);

    /// <summary>Download files of one miner</summary>
    /// <remarks>
    /// Grants a download of each named file that lies in the miner's folders; keys outside of them are returned as invalid and never
    /// signed. The miner is named by exactly one of `miner_hotkey` and `miner_coldkey`. Signed by the validator's hotkey over
    /// `s3:validator:files:{miner}:{hotkey}:{timestamp}`, or with Tao v2 headers.
    /// </remarks>
    [HttpPost("/get-file-presigned-urls", Name = "getFilePresignedUrls")]
    [LargeBody]
    [Refuses(RefusalCode.NotAValidator, RefusalCode.MinerNotFound)]
    public Task<FilePresignedUrls> GetFilePresignedUrls(GetFilePresignedUrlsCommand command, CancellationToken cancellationToken) =>
        mediator.Send(command, cancellationToken);
}

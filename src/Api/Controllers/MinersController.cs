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
    /// `s3:data:access:{coldkey}:{hotkey}:{timestamp}`, or with Tao v2 headers.
    /// </remarks>
    [HttpPost("/get-folder-access", Name = "getFolderAccess")]
    [Refuses(RefusalCode.ExpiryInPast, RefusalCode.ColdkeyMismatch, RefusalCode.FolderUploadUnsupported)]
    public Task<FolderAccess> GetFolderAccess(GetFolderAccessCommand command, CancellationToken cancellationToken) =>
        mediator.Send(command, cancellationToken);

    /// <summary>Upload one file into your own folder</summary>
    /// <remarks>
    /// Grants the upload of one named file that is not there yet, on every store: `method` says whether by a POST form or by PUT. With
    /// `size` the store takes a file of just that size. Signed as /get-folder-access.
    /// </remarks>
    [HttpPost("/get-file-upload-url", Name = "getFileUploadUrl")]
    [Refuses(RefusalCode.ColdkeyMismatch, RefusalCode.FileExists, RefusalCode.StorageTimeout)]
    public Task<FileUploadUrl> GetFileUploadUrl(GetFileUploadUrlCommand command, CancellationToken cancellationToken) =>
        mediator.Send(command, cancellationToken);

    /// <summary>List your own files</summary>
    /// <remarks>
    /// A page of the files in the miner's own folders, with a download of each, and a `next_cursor` while there are more. Signed as
    /// /get-folder-access.
    /// </remarks>
    [HttpPost("/list-my-files", Name = "listMyFiles")]
    [Refuses(RefusalCode.ColdkeyMismatch, RefusalCode.StorageTimeout)]
    public Task<FileList> ListMyFiles(ListMyFilesCommand command, CancellationToken cancellationToken) =>
        mediator.Send(command, cancellationToken);
}

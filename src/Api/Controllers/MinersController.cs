namespace S3Auth.Api.Controllers;

/// <summary>The endpoints for miners.</summary>
[ApiController]
[Tags("Miners")]
public sealed class MinersController(IMediator mediator) : ControllerBase
{
    /// <summary>Upload into your own folder</summary>
    /// <remarks>
    /// Returns an S3 POST form that uploads any number of files into the miner's own folder, and a listing of the folder. For each file
    /// copy `fields`, set `key` to `folder` plus your own path, and send the file as the last field. Sign
    /// `s3:data:access:{coldkey}:{hotkey}:{timestamp}` with the hotkey, or send Tao v2 or Epistula v2 headers. `s3auth sign
    /// folder-access` prints a signed request.
    /// </remarks>
    [HttpPost("/get-folder-access", Name = "getFolderAccess")]
    [Refuses(RefusalCode.ExpiryInPast, RefusalCode.ColdkeyMismatch, RefusalCode.FolderUploadUnsupported)]
    public Task<FolderAccess> GetFolderAccess(GetFolderAccessCommand command, CancellationToken cancellationToken) =>
        mediator.Send(command, cancellationToken);

    /// <summary>Upload one file into your own folder</summary>
    /// <remarks>
    /// Returns a POST form or a PUT URL, as `method` says, for one file that does not exist yet. This works at every store. If you send
    /// `size`, the store accepts only a file of that size. Sign as for /get-folder-access: `s3auth sign folder-access` prints the
    /// signature.
    /// </remarks>
    [HttpPost("/get-file-upload-url", Name = "getFileUploadUrl")]
    [Refuses(RefusalCode.ColdkeyMismatch, RefusalCode.FileExists, RefusalCode.StorageTimeout)]
    public Task<FileUploadUrl> GetFileUploadUrl(GetFileUploadUrlCommand command, CancellationToken cancellationToken) =>
        mediator.Send(command, cancellationToken);

    /// <summary>List your own files</summary>
    /// <remarks>
    /// Returns a page of the files in the miner's own folders, each with a download URL. `next_cursor` is present if there are more pages.
    /// Sign as for /get-folder-access: `s3auth sign folder-access` prints the signature.
    /// </remarks>
    [HttpPost("/list-my-files", Name = "listMyFiles")]
    [Refuses(RefusalCode.ColdkeyMismatch, RefusalCode.StorageTimeout)]
    public Task<FileList> ListMyFiles(ListMyFilesCommand command, CancellationToken cancellationToken) =>
        mediator.Send(command, cancellationToken);
}

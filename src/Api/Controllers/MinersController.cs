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

    /// <summary>Upload many files into your own folder</summary>
    /// <remarks>
    /// Returns an upload for each of 1 to 1,000 files. `existing` lists the files that exist already, and `refused` says why a file cannot
    /// be uploaded; neither fails the request. Send a file with `PUT` to `url`, with `Content-Length` set to its `size` and with
    /// `headers` unchanged; if `method` is `POST`, send a form with `fields`. The store then accepts exactly the size and the `sha256` that
    /// you sent, as far as `size_enforced` and `sha256_enforced` say. Counts as one grant, and each file of the request as one file. Sign
    /// as for /get-folder-access: `s3auth sign folder-access` prints the signature.
    /// </remarks>
    [HttpPost("/get-file-upload-urls", Name = "getFileUploadUrls")]
    [LargeBody(MaxTokens = 10_240)]
    [Refuses(RefusalCode.ColdkeyMismatch, RefusalCode.StorageTimeout)]
    public Task<FileUploadUrls> GetFileUploadUrls(GetFileUploadUrlsCommand command, CancellationToken cancellationToken) =>
        mediator.Send(command, cancellationToken);

    /// <summary>Open a multipart upload</summary>
    /// <remarks>
    /// Opens an upload in parts, for files of more than 5 GiB and for large files that you want to resume. Then request the URLs of parts
    /// with /sign-upload-parts, send the parts, and call /complete-multipart-upload. With `resume`, the server returns an unfinished upload
    /// of this file if the store has one. The server keeps no state: everything is in `upload_id`. Counts as one grant and one file; each
    /// later request about the upload counts as one file. Sign all of them as for /get-folder-access: `s3auth sign folder-access` prints
    /// the signature.
    /// </remarks>
    [HttpPost("/create-multipart-upload", Name = "createMultipartUpload")]
    [Refuses(RefusalCode.ColdkeyMismatch, RefusalCode.FileExists, RefusalCode.MultipartUnsupported, RefusalCode.StorageTimeout)]
    public Task<CreatedUpload> CreateMultipartUpload(CreateMultipartUploadCommand command, CancellationToken cancellationToken) =>
        mediator.Send(command, cancellationToken);

    /// <summary>Get URLs for parts of a multipart upload</summary>
    /// <remarks>
    /// Returns a presigned `PUT` for each part, valid for one hour. Send exactly `size` bytes, and no header but `Content-Length`. Keep the
    /// `ETag` of each answer. Sign as for /get-folder-access: `s3auth sign folder-access` prints the signature.
    /// </remarks>
    [HttpPost("/sign-upload-parts", Name = "signUploadParts")]
    [Refuses(RefusalCode.ColdkeyMismatch, RefusalCode.UploadNotFound)]
    public Task<SignedParts> SignUploadParts(SignUploadPartsCommand command, CancellationToken cancellationToken) =>
        mediator.Send(command, cancellationToken);

    /// <summary>List the parts of a multipart upload</summary>
    /// <remarks>
    /// Returns the parts that the store has, so that a client sends only the others. Sign as for /get-folder-access:
    /// `s3auth sign folder-access` prints the signature.
    /// </remarks>
    [HttpPost("/list-upload-parts", Name = "listUploadParts")]
    [Refuses(RefusalCode.ColdkeyMismatch, RefusalCode.UploadNotFound, RefusalCode.StorageTimeout)]
    public Task<UploadedParts> ListUploadParts(ListUploadPartsCommand command, CancellationToken cancellationToken) =>
        mediator.Send(command, cancellationToken);

    /// <summary>Complete a multipart upload</summary>
    /// <remarks>
    /// Makes one file of the parts. If the parts do not have the announced size together, the server aborts the upload and refuses with
    /// `size_mismatch`. Sign as for /get-folder-access: `s3auth sign folder-access` prints the signature.
    /// </remarks>
    [HttpPost("/complete-multipart-upload", Name = "completeMultipartUpload")]
    [LargeBody(MaxTokens = 40_960)]
    [Refuses(
        RefusalCode.ColdkeyMismatch,
        RefusalCode.UploadNotFound,
        RefusalCode.SizeMismatch,
        RefusalCode.FileExists,
        RefusalCode.StorageTimeout)]
    public Task<CompletedUpload> CompleteMultipartUpload(CompleteMultipartUploadCommand command, CancellationToken cancellationToken) =>
        mediator.Send(command, cancellationToken);

    /// <summary>Abort a multipart upload</summary>
    /// <remarks>
    /// Ends the upload and deletes its parts. Sign as for /get-folder-access: `s3auth sign folder-access` prints the signature.
    /// </remarks>
    [HttpPost("/abort-multipart-upload", Name = "abortMultipartUpload")]
    [Refuses(RefusalCode.ColdkeyMismatch, RefusalCode.UploadNotFound, RefusalCode.StorageTimeout)]
    public Task<AbortedUpload> AbortMultipartUpload(AbortMultipartUploadCommand command, CancellationToken cancellationToken) =>
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

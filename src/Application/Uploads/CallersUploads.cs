namespace S3Auth.Application.Uploads;

/// <summary>Finds the multipart upload that a caller's request names.</summary>
internal sealed class CallersUploads(Caller caller, FolderLayout layout, UploadIds ids)
{
    /// <summary>The upload, which is in a folder of the caller.</summary>
    /// <exception cref="RefusedException">
    /// <c>upload_not_found</c>: this server did not make the id for this key, or the key is in no folder of the caller.
    /// </exception>
    internal MultipartUpload Find(MultipartRequest request) =>
        ids.TryRead(request.UploadId!, out var upload)
        && request.S3Key == upload.Key.Key
        && caller.FoldersIn(layout, source: null).Any(folder => folder.Contains(upload.Key))
            ? upload
            : throw NotFound();

    internal static RefusedException NotFound() => new(
        RefusalCode.UploadNotFound,
        "There is no such multipart upload in your folder: it was completed or aborted, or its upload_id is from another server or has "
            + "expired. Call /create-multipart-upload with \"resume\": true to continue what the store has.");
}

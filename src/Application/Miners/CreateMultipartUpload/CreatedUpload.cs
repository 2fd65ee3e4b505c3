namespace S3Auth.Application.Miners;

/// <summary>A multipart upload. Send each of its parts, then complete it.</summary>
public sealed record CreatedUpload : IGranted
{
    /// <summary>The id of the upload, for all later requests about it.</summary>
    public required string UploadId { get; init; }

    /// <summary>The key of the file.</summary>
    public required string S3Key { get; init; }

    /// <summary>The size of every part but the last, in bytes. The last part has the rest.</summary>
    public required long PartSize { get; init; }

    /// <summary>The number of parts. They are numbered from 1.</summary>
    public required int PartCount { get; init; }

    /// <summary>When <c>upload_id</c> expires. The store keeps the parts; resume the upload to get a new id.</summary>
    public required DateTimeOffset Expiry { get; init; }

    /// <summary>Whether this is an unfinished upload that the store had already. /list-upload-parts returns its parts.</summary>
    public required bool Resumed { get; init; }

    /// <summary>
    /// Whether the store refuses to complete the upload if the file exists by then. <c>false</c> if the request has <c>overwrite</c>, or
    /// the store cannot do that: then only the server looks for the file, just before it completes the upload.
    /// </summary>
    public required bool WriteOnce { get; init; }

    GrantedAccess IGranted.Granted => new([S3Key], Files: 1, Expiry);
}

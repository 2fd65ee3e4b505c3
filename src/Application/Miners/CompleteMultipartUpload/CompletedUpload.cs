namespace S3Auth.Application.Miners;

/// <summary>A file that was uploaded in parts.</summary>
/// <param name="S3Key">The key of the file.</param>
/// <param name="Etag">The ETag of the file, without quotes. At most stores it is no MD5: it ends with the number of parts.</param>
/// <param name="Size">The size in bytes.</param>
public sealed record CompletedUpload(string S3Key, string Etag, long Size) : IGranted
{
    GrantedAccess IGranted.Granted => new([S3Key], Files: 1, Expiry: null);
}

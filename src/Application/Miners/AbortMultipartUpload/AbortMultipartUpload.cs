namespace S3Auth.Application.Miners;

/// <summary>Request of a miner to end a multipart upload and delete its parts.</summary>
public sealed record AbortMultipartUploadCommand : MultipartRequest, IRequest<AbortedUpload>;

internal sealed class AbortMultipartUploadValidator(AccessWindow window, TimeProvider time)
    : MultipartRequestValidator<AbortMultipartUploadCommand>(window, time);

/// <summary>Aborts a multipart upload.</summary>
internal sealed class AbortMultipartUploadHandler(CallersUploads callers, IMultipartStore uploads)
    : IRequestHandler<AbortMultipartUploadCommand, AbortedUpload>
{
    public async Task<AbortedUpload> Handle(AbortMultipartUploadCommand request, CancellationToken cancellationToken)
    {
        var upload = callers.Find(request);
        return await uploads.AbortAsync(upload.Key, upload.StoreId, cancellationToken)
            ? new AbortedUpload(upload.Key.Key)
            : throw CallersUploads.NotFound();
    }
}

/// <summary>A multipart upload that was ended. The store has deleted its parts.</summary>
/// <param name="S3Key">The key of the file, which was not stored.</param>
public sealed record AbortedUpload(string S3Key) : IGranted
{
    GrantedAccess IGranted.Granted => new([S3Key], Files: 0, Expiry: null);
}

namespace S3Auth.Application.Miners;

/// <summary>Request of a miner for the parts of a multipart upload that the store has.</summary>
public sealed record ListUploadPartsCommand : MultipartRequest, IRequest<UploadedParts>;

internal sealed class ListUploadPartsValidator(AccessWindow window, TimeProvider time)
    : MultipartRequestValidator<ListUploadPartsCommand>(window, time);

/// <summary>Lists the parts that the store has.</summary>
internal sealed class ListUploadPartsHandler(CallersUploads callers, IMultipartStore uploads, ResponseMemoryLease memory)
    : IRequestHandler<ListUploadPartsCommand, UploadedParts>
{
    private const long MemoryForPart = 256;

    public async Task<UploadedParts> Handle(ListUploadPartsCommand request, CancellationToken cancellationToken)
    {
        var upload = callers.Find(request);
        await memory.TakeAsync(upload.Plan.PartCount * MemoryForPart, cancellationToken);
        var parts = await uploads.ListPartsAsync(upload.Key, upload.StoreId, cancellationToken) ?? throw CallersUploads.NotFound();
        memory.Resize(parts.Count * MemoryForPart);
        return new UploadedParts
        {
            S3Key = upload.Key.Key,
            Size = upload.Plan.Size,
            PartSize = upload.Plan.PartSize,
            PartCount = upload.Plan.PartCount,
            Parts = parts,
        };
    }
}

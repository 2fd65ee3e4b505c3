namespace S3Auth.Application.Miners;

/// <summary>Request of a miner to make a file of the parts of a multipart upload.</summary>
public sealed record CompleteMultipartUploadCommand : MultipartRequest, IRequest<CompletedUpload>
{
    /// <summary>
    /// The parts that were sent: the number of each, and the ETag that the store returned. The server compares them with the parts that the
    /// store has. Default: the parts that the store has. A request has room for 5,000 parts; leave it out for more.
    /// </summary>
    public IReadOnlyList<SentPart?>? Parts { get; init; }
}

/// <summary>A part that was sent.</summary>
public sealed record SentPart
{
    /// <summary>The number of the part.</summary>
    public long? PartNumber { get; init; }

    /// <summary>The ETag that the store returned for the part, with or without quotes.</summary>
    public string? Etag { get; init; }
}

internal sealed class CompleteMultipartUploadValidator : MultipartRequestValidator<CompleteMultipartUploadCommand>
{
    public CompleteMultipartUploadValidator(AccessWindow window, TimeProvider time)
        : base(window, time)
    {
        RuleFor(command => command.Parts)
            .Must(parts => parts is null
                || (parts is { Count: >= 1 and <= PartPlan.MaxParts }
                    && parts.All(part => part is { PartNumber: not null, Etag: not null })))
            .WithMessage(
                $"Send as 'parts' 1 to {PartPlan.MaxParts} parts with their 'part_number' and 'etag', or leave it out for the parts that "
                    + "the store has.");
    }
}

/// <summary>Completes a multipart upload whose parts have the announced size together, and aborts one whose parts do not.</summary>
internal sealed class CompleteMultipartUploadHandler(
    CallersUploads callers, FileSizeLimits sizes, IObjectStore store, IMultipartStore uploads, ResponseMemoryLease memory)
    : IRequestHandler<CompleteMultipartUploadCommand, CompletedUpload>
{
    // The part itself, and its element in the request to the store.
    private const long MemoryForPart = 1024;

    public async Task<CompletedUpload> Handle(CompleteMultipartUploadCommand request, CancellationToken cancellationToken)
    {
        var upload = callers.Find(request);
        await memory.TakeAsync(upload.Plan.PartCount * MemoryForPart, cancellationToken);
        var parts = await uploads.ListPartsAsync(upload.Key, upload.StoreId, cancellationToken) ?? throw CallersUploads.NotFound();
        if (request.Parts is { } sent)
        {
            RequireSame(sent, parts);
        }

        await RequireSizeAsync(upload, parts, cancellationToken);
        if (upload.IsWriteOnce && await store.ExistsAsync(upload.Key, cancellationToken))
        {
            throw Exists(upload);
        }

        var completion = await uploads.CompleteAsync(upload.Key, upload.StoreId, parts, upload.IsWriteOnce, cancellationToken);
        return completion.Outcome switch
        {
            CompletionOutcome.Completed => new CompletedUpload(upload.Key.Key, completion.ETag, upload.Plan.Size),
            CompletionOutcome.NotFound => throw CallersUploads.NotFound(),
            CompletionOutcome.Exists => throw Exists(upload),
            CompletionOutcome.InvalidParts => throw new RefusedException(
                RefusalCode.InvalidRequest,
                "The object store refuses the parts, because one was sent again meanwhile; call /list-upload-parts, then complete again.")
            {
                HasUsedStore = true,
            },
            _ => throw new ArgumentOutOfRangeException(nameof(request), completion.Outcome, "This outcome has no answer."),
        };
    }

    // A part that another program replaced would otherwise become part of the file unnoticed.
    private static void RequireSame(IReadOnlyList<SentPart?> sent, IReadOnlyList<StoredPart> stored)
    {
        var etags = stored.ToDictionary(part => (long)part.PartNumber, part => part.Etag);
        var differing = sent.FirstOrDefault(part =>
            !string.Equals(etags.GetValueOrDefault(part!.PartNumber!.Value), part.Etag!.Trim('"'), StringComparison.OrdinalIgnoreCase));
        if (differing is not null)
        {
            throw new RefusedException(
                RefusalCode.InvalidRequest,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The object store has no part {differing.PartNumber} with this 'etag'; call /list-upload-parts, and send that part "
                        + $"again."))
            {
                HasUsedStore = true,
            };
        }
    }

    // A file of another size can never be completed with this id, so its parts would only take space.
    private async Task RequireSizeAsync(MultipartUpload upload, IReadOnlyList<StoredPart> parts, CancellationToken cancellationToken)
    {
        var sum = parts.Sum(part => part.Size);
        if (sum == upload.Plan.Size && parts.Count == upload.Plan.PartCount && sizes.Allow(sum))
        {
            return;
        }

        await uploads.AbortAsync(upload.Key, upload.StoreId, cancellationToken);
        throw new RefusedException(
            RefusalCode.SizeMismatch,
            string.Create(
                CultureInfo.InvariantCulture,
                $"The store has {parts.Count} of {upload.Plan.PartCount} parts with {sum} of the announced {upload.Plan.Size} bytes; the "
                    + $"upload was aborted, so begin it again with /create-multipart-upload."));
    }

    private static RefusedException Exists(MultipartUpload upload) => new(
        RefusalCode.FileExists,
        $"The file {upload.Key} already exists; abort this upload, or begin it again with \"overwrite\": true and \"resume\": true.");
}

namespace S3Auth.Application.Miners;

/// <summary>Request of a miner to upload one file in parts into its own folder.</summary>
public sealed record CreateMultipartUploadCommand : MinerRequest, IRequest<CreatedUpload>
{
    /// <summary>The path of the file below the folder: one or more names with <c>/</c> between them.</summary>
    public FilePath? Path { get; init; }

    /// <summary>The size of the file in bytes. The parts must have this size together.</summary>
    public long? Size { get; init; }

    /// <summary>The job that the file belongs to. The key then contains <c>job_id={job_id}/</c>. Default: no job.</summary>
    public JobId? JobId { get; init; }

    /// <summary>The source of the file. Default: the first source.</summary>
    public Source? Source { get; init; }

    /// <summary>
    /// The size of every part but the last, in bytes: 5 MiB to 5 GiB, and so that there are at most 10,000 parts. Default: 16 MiB, or more
    /// for large files.
    /// </summary>
    public long? PartSize { get; init; }

    /// <summary>Whether the upload may replace an existing file. Default: no.</summary>
    public bool? Overwrite { get; init; }

    /// <summary>
    /// Whether to continue an unfinished upload of this file, if the store has one whose parts fit <c>size</c>. Its part size may differ
    /// from <c>part_size</c>. Default: no.
    /// </summary>
    public bool? Resume { get; init; }

    internal override QuotaCost Cost => new(Grants: 1, Files: 1);
}

internal sealed class CreateMultipartUploadValidator : MinerRequestValidator<CreateMultipartUploadCommand>
{
    public CreateMultipartUploadValidator(AccessWindow window, TimeProvider time, FolderLayout layout, FileSizeLimits sizes)
        : base(window, time)
    {
        RuleFor(command => command.Path)
            .NotNull().WithMessage("Send 'path': the path of the file below your folder.");

        RuleFor(command => command.Size)
            .Must(size => size is { } bytes && sizes.Allow(bytes))
            .WithMessage($"Send as 'size' the file's size in bytes, {sizes.MinBytes} to {sizes.MaxBytes}.");

        RuleFor(command => command.PartSize)
            .Must((command, partSize) => partSize is not { } bytes || PartPlan.TryMake(command.Size ?? 0, bytes, out _))
            .WithMessage(
                $"Send as 'part_size' {PartPlan.MinPartBytes} to {PartPlan.MaxPartBytes} bytes, so that there are at most "
                    + $"{PartPlan.MaxParts} parts, or leave it out.");

        RuleFor(command => command.Source).MustBeConfigured(layout, leftOut: $"'{layout.DefaultSource}'");
    }
}

/// <summary>Opens a multipart upload at the store, or finds an unfinished one.</summary>
internal sealed class CreateMultipartUploadHandler(
    Caller caller,
    FolderLayout layout,
    AccessWindow window,
    IObjectStore store,
    IMultipartStore uploads,
    IStoreState storeState,
    UploadIds ids,
    ResponseMemoryLease memory,
    TimeProvider time)
    : IRequestHandler<CreateMultipartUploadCommand, CreatedUpload>
{
    private const long MemoryForPart = 256;

    public async Task<CreatedUpload> Handle(CreateMultipartUploadCommand request, CancellationToken cancellationToken)
    {
        var capabilities = storeState.Current.Capabilities;
        if (!capabilities.SupportsMultipartGrants)
        {
            throw new RefusedException(
                RefusalCode.MultipartUnsupported,
                "This deployment's object store does not support multipart uploads; call /get-file-upload-urls, which takes files of up to "
                    + $"{FileSizeLimits.MaxSingleUploadBytes} bytes.");
        }

        var folder = caller.FoldersIn(layout, request.Source)[0];
        if (!FolderLayout.TryGetKey(folder, request.JobId, request.Path!.Value, out var key))
        {
            throw new RefusedException(
                RefusalCode.InvalidRequest, $"The key of this file would have more than {ObjectName.MaxBytes} bytes; send a shorter path.");
        }

        var isWriteOnce = request.Overwrite is not true;
        if (isWriteOnce && await store.ExistsAsync(key, cancellationToken))
        {
            throw new RefusedException(
                RefusalCode.FileExists,
                $"The file {key} already exists; choose another name, or send \"overwrite\": true to replace it.");
        }

        var size = request.Size!.Value;
        var plan = PartPlan.TryMake(size, request.PartSize ?? PartPlan.Default(size).PartSize, out var wanted)
            ? wanted
            : throw new InvalidOperationException("The request was not validated.");
        var found = request.Resume is true ? await FindAsync(key, plan, cancellationToken) : null;
        var upload = new MultipartUpload(
            key, found?.StoreId ?? await uploads.CreateAsync(key, cancellationToken), found?.Plan ?? plan, isWriteOnce);

        // The credentials of the server may end earlier, because each later request is signed with its current ones.
        var expiry = window.EffectiveExpiry(requested: null, time.GetUtcNow(), credentialsEnd: null);
        return new CreatedUpload
        {
            UploadId = ids.Seal(upload, expiry),
            S3Key = key.Key,
            PartSize = upload.Plan.PartSize,
            PartCount = upload.Plan.PartCount,
            Expiry = expiry,
            Resumed = found is not null,
            WriteOnce = isWriteOnce && capabilities.ConditionalCompletion == ConditionalWrites.Enforced,
        };
    }

    private async Task<(string StoreId, PartPlan Plan)?> FindAsync(ObjectName key, PartPlan wanted, CancellationToken cancellationToken)
    {
        // The unfinished upload may have more parts than the wanted one.
        await memory.TakeAsync(PartPlan.MaxParts * MemoryForPart, cancellationToken);
        if (await uploads.FindAsync(key, cancellationToken) is not { } id
            || await uploads.ListPartsAsync(key, id, cancellationToken) is not { } parts)
        {
            return null;
        }

        if (Fits(parts, wanted))
        {
            return (id, wanted);
        }

        // The store does not know the planned size of the parts, but any part except the last has it.
        return PartPlan.TryMake(wanted.Size, parts.Max(part => part.Size), out var begun) && Fits(parts, begun) ? (id, begun) : null;
    }

    private static bool Fits(IReadOnlyList<StoredPart> parts, PartPlan plan) =>
        parts.All(part => plan.Has(part.PartNumber) && plan.SizeOf(part.PartNumber) == part.Size);
}

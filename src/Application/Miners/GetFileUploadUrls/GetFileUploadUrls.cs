namespace S3Auth.Application.Miners;

/// <summary>Request of a miner to upload many files into its own folder.</summary>
public sealed record GetFileUploadUrlsCommand : MinerRequest, IRequest<FileUploadUrls>
{
    /// <summary>The maximum number of files in a request.</summary>
    public const int MaxFiles = 1000;

    /// <summary>The files, 1 to 1,000.</summary>
    public IReadOnlyList<RequestedFile?>? Files { get; init; }

    /// <summary>The job that the files belong to. Their keys then contain <c>job_id={job_id}/</c>. Default: no job.</summary>
    public JobId? JobId { get; init; }

    /// <summary>The source of the files. Default: the first source.</summary>
    public Source? Source { get; init; }

    /// <summary>Whether the uploads may replace existing files. Default: no.</summary>
    public bool? Overwrite { get; init; }

    internal override QuotaCost Cost => new(Grants: 1, Files: Files!.Count);
}

/// <summary>A file that a miner wants to upload.</summary>
public sealed record RequestedFile
{
    /// <summary>The path of the file below the folder: one or more names with <c>/</c> between them, each of at most 255 bytes.</summary>
    public string? Path { get; init; }

    /// <summary>The size of the file in bytes.</summary>
    public long? Size { get; init; }

    /// <summary>The SHA-256 of the file, as 64 hex digits or in base64. Default: the store accepts any content of this size.</summary>
    public string? Sha256 { get; init; }
}

internal sealed class GetFileUploadUrlsValidator : MinerRequestValidator<GetFileUploadUrlsCommand>
{
    public GetFileUploadUrlsValidator(AccessWindow window, TimeProvider time, FolderLayout layout)
        : base(window, time)
    {
        RuleFor(command => command.Files)
            .Must(files => files is { Count: >= 1 and <= GetFileUploadUrlsCommand.MaxFiles }
                && files.All(file => file is { Path: not null, Size: not null }))
            .WithMessage($"Send 'files': 1 to {GetFileUploadUrlsCommand.MaxFiles} files, each with its 'path' and its 'size' in bytes.");

        RuleFor(command => command.Files)
            .Must(files => files!.DistinctBy(file => file!.Path, StringComparer.Ordinal).Count() == files!.Count)
            .When(command => command.Files?.All(file => file is not null) is true)
            .WithMessage("Send each path only once in 'files'.");

        RuleFor(command => command.Source).MustBeConfigured(layout, leftOut: $"'{layout.DefaultSource}'");
    }
}

/// <summary>Grants the upload of each file that is valid and does not exist yet.</summary>
internal sealed class GetFileUploadUrlsHandler(
    Caller caller,
    FolderLayout layout,
    FileSizeLimits sizes,
    GrantIssuer grants,
    IObjectStore store,
    ExistingFileFinder finder,
    IStoreState storeState,
    ResponseMemoryLease memory)
    : IRequestHandler<GetFileUploadUrlsCommand, FileUploadUrls>
{
    // The memory of one file's entry, besides its path.
    private const long MemoryForFile = 512;

    private static readonly string InvalidRequest = Refusal.Of(RefusalCode.InvalidRequest).Name;

    public async Task<FileUploadUrls> Handle(GetFileUploadUrlsCommand request, CancellationToken cancellationToken)
    {
        await memory.TakeAsync(request.Files!.Sum(file => MemoryForFile + (4L * file!.Path!.Length)), cancellationToken);

        var folder = caller.FoldersIn(layout, request.Source)[0];
        var isWriteOnce = request.Overwrite is not true;
        var uploads = new Dictionary<string, FileUpload>(request.Files!.Count, StringComparer.Ordinal);
        var refused = new Dictionary<string, RefusedFile>(StringComparer.Ordinal);
        foreach (var file in request.Files!)
        {
            if (Check(file!, folder, request.JobId, out var upload) is { } problem)
            {
                refused.Add(file!.Path!, new RefusedFile(InvalidRequest, problem));
            }
            else
            {
                uploads.Add(file!.Path!, upload with { IsWriteOnce = isWriteOnce });
            }
        }

        var existing = await RemoveExistingAsync(folder, uploads, isWriteOnce, cancellationToken);
        var grant = await grants.IssueAsync(requestedExpiry: null, cancellationToken);

        // Read once, because they may change while the server runs.
        var capabilities = storeState.Current.Capabilities;
        var usesPut = capabilities.PostForms is false
            || capabilities is { PutUploads: PutUploads.Safe, PutSizesEnforced: not false };
        var sign = usesPut ? SignPut(grant) : SignForm(grant);
        return new FileUploadUrls
        {
            Bucket = store.Info.Bucket,
            Expiry = grant.Expiry,
            WriteOnce = usesPut && isWriteOnce && capabilities.EnforcesWriteOnce,
            SizeEnforced = !usesPut || capabilities.PutSizesEnforced is true,
            Sha256Enforced = usesPut && capabilities.EnforcesSha256,
            Files = SignWhenRead(uploads, sign),
            Existing = existing,
            Refused = refused,
            Folder = folder.Prefix,
        };
    }

    // Returns what is wrong with a file; null if it can be uploaded.
    private string? Check(RequestedFile file, Folder folder, JobId? job, out FileUpload upload)
    {
        upload = null!;
        if (!FilePath.TryParse(file.Path, out var path))
        {
            return FilePath.Requirement;
        }

        if (!FolderLayout.TryGetKey(folder, job, path, out var key))
        {
            return $"Send a shorter path: the key would have more than {ObjectName.MaxBytes} bytes.";
        }

        if (file.Size!.Value > sizes.MaxSingleBytes && sizes.Allow(file.Size.Value))
        {
            return $"Call /create-multipart-upload for this file: one upload has at most {sizes.MaxSingleBytes} bytes.";
        }

        if (!sizes.Allow(file.Size.Value))
        {
            return $"Send a file of {sizes.MinBytes} to {sizes.MaxBytes} bytes.";
        }

        var digest = default(Sha256Digest);
        if (file.Sha256 is not null && !Sha256Digest.TryParse(file.Sha256, out digest))
        {
            return "Send as 'sha256' the SHA-256 of the file, as 64 hex digits or in base64, or leave it out.";
        }

        upload = new FileUpload(key, sizes, file.Size) { Sha256 = file.Sha256 is null ? null : digest };
        return null;
    }

    private async Task<IReadOnlyList<string>> RemoveExistingAsync(
        Folder folder, Dictionary<string, FileUpload> uploads, bool isWriteOnce, CancellationToken cancellationToken)
    {
        if (!isWriteOnce || uploads.Count == 0)
        {
            return [];
        }

        var found = await finder.FindAsync(folder, [.. uploads.Values.Select(upload => upload.Key)], cancellationToken);
        var existing = uploads.Where(upload => found.Contains(upload.Value.Key)).Select(upload => upload.Key).ToList();
        existing.ForEach(path => uploads.Remove(path));
        return existing;
    }

    // Makes the first target at once: what cannot be signed must be refused before the answer begins.
    private static LazyDictionary<FileUpload, FileUploadTarget> SignWhenRead(
        Dictionary<string, FileUpload> uploads, Func<FileUpload, FileUploadTarget> sign)
    {
        if (uploads.Count > 0)
        {
            sign(uploads.Values.First());
        }

        return new LazyDictionary<FileUpload, FileUploadTarget>(uploads, (_, upload) => sign(upload));
    }

    private static Func<FileUpload, FileUploadTarget> SignPut(Grant grant) => file =>
    {
        var put = grant.Signer.SignPut(file, grant.Expiry);
        return new FileUploadTarget
        {
            S3Key = file.Key.Key, Method = "PUT", Url = put.Url, Headers = put.Headers, ExpiresInSeconds = grant.Seconds,
        };
    };

    private static Func<FileUpload, FileUploadTarget> SignForm(Grant grant) => file =>
    {
        var form = grant.Signer.SignPost(file, grant.Expiry);
        return new FileUploadTarget
        {
            S3Key = file.Key.Key, Method = "POST", Url = form.Url, Fields = form.Fields, ExpiresInSeconds = grant.Seconds,
        };
    };
}

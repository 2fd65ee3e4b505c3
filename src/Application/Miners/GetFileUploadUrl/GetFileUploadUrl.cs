namespace S3Auth.Application.Miners;

/// <summary>Request of a miner to upload one file into its own folder.</summary>
public sealed record GetFileUploadUrlCommand : MinerRequest, IRequest<FileUploadUrl>
{
    /// <summary>The name of the file: the last segment of its key, at most 255 bytes.</summary>
    public FileName? Filename { get; init; }

    /// <summary>The job that the file belongs to. The key then contains <c>job_id={job_id}/</c>. Default: no job.</summary>
    public JobId? JobId { get; init; }

    /// <summary>The source of the file. Default: the first source.</summary>
    public Source? Source { get; init; }

    /// <summary>
    /// The size of the file in bytes. The store then accepts only this size, unless the answer says <c>size_enforced: false</c>. Always
    /// send it. A deployment that uploads by <c>PUT</c> and has other limits than 1 KiB to 5 GiB refuses requests without it.
    /// </summary>
    public long? Size { get; init; }

    internal override QuotaCost Cost => new(Grants: 1, Files: 1);
}

internal sealed class GetFileUploadUrlValidator : MinerRequestValidator<GetFileUploadUrlCommand>
{
    public GetFileUploadUrlValidator(
        AccessWindow window, TimeProvider time, FolderLayout layout, FileSizeLimits sizes, IStoreState store)
        : base(window, time)
    {
        RuleFor(command => command.Filename)
            .NotNull().WithMessage("Send 'filename': the name of the file, without any folder.");

        RuleFor(command => command.Source)
            .MustBeConfigured(layout, leftOut: $"'{layout.DefaultSource}'");

        RuleFor(command => command.Size)
            .InclusiveBetween(sizes.MinBytes, sizes.MaxSingleBytes)
            .WithMessage(_ => $"Send as 'size' the file's size in bytes, {sizes.MinBytes} to {sizes.MaxSingleBytes}"
                + (NeedsSize(sizes, store.Current.UploadMethod) ? "." : ", or leave it out."));

        RuleFor(command => command.Size)
            .NotNull()
            .When(_ => NeedsSize(sizes, store.Current.UploadMethod))
            .WithMessage(MissingSize(sizes));
    }

    // A presigned PUT states one size or none, never a range. With the default limits, older clients may send no size.
    internal static bool NeedsSize(FileSizeLimits sizes, UploadMethod method) =>
        method == UploadMethod.Put && sizes != FileSizeLimits.Default;

    internal static string MissingSize(FileSizeLimits sizes) =>
        $"Send 'size', the file's size in bytes, {sizes.MinBytes} to {sizes.MaxSingleBytes}: this deployment needs it to sign a PUT within "
            + "its limits.";
}

/// <summary>Grants the upload of one file that does not exist yet.</summary>
internal sealed class GetFileUploadUrlHandler(
    Caller caller, FolderLayout layout, FileSizeLimits sizes, GrantIssuer grants, IObjectStore store, IStoreState storeState)
    : IRequestHandler<GetFileUploadUrlCommand, FileUploadUrl>
{
    public async Task<FileUploadUrl> Handle(GetFileUploadUrlCommand request, CancellationToken cancellationToken)
    {
        var folder = caller.FoldersIn(layout, request.Source)[0];
        var file = new FileUpload(FolderLayout.KeyOf(folder, request.JobId, request.Filename!.Value), sizes, request.Size);
        if (await store.ExistsAsync(file.Key, cancellationToken))
        {
            throw new RefusedException(
                RefusalCode.FileExists, $"The file {file.Key} already exists; choose another name, or skip this upload.");
        }

        // Read once, because the method may change while the server runs. It may have changed since the validation.
        var findings = storeState.Current;
        if (file.Size is null && GetFileUploadUrlValidator.NeedsSize(sizes, findings.UploadMethod))
        {
            throw new RefusedException(RefusalCode.InvalidRequest, GetFileUploadUrlValidator.MissingSize(sizes));
        }

        var grant = await grants.IssueAsync(requestedExpiry: null, cancellationToken);
        var usesForm = findings.UploadMethod == UploadMethod.Post;
        var (url, fields) = usesForm ? SignForm(file, grant) : (grant.Signer.SignPut(file, grant.Expiry).Url, FormFields.None);
        return new FileUploadUrl
        {
            S3Key = file.Key.Key,
            Method = usesForm ? "POST" : "PUT",
            Url = url,
            Fields = fields,
            SizeEnforced = file.Size is null ? null : usesForm || findings.Capabilities.PutSizesEnforced is true,
            ExpiresInSeconds = grant.Seconds,
            Expiry = grant.Expiry,
        };
    }

    private static (GrantUrl Url, FormFields Fields) SignForm(FileUpload file, Grant grant)
    {
        var form = grant.Signer.SignPost(file, grant.Expiry);
        return (form.Url, form.Fields);
    }
}
